import { createHash } from "node:crypto";
import { z } from "zod";
import { deliver } from "./deliver";
import type { Engine } from "./engine";
import type { IncomingEvent } from "./events";

const MAX_EVENTS = 5_000;
const MAX_NAME = 512;
const MAX_EVENT_BYTES = 3_000_000;

const eventSchema = z.object({
  id: z.string().nullish(),
  name: z.string().min(1),
  data: z.record(z.string(), z.unknown()).nullish(),
  ts: z.number().nullish(),
  user: z.record(z.string(), z.unknown()).nullish(),
  v: z.string().nullish(),
});

/** What `POST /e/:key` answers: the engine's ids, and an error when an event was refused. */
export interface Accepted {
  ids: string[];
  status: number;
  error?: string;
}

/** Takes in one event or a list, as the event API does: what stands before a bad event in a list is accepted. */
export function takeIn(engine: Engine, text: string, seed: string | null): Accepted {
  let body: unknown;
  try {
    body = text.trim() === "" ? [] : JSON.parse(text);
  } catch {
    return { ids: [""], status: 400, error: "Unable to process event payload" };
  }
  const list = Array.isArray(body) ? (body as unknown[]) : [body];
  if (list.length === 0) return { ids: [""], status: 200 };
  if (list.length > MAX_EVENTS)
    return { ids: [""], status: 400, error: `at most ${MAX_EVENTS} events a request` };
  const { store } = engine.ctx;
  const seedKey = seed && createHash("sha256").update(`${seed}\n${text}`).digest("hex");
  return store.transaction(() => {
    // The SDK sends the same seed when it repeats a request whose answer it did not get.
    const known = seedKey && store.get<{ ids: string }>("select ids from seeds where seed = ?", seedKey);
    if (known) return { ids: z.array(z.string()).parse(JSON.parse(known.ids)), status: 200 };
    const ids: string[] = [];
    for (const entry of list) {
      const error = refusal(entry);
      if (error) return { ids: ids.length > 0 ? ids : [""], status: 400, error };
      ids.push(deliver(engine.ctx, readEvent(entry)));
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

function refusal(entry: unknown): string | null {
  const parsed = eventSchema.safeParse(entry);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join(".");
    return field === "name" || !field ? "Event name is empty" : `Event ${field} is not valid`;
  }
  if (parsed.data.name.startsWith("inngest/")) return "Event name is reserved: inngest/";
  if (parsed.data.name.length > MAX_NAME) return "Event name is too long";
  if (JSON.stringify(entry).length > MAX_EVENT_BYTES) return "Event is too large";
  return null;
}

function readEvent(entry: unknown): IncomingEvent {
  const { id, name, data, ts, user, v } = eventSchema.parse(entry);
  // `_inngest` is the engine's own: what a sender puts there is dropped.
  const own = data && Object.fromEntries(Object.entries(data).filter(([key]) => key !== "_inngest"));
  return { name, data: own, ...(id && { id }), ...(ts && { ts }), ...(user && { user }), ...(v && { v }) };
}
