import { z } from "zod";
import type { Engine } from "./engine";
import { endRun } from "./finish";
import { isUlid, namedUuid } from "./ids";
import { takeIn } from "./intake";
import { memoOf } from "./memo";
import { signal } from "./opcodes";
import { stackOf } from "./queue";
import { RegistrationError } from "./registration";
import { bearerAccepted } from "./signature";
import { readEvents, type RunRow, type StoredEvent } from "./store";

export interface ApiOptions {
  engine: Engine;
  signingKeys: string[];
  eventKeys: string[];
  sdkUrls: string[];
  /** Where `/` leads to. */
  dashboardUrl?: string;
  onError?: (message: string) => void;
}

const KIND = "x-inngest-server-kind";
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

const json = (body: unknown, status = 200, type = "application/json"): Response =>
  new Response(body === undefined ? "" : JSON.stringify(body), { status, headers: { "content-type": type } });
const plain = (body: unknown, status: number): Response => json(body, status, "text/plain; charset=utf-8");
const problem = (error: string, status: number): Response => json({ error, data: null, status });

/** Everything the engine answers over HTTP. */
export function createApi(options: ApiOptions) {
  const { engine } = options;
  const { store } = engine.ctx;
  const environment = namedUuid("environment");
  const meta = () => ({
    fetched_at: new Date(engine.now()).toISOString(),
    cached_until: new Date(engine.now()).toISOString(),
  });
  const data = (value: unknown): Response => json({ data: value, metadata: meta() });

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
  const shownEvent = (row: { body: string; received_at: number }) => {
    const event = JSON.parse(row.body) as StoredEvent; // written by this engine
    return {
      internal_id: event.internalId,
      account_id: environment,
      environment_id: environment,
      source: "",
      source_id: null,
      received_at: new Date(row.received_at).toISOString(),
      id: event.id,
      name: event.name,
      data: event.data,
      ts: event.ts,
      ...(event.v && { v: event.v }),
    };
  };

  const routes: [
    method: string,
    pattern: RegExp,
    handle: (args: string[], request: Request, url: URL) => Response | Promise<Response>,
  ][] = [
    [
      "GET",
      /^\/$/,
      () =>
        options.dashboardUrl ? Response.redirect(options.dashboardUrl, 302) : json({ engine: "sandbox" }),
    ],
    ["GET", /^\/health$/, () => json({ status: 200, message: "OK" })],
    [
      "GET",
      /^\/dev$/,
      () =>
        json({
          version: "sandbox",
          authed: options.signingKeys.length > 0,
          startOpts: { urls: options.sdkUrls, retry_interval: (engine.ctx.retryIntervalMs ?? 0) / 1_000 },
          functions: engine
            .functions()
            .map((fn) => ({ slug: fn.id, name: fn.name, triggers: fn.triggers, url: fn.url })),
          handlers: [],
        }),
    ],
    [
      "POST",
      /^\/e\/([^/]+)$/,
      async ([key = ""], request) => {
        if (options.eventKeys.length > 0 && !options.eventKeys.includes(key))
          return plain({ status: 401, error: "Event key not found" }, 401);
        const accepted = takeIn(engine, await request.text(), request.headers.get("x-inngest-event-id-seed"));
        return plain(accepted, accepted.status);
      },
    ],
    // Without a key in the path the real server answers nothing at all, and takes nothing in.
    ["POST", /^\/e\/?$/, () => new Response("")],
    ["POST", /^\/fn\/register$/, async (_args, request) => register(await request.json())],
    [
      "GET",
      /^\/v1\/events$/,
      (_args, _request, url) => {
        const name = url.searchParams.get("name");
        const limit = Math.min(Number(url.searchParams.get("limit")) || 40, 100);
        const cursor = url.searchParams.get("cursor") ?? "~";
        const rows = store.all<{ body: string; received_at: number }>(
          `select body, received_at from events where ${name ? "name = ?" : "? is null"} and internal_id < ? order by internal_id desc limit ?`,
          name,
          cursor,
          limit,
        );
        return data(rows.map(shownEvent));
      },
    ],
    [
      "GET",
      /^\/v1\/events\/([^/]+)$/,
      ([id = ""]) => {
        if (!isUlid(id)) return problem(`Invalid event ID: ${id}`, 400);
        const row = store.get<{ body: string; received_at: number }>(
          "select body, received_at from events where internal_id = ?",
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
        const runs = store.all<RunRow>(
          "select r.* from runs r join run_events e on e.run_id = r.id where e.event_id = ? order by r.id",
          id,
        );
        // Of a batch only the first event leads to the run.
        return data(runs.filter((run) => run.event_id === id).map(shownRun));
      },
    ],
    [
      "GET",
      /^\/v1\/runs\/([^/]+)$/,
      ([id = ""]) => {
        if (!isUlid(id)) return problem(`Invalid run ID: ${id}`, 400);
        const run = store.get<RunRow>("select * from runs where id = ?", id);
        return run ? data(shownRun(run)) : problem(`Unable to load function run: ${id}`, 500);
      },
    ],
    [
      "DELETE",
      /^\/v1\/runs\/([^/]+)$/,
      ([id = ""]) => {
        const run = store.get<RunRow>("select * from runs where id = ?", id);
        if (!run) return json({ error: `Unable to load function run: ${id}`, data: null, status: 404 }, 404);
        store.transaction(() => endRun(engine.ctx, id, { status: "Cancelled" }));
        return json(undefined);
      },
    ],
    [
      "POST",
      /^\/v1\/signals$/,
      async (_args, request) => {
        const body = z
          .object({ signal: z.string(), data: z.unknown().optional() })
          .safeParse(await request.json().catch(() => null));
        if (!body.success) return json({ error: "a signal needs a name", data: null, status: 400 }, 400);
        const runId = store.transaction(() => signal(engine.ctx, body.data.signal, body.data.data ?? null));
        return runId
          ? data({ run_id: runId })
          : json({ error: "No signal found", data: null, status: 404 }, 404);
      },
    ],
    ["GET", /^\/v0\/runs\/([^/]+)\/batch$/, ([id = ""]) => withRun(id, (run) => json(readEvents(run)))],
    [
      "GET",
      /^\/v0\/runs\/([^/]+)\/actions$/,
      ([id = ""]) => withRun(id, (run) => json(memoOf(engine.ctx, run.id, stackOf(engine.ctx, run.id)))),
    ],
    ["GET", /^\/clock$/, () => json(clock())],
    [
      "POST",
      /^\/clock\/advance$/,
      async (_args, request) => {
        const body = z
          .object({
            ms: z
              .number()
              .int()
              .min(0)
              .max(400 * 86_400_000),
          })
          .safeParse(await request.json().catch(() => null));
        if (!body.success)
          return json({ error: "ms is a whole number of milliseconds, up to 400 days" }, 400);
        const ran = await engine.advance(body.data.ms);
        return json({ ...clock(), ran });
      },
    ],
    [
      "POST",
      /^\/clock\/set$/,
      async (_args, request) => {
        const body = z.object({ now_ms: z.number().int() }).safeParse(await request.json().catch(() => null));
        if (!body.success) return json({ error: "now_ms is a moment in milliseconds" }, 400);
        await engine.setTime(body.data.now_ms);
        return json(clock());
      },
    ],
    ["GET", /^\/control\/state$/, () => json({ paused: engine.isPaused() })],
    ["POST", /^\/control\/pause$/, () => (engine.pause(), json({ paused: true }))],
    ["POST", /^\/control\/resume$/, () => (engine.resume(), json({ paused: false }))],
  ];

  const clock = () => ({ now_ms: engine.now(), offset_ms: engine.offset() });
  const withRun = (id: string, answer: (run: RunRow) => Response): Response => {
    const run = store.get<RunRow>("select * from runs where id = ?", id);
    return run ? answer(run) : json({ error: "no such run" }, 404);
  };

  function register(body: unknown): Response {
    const parsed = z.object({ appName: z.string(), functions: z.unknown().optional() }).safeParse(body);
    if (!parsed.success) return json({ error: "not a registration", status: 400 }, 400);
    try {
      const { modified } = engine.register(parsed.data.appName, parsed.data.functions);
      return json({
        ok: true,
        modified,
        sync_id: namedUuid(`sync ${parsed.data.appName}`),
        app_id: namedUuid(parsed.data.appName),
      });
    } catch (error) {
      if (!(error instanceof RegistrationError)) throw error;
      options.onError?.(error.message);
      return json({ error: error.message, status: 400 }, 400);
    }
  }

  return async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const origin = request.headers.get("origin");
    // A page of another site that points its name at this machine, or posts here from a browser, is turned away.
    if (
      !LOOPBACK.test(request.headers.get("host") ?? url.host) ||
      (origin && !(URL.canParse(origin) && LOOPBACK.test(new URL(origin).host)))
    ) {
      return json({ error: "only this machine may talk to the sandbox engine" }, 403);
    }
    const path = url.pathname;
    if (engine.isPaused() && !/^\/(?:clock|control|health)/.test(path))
      return json({ error: "the engine is switched off" }, 503);
    if (
      options.signingKeys.length > 0 &&
      /^\/(?:v1|v0|dev|fn)(?:\/|$)/.test(path) &&
      !bearerAccepted(request.headers.get("authorization"), options.signingKeys)
    ) {
      return json({ error: "unauthorized", status: 401 }, 401);
    }
    let known = false;
    for (const [method, pattern, answer] of routes) {
      const match = pattern.exec(path);
      if (!match) continue;
      known = true;
      if (request.method !== method) continue;
      const response = await answer(match.slice(1).map(decodeURIComponent), request, url);
      if (response.status !== 302)
        response.headers.set(KIND, options.signingKeys.length > 0 ? "cloud" : "dev");
      return response;
    }
    return new Response(known ? "method not allowed\n" : "404 page not found\n", {
      status: known ? 405 : 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  };
}
