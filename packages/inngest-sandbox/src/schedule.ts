import type { Context } from "./context";
import { parseDuration, wakeTime } from "./durations";
import { invokerOf, type TakenEvent } from "./events";
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
import { enqueue, THROTTLED } from "./queue";
import type { FunctionConfig } from "./registration";
import type { RunRow } from "./store";

const DAY_MS = 86_400_000;
const CANCEL_VALID_MS = 365 * DAY_MS;
const BATCH = "batch:";

/** What became of an event at one function. `limited` tells an invoker that its callee did not start. */
export type Scheduled =
  { runId: string } | { skipped: "limited" | "duplicate" | "singleton" } | { held: "debounce" | "batch" };

/** Brings an event to a function, through its flow control. Runs inside a transaction. */
export function schedule(ctx: Context, fn: FunctionConfig, event: TakenEvent): Scheduled {
  if (!passesIdempotency(ctx, fn, event.view) || !passesRateLimit(ctx, fn, event.view))
    return { skipped: "limited" };
  if (fn.debounce) return debounce(ctx, fn, fn.debounce, event);
  const { batchEvents } = fn;
  if (batchEvents && (!batchEvents.if || holds(batchEvents.if, event.view)))
    return batch(ctx, fn, batchEvents, event);
  return startRun(ctx, fn, [event]);
}

/** Whether the event's id is new to the function within a day; an event that was sent without an id always is. */
const isFirst = (ctx: Context, fn: FunctionConfig, { view, internalId }: TakenEvent): boolean =>
  view.id === internalId || claimOnce(ctx, `event:${fn.id}:${view.id}`, DAY_MS);

/** Makes a run of an event whose id is new to the function, or of a batch, whose events were each asked for that before. */
function startRun(ctx: Context, fn: FunctionConfig, events: TakenEvent[], isBatch = false): Scheduled {
  const [event] = events;
  if (!event) throw new Error("a run needs an event");
  const { view } = event;
  const singleton = singletonKey(fn, view);
  const active = singleton
    ? ctx.store.get<RunRow>("select * from runs where singleton = ? and ended_at is null limit 1", singleton)
    : undefined;
  if (active && fn.singleton?.mode === "skip") return { skipped: "singleton" };
  if (!isBatch && !isFirst(ctx, fn, event)) return { skipped: "duplicate" };
  if (active) endRun(ctx, active, { status: "Cancelled" });

  const now = ctx.now();
  const invokers = events.flatMap((one) => invokerOf(one.view) ?? []);
  const run: RunRow = {
    id: ctx.newId(),
    function_id: fn.id,
    event_id: event.internalId,
    trigger: event.text,
    events: events.length > 1 ? `[${events.map((one) => one.text).join(",")}]` : null,
    status: "Scheduled",
    rank: rankOf(ctx, fn, view),
    queued_at: now,
    started_at: null,
    ended_at: null,
    output: null,
    settled: 0,
    plan: 0,
    req_version: -1,
    slots: slotsOf(fn, view),
    invokers: invokers.length > 0 ? JSON.stringify(invokers) : null,
  };
  ctx.store.run(
    `insert into runs (id, function_id, event_id, "trigger", events, status, rank, queued_at, started_at, ended_at, output, settled, plan, req_version, slots, invokers, singleton) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...Object.values(run),
    singleton,
  );
  for (const one of events)
    ctx.store.run("insert into run_events (event_id, run_id) values (?, ?)", one.internalId, run.id);
  pauseForCancels(ctx, fn, run);
  enqueueStart(ctx, fn, run, view.ts);
  return { runId: run.id };
}

function enqueueStart(ctx: Context, fn: FunctionConfig, run: RunRow, ts: number): void {
  const now = ctx.now();
  // A start that lies ahead takes its place in the throttle's line when it is due.
  const later = Number.isFinite(ts) && ts > now;
  enqueue(ctx, {
    id: `${run.id}:call:0`,
    run,
    functionId: fn.id,
    kind: "call",
    dueAt: later ? ts : throttledStart(ctx, fn, run.trigger, now),
    ...(later && fn.throttle && { payload: THROTTLED }),
  });
  const limit = fn.timeouts?.start ? parseDuration(fn.timeouts.start) : null;
  if (limit === null) return;
  const id = `${run.id}:start-timeout`;
  enqueue(ctx, { id, run, functionId: fn.id, kind: "start-timeout", dueAt: now + limit });
}

function pauseForCancels(ctx: Context, fn: FunctionConfig, run: RunRow): void {
  const now = run.queued_at;
  for (const [index, cancel] of (fn.cancel ?? []).entries()) {
    const id = `${run.id}:cancel:${index}`;
    const expiresAt = cancel.timeout ? wakeTime(cancel.timeout, now) : now + CANCEL_VALID_MS;
    ctx.store.run(
      "insert into pauses (id, kind, run_id, step_id, name, expression, created_at, expires_at) values (?, 'cancel', ?, ?, ?, ?, ?, ?)",
      id,
      run.id,
      id,
      cancel.event,
      cancel.if ?? null,
      now,
      expiresAt,
    );
  }
}

/** The last event of a burst wins; the run starts on a whole second, a second or more after the period, as recorded. */
function debounce(
  ctx: Context,
  fn: FunctionConfig,
  option: NonNullable<FunctionConfig["debounce"]>,
  event: TakenEvent,
): Scheduled {
  const now = ctx.now();
  const key = `debounce:${fn.id}:${option.key ? keyOf(option.key, event.view) : ""}`;
  const held = ctx.store.get<{ first_at: number }>("select first_at from gathered where key = ?", key);
  const first = held?.first_at ?? now;
  const limit = option.timeout ? first + (parseDuration(option.timeout) ?? 0) : Infinity;
  const quiet = Math.ceil((now + (parseDuration(option.period) ?? 0)) / 1_000) * 1_000 + 1_000;
  gather(ctx, key, fn, [event], first);
  ctx.store.run("delete from queue where id = ?", key);
  enqueue(ctx, {
    id: key,
    functionId: fn.id,
    kind: "debounce",
    dueAt: Math.min(quiet, Math.max(limit, now)),
  });
  return { held: "debounce" };
}

function batch(
  ctx: Context,
  fn: FunctionConfig,
  option: NonNullable<FunctionConfig["batchEvents"]>,
  event: TakenEvent,
): Scheduled {
  if (!isFirst(ctx, fn, event)) return { skipped: "duplicate" };
  const key = `${BATCH}${fn.id}:${option.key ? keyOf(option.key, event.view) : ""}`;
  const row = ctx.store.get<{ events: string; first_at: number }>(
    "select events, first_at from gathered where key = ?",
    key,
  );
  const now = ctx.now();
  const events = [...(row ? (JSON.parse(row.events) as TakenEvent[]) : []), event]; // written by gather
  gather(ctx, key, fn, events, row?.first_at ?? now);
  const dueAt = now + (parseDuration(option.timeout) ?? 0);
  if (!row) enqueue(ctx, { id: key, functionId: fn.id, kind: "batch", dueAt });
  if (events.length >= option.maxSize) startGathered(ctx, key);
  return { held: "batch" };
}

function gather(ctx: Context, key: string, fn: FunctionConfig, events: TakenEvent[], first: number): void {
  ctx.store.run(
    "insert or replace into gathered (key, function_id, events, first_at) values (?, ?, ?, ?)",
    key,
    fn.id,
    JSON.stringify(events),
    first,
  );
}

/** Starts the run of what a debounce or batch has gathered. */
export function startGathered(ctx: Context, key: string): void {
  const row = ctx.store.get<{ function_id: string; events: string }>(
    "delete from gathered where key = ? returning function_id, events",
    key,
  );
  ctx.store.run("delete from queue where id = ?", key);
  const fn = row && ctx.functions.get(row.function_id);
  if (fn) startRun(ctx, fn, JSON.parse(row.events) as TakenEvent[], key.startsWith(BATCH)); // written by gather
}
