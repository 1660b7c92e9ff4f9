import type { Context } from "./context";
import { parseDuration } from "./durations";
import { holds, keyOf } from "./expression";
import { endRun } from "./finish";
import {
  claimOnce,
  passesIdempotency,
  passesRateLimit,
  rankOf,
  singletonKey,
  slotsOf,
  throttledStart,
} from "./flow-control";
import { enqueue } from "./queue";
import type { FunctionConfig } from "./registration";
import type { RunRow, StoredEvent } from "./store";

const DAY_MS = 86_400_000;
const CANCEL_VALID_MS = 365 * DAY_MS;

/** What became of an event at one function. `limited` tells an invoker that its callee did not start. */
export type Scheduled =
  { runId: string } | { skipped: "limited" | "duplicate" | "singleton" } | { held: "debounce" | "batch" };

/** Brings an event to a function, through its flow control. Runs inside a transaction. */
export function schedule(
  ctx: Context,
  fn: FunctionConfig,
  event: StoredEvent,
  correlation?: string,
): Scheduled {
  if (!passesIdempotency(ctx, fn, event) || !passesRateLimit(ctx, fn, event)) return { skipped: "limited" };
  if (fn.debounce) return debounce(ctx, fn, event);
  if (fn.batchEvents && (!fn.batchEvents.if || holds(fn.batchEvents.if, event))) return batch(ctx, fn, event);
  return startRun(ctx, fn, [event], correlation);
}

/** Makes a run of these events, unless the first one's id has already started this function within a day. */
export function startRun(
  ctx: Context,
  fn: FunctionConfig,
  events: StoredEvent[],
  correlation?: string,
): Scheduled {
  const [event] = events;
  if (!event) throw new Error("a run needs an event");
  const singleton = singletonKey(fn, event);
  const active = singleton
    ? ctx.store.get<{ id: string }>(
        "select id from runs where singleton = ? and ended_at is null limit 1",
        singleton,
      )
    : undefined;
  if (active && fn.singleton?.mode === "skip") return { skipped: "singleton" };
  if (event.id !== event.internalId && !claimOnce(ctx, `event:${fn.id}:${event.id}`, DAY_MS))
    return { skipped: "duplicate" };
  if (active) endRun(ctx, active.id, { status: "Cancelled" });

  const now = ctx.now();
  const run: RunRow = {
    id: ctx.newId(),
    function_id: fn.id,
    event_id: event.internalId,
    events: JSON.stringify(events),
    status: "Scheduled",
    rank: rankOf(ctx, fn, event),
    queued_at: now,
    started_at: null,
    ended_at: null,
    output: null,
    stack: "[]",
    req_version: -1,
    slots: JSON.stringify(slotsOf(fn, event)),
    correlation: correlation ?? null,
  };
  ctx.store.run(
    "insert into runs (id, function_id, event_id, events, status, rank, queued_at, started_at, ended_at, output, stack, req_version, slots, correlation, singleton) values (?, ?, ?, ?, ?, ?, ?, null, null, null, '[]', -1, ?, ?, ?)",
    run.id,
    run.function_id,
    run.event_id,
    run.events,
    run.status,
    run.rank,
    run.queued_at,
    run.slots,
    run.correlation,
    singleton,
  );
  for (const one of events)
    ctx.store.run("insert into run_events (event_id, run_id) values (?, ?)", one.internalId, run.id);
  for (const [index, cancel] of (fn.cancel ?? []).entries()) {
    const id = `${run.id}:cancel:${index}`;
    const valid = cancel.timeout ? (parseDuration(cancel.timeout) ?? CANCEL_VALID_MS) : CANCEL_VALID_MS;
    ctx.store.run(
      "insert into pauses (id, kind, run_id, step_id, name, expression, plan, created_at, expires_at) values (?, 'cancel', ?, ?, ?, ?, 0, ?, ?)",
      id,
      run.id,
      id,
      cancel.event,
      cancel.if ?? null,
      now,
      now + valid,
    );
  }
  const earliest = Math.max(now, Number.isFinite(event.ts) ? event.ts : now);
  enqueue(ctx, {
    id: `${run.id}:call:0`,
    run,
    functionId: fn.id,
    kind: "call",
    dueAt: throttledStart(ctx, fn, event, earliest),
  });
  const start = fn.timeouts?.start ? parseDuration(fn.timeouts.start) : null;
  if (start !== null) {
    enqueue(ctx, {
      id: `${run.id}:start-timeout`,
      run,
      functionId: fn.id,
      kind: "start-timeout",
      dueAt: now + start,
    });
  }
  return { runId: run.id };
}

/** The last event of a burst wins; the run starts on a whole second, a second or more after the period, as recorded. */
function debounce(ctx: Context, fn: FunctionConfig, event: StoredEvent): Scheduled {
  const option = fn.debounce;
  if (!option) throw new Error("not a debounced function");
  const now = ctx.now();
  const key = `debounce:${fn.id}:${option.key ? keyOf(option.key, event) : ""}`;
  const first =
    ctx.store.get<{ first_at: number }>("select first_at from gathered where key = ?", key)?.first_at ?? now;
  const limit = option.timeout ? first + (parseDuration(option.timeout) ?? 0) : Infinity;
  const dueAt = Math.min(
    Math.ceil((now + (parseDuration(option.period) ?? 0)) / 1_000) * 1_000 + 1_000,
    Math.max(limit, now),
  );
  ctx.store.run(
    "insert or replace into gathered (key, function_id, events, first_at) values (?, ?, ?, ?)",
    key,
    fn.id,
    JSON.stringify([event]),
    first,
  );
  ctx.store.run("delete from queue where id = ?", key);
  enqueue(ctx, { id: key, functionId: fn.id, kind: "debounce", dueAt });
  return { held: "debounce" };
}

function batch(ctx: Context, fn: FunctionConfig, event: StoredEvent): Scheduled {
  const option = fn.batchEvents;
  if (!option) throw new Error("not a batching function");
  const key = `batch:${fn.id}:${option.key ? keyOf(option.key, event) : ""}`;
  const now = ctx.now();
  const row = ctx.store.get<{ events: string; first_at: number }>(
    "select events, first_at from gathered where key = ?",
    key,
  );
  const events = [...(row ? (JSON.parse(row.events) as StoredEvent[]) : []), event]; // written below
  ctx.store.run(
    "insert or replace into gathered (key, function_id, events, first_at) values (?, ?, ?, ?)",
    key,
    fn.id,
    JSON.stringify(events),
    row?.first_at ?? now,
  );
  if (!row)
    enqueue(ctx, {
      id: key,
      functionId: fn.id,
      kind: "batch",
      dueAt: now + (parseDuration(option.timeout) ?? 0),
    });
  if (events.length >= option.maxSize) startGathered(ctx, key);
  return { held: "batch" };
}

/** Starts the run of what a debounce or batch has gathered. */
export function startGathered(ctx: Context, key: string): void {
  const row = ctx.store.get<{ function_id: string; events: string }>(
    "select function_id, events from gathered where key = ?",
    key,
  );
  ctx.store.run("delete from gathered where key = ?", key);
  ctx.store.run("delete from queue where id = ?", key);
  const fn = row && ctx.functions.get(row.function_id);
  if (fn) startRun(ctx, fn, JSON.parse(row.events) as StoredEvent[]); // written by debounce or batch
}
