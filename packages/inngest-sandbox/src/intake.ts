import { createHash } from "node:crypto";
import { z } from "zod";
import { deliver } from "./deliver";
import { CONTEXT, type Engine } from "./engine";
import { NotJson, type IncomingEvent } from "./events";

const MAX_EVENTS = 5_000;
const MAX_NAME = 512;
const MAX_EVENT_CHARACTERS = 3 * 1_024 * 1_024;
/** An event's time is a moment in these years; 0 is none. */
const [EARLIEST_TS, LATEST_TS] = [Date.UTC(1980, 0, 1), Date.UTC(2100, 0, 1)];

const record = z.record(z.string(), z.unknown());
const eventSchema = z.object({
  id: z.string().nullish(),
  name: z.string().nullish(),
  data: record.nullish(),
  ts: z.int().nullish(),
  user: record.nullish(),
  v: z.string().nullish(),
});

/** What `POST /e/:key` answers: the engine's ids, and an error when an event was refused. */
export interface Accepted {
  ids: string[];
  status: number;
  error?: string;
}
const refused = (error: string, ids: string[] = []): Accepted => ({
  ids: ids.length > 0 ? ids : [""],
  status: 400,
  error,
});

/** Takes in one event or a list, as the event API does: what stands before a bad event in a list is accepted. */
export function takeIn(engine: Engine, text: string, seed: string | null): Accepted {
  let body: unknown;
  try {
    body = text.trim() === "" ? [] : JSON.parse(text);
  } catch (error) {
    return refused(error instanceof Error ? error.message : "not JSON");
  }
  const list: unknown[] = Array.isArray(body) ? body : [body];
  if (list.length === 0) return { ids: [""], status: 200 };
  if (list.length > MAX_EVENTS) return refused(`at most ${MAX_EVENTS} events a request`);
  const seedKey = seed && createHash("sha256").update(`${seed}\n${text}`).digest("hex");
  const ctx = engine[CONTEXT];
  const { store } = ctx;
  return store.transaction(() => {
    // The SDK sends the same seed when it repeats a request whose answer it did not get.
    const known = seedKey && store.get<{ ids: string }>("select ids from seeds where seed = ?", seedKey);
    if (known) return { ids: JSON.parse(known.ids) as string[], status: 200 }; // written below
    const ids: string[] = [];
    for (const entry of list) {
      const event = readIncoming(entry, list.length === 1 ? text.length : undefined);
      if (typeof event === "string") return refused(event, ids);
      try {
        ids.push(deliver(ctx, event));
      } catch (error) {
        // Known before anything of this event was written.
        if (error instanceof NotJson) return refused(error.message, ids);
        throw error;
      }
    }
    if (seedKey)
      store.run(
        "insert into seeds (seed, ids, at) values (?, ?, ?)",
        seedKey,
        JSON.stringify(ids),
        engine.now(),
      );
    return { ids, status: 200 };
  });
}

/** An event, or why it is none, in the real server's words where they are known. */
function readIncoming(entry: unknown, length = JSON.stringify(entry)?.length ?? 0): IncomingEvent | string {
  const parsed = eventSchema.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `json: cannot unmarshal into field ${issue?.path.join(".") || "event"}: ${issue?.message ?? ""}`;
  }
  const { id, name, data, ts, user, v } = parsed.data;
  if (!name) return "event name is empty";
  if (name.startsWith("inngest/")) return `event name is reserved for internal use: ${name}`;
  if (name.length > MAX_NAME) return `event name is longer than ${MAX_NAME} characters`;
  if (length > MAX_EVENT_CHARACTERS) return "event is too large";
  if (ts && ts < EARLIEST_TS) return "timestamp is before Jan 1, 1980";
  if (ts && ts > LATEST_TS) return "timestamp is after Jan 1, 2100";
  return {
    name,
    data: data && withoutOwn(data),
    ...(id && { id }),
    ...(ts && { ts }),
    ...(user && { user }),
    ...(v && { v }),
  };
}

/** `_inngest` is the engine's own: what a sender puts there is dropped. */
function withoutOwn({ _inngest, ...data }: Record<string, unknown>): Record<string, unknown> {
  return data;
}
