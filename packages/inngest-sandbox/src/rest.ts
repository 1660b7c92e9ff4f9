import { z } from "zod";
import { CONTEXT, type Engine } from "./engine";
import { NotJson, readEvent, withoutEmptyUser } from "./events";
import { endRun } from "./finish";
import { firstIdAt, isUlid, namedUuid } from "./ids";
import { memoOf } from "./memo";
import { signal } from "./opcodes";
import { bodyOf, json, problem, type Route } from "./respond";
import { eventsOf, type RunRow } from "./store";

const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 40;
const LAST = "~";

interface EventRow {
  internal_id: string;
  body: string;
  received_at: number;
}
const signalSchema = z.object({ signal: z.string().min(1), data: z.unknown().optional() });

/** The API that the SDK and the app read and cancel by: `/v1`, and `/v0` for bodies too large to send. */
export function restRoutes(engine: Engine): Route[] {
  const ctx = engine[CONTEXT];
  const { store } = ctx;
  const environment = namedUuid("environment");
  const time = () => new Date(engine.now()).toISOString();
  const data = (value: unknown): Response =>
    json({ data: value, metadata: { fetched_at: time(), cached_until: time() } });
  const runWith = (id: string) => store.get<RunRow>("select * from runs where id = ?", id);

  const shownRun = (run: RunRow) => ({
    run_id: run.id,
    run_started_at: new Date(run.started_at ?? run.queued_at).toISOString(),
    function_id: namedUuid(run.function_id),
    function_version: 0,
    environment_id: environment,
    event_id: run.event_id,
    status: run.ended_at === null ? "Running" : run.status,
    ended_at: run.ended_at === null ? null : new Date(run.ended_at).toISOString(),
    ...(run.ended_at !== null && { output: JSON.parse(run.output ?? "null") as unknown }),
  });
  const shownEvent = (row: EventRow) => ({
    internal_id: row.internal_id,
    account_id: environment,
    environment_id: environment,
    source: "",
    source_id: null,
    received_at: new Date(row.received_at).toISOString(),
    ...withoutEmptyUser(readEvent(row.body)),
  });

  function listEvents(params: URLSearchParams): EventRow[] {
    const limit = Math.min(Number(params.get("limit")) || DEFAULT_LIMIT, MAX_LIMIT);
    const momentIn = (name: string) => Date.parse(params.get(name) ?? "");
    const [after, before] = [momentIn("received_after"), momentIn("received_before")];
    const name = params.get("name");
    return store.all<EventRow>(
      `select internal_id, body, received_at from events
       where ${name ? "name = ?" : "? is null"} and internal_id < ? and internal_id < ? and internal_id >= ?
       order by internal_id desc limit ?`,
      name,
      params.get("cursor") ?? LAST,
      Number.isNaN(before) ? LAST : firstIdAt(before),
      Number.isNaN(after) ? "" : firstIdAt(after),
      limit,
    );
  }

  return [
    [
      "GET",
      /^\/v1\/events$/,
      (_args, _request, url) =>
        json({ data: listEvents(url.searchParams).map(shownEvent), metadata: { fetched_at: time() } }),
    ],
    [
      "GET",
      /^\/v1\/events\/([^/]+)$/,
      ([id = ""]) => {
        if (!isUlid(id)) return problem(`Invalid event ID: ${id}`, 400);
        const row = store.get<EventRow>(
          "select internal_id, body, received_at from events where internal_id = ?",
          id,
        );
        return row ? data(shownEvent(row)) : problem("Event not found", 404);
      },
    ],
    [
      "GET",
      /^\/v1\/events\/([^/]+)\/runs$/,
      ([id = ""]) => {
        if (!isUlid(id)) return problem(`Invalid event ID: ${id}`, 400);
        // Of a batch only the first event leads to the run.
        const runs = store.all<RunRow>(
          "select r.* from runs r join run_events e on e.run_id = r.id where e.event_id = ? and r.event_id = e.event_id order by r.id",
          id,
        );
        return data(runs.map(shownRun));
      },
    ],
    [
      "GET",
      /^\/v1\/runs\/([^/]+)$/,
      ([id = ""]) => {
        if (!isUlid(id)) return problem(`Invalid run ID: ${id}`, 400);
        const run = runWith(id);
        return run ? data(shownRun(run)) : problem(`Unable to load function run: ${id}`, 500);
      },
    ],
    [
      "DELETE",
      /^\/v1\/runs\/([^/]+)$/,
      ([id = ""]) => {
        if (!isUlid(id)) return problem(`Invalid run ID: ${id}`, 400, 400);
        const run = runWith(id);
        if (!run) return problem(`Unable to load function run: ${id}`, 404, 404);
        store.transaction(() => endRun(ctx, run, { status: "Cancelled" }));
        return json(undefined);
      },
    ],
    [
      "POST",
      /^\/v1\/signals$/,
      async (_args, request) => {
        const body = signalSchema.safeParse(await bodyOf(request));
        if (!body.success) return problem("a signal needs a name", 400, 400);
        try {
          const runId = store.transaction(() => signal(ctx, body.data.signal, body.data.data ?? null));
          return runId ? data({ run_id: runId }) : problem("No signal found", 404, 404);
        } catch (error) {
          if (error instanceof NotJson) return problem(error.message, 400, 400);
          throw error;
        }
      },
    ],
    [
      "GET",
      /^\/v0\/runs\/([^/]+)\/(batch|actions)$/,
      ([id = "", what]) => {
        const run = runWith(id);
        if (!run) return problem("no such run", 404, 404);
        const text = what === "batch" ? eventsOf(run) : memoOf(ctx, id).steps;
        return new Response(text, { headers: { "content-type": "application/json" } });
      },
    ],
  ];
}
