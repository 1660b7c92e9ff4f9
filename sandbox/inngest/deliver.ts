import canonicalize from "canonicalize";
import type { Context } from "./context";
import { holds } from "./expression";
import { endRun, resumePause } from "./finish";
import { enqueue } from "./queue";
import { nameMatches } from "./registration";
import { schedule } from "./schedule";
import { readEvents, type PauseRow, type RunRow, type StoredEvent } from "./store";

/** An event as it comes in: what is absent is filled in here. */
export interface IncomingEvent {
  id?: string;
  name: string;
  data?: Record<string, unknown> | null;
  ts?: number;
  user?: Record<string, unknown>;
  v?: string;
}

/** Event as functions are handed it. */
export const shownEvent = (event: StoredEvent) => ({
  data: event.data,
  id: event.id,
  name: event.name,
  ts: event.ts,
  user: event.user ?? {},
  ...(event.v && { v: event.v }),
});

/**
 * Takes an event in: stores it, wakes and cancels what waits for it, and starts the functions it triggers, in one
 * transaction.
 * @returns the engine's own id for it
 */
export function deliver(ctx: Context, incoming: IncomingEvent, internalId = ctx.newId()): string {
  return ctx.store.transaction(() => {
    const event = store(ctx, incoming, internalId);
    wakePauses(ctx, event);
    for (const fn of ctx.functions.values()) {
      const triggered = fn.triggers.some(
        (trigger) =>
          "event" in trigger &&
          nameMatches(trigger.event, event.name) &&
          (!trigger.expression || holds(trigger.expression, event)),
      );
      if (triggered) schedule(ctx, fn, event);
    }
    return internalId;
  });
}

/** Stores an event without delivering it: the trigger of a cron tick or an invoke. */
export function store(ctx: Context, incoming: IncomingEvent, internalId = ctx.newId()): StoredEvent {
  const event: StoredEvent = {
    internalId,
    id: incoming.id || internalId,
    name: incoming.name,
    // Keys in order, as the real server hands data on.
    data: incoming.data ? (JSON.parse(canonicalize(incoming.data) ?? "{}") as Record<string, unknown>) : null,
    ts: incoming.ts || ctx.now(),
    ...(incoming.user && { user: incoming.user }),
    ...(incoming.v && { v: incoming.v }),
  };
  ctx.store.run(
    "insert or ignore into events (internal_id, id, name, body, received_at) values (?, ?, ?, ?, ?)",
    internalId,
    event.id,
    event.name,
    JSON.stringify(event),
    ctx.now(),
  );
  return event;
}

/** Wakes a pause that was held back, unless it was consumed meanwhile. */
export function wakeHeld(ctx: Context, payload: string): void {
  const { pause, event } = JSON.parse(payload) as { pause: PauseRow; event: StoredEvent }; // written by wakePauses
  if (ctx.store.get("select 1 from pauses where id = ?", pause.id))
    resumePause(ctx, pause, shownEvent(event));
}

function wakePauses(ctx: Context, event: StoredEvent): void {
  const now = ctx.now();
  const waiting = ctx.store.all<PauseRow>(
    "select * from pauses where kind in ('wait', 'cancel') and name = ? and expires_at > ? order by created_at, id",
    event.name,
    now,
  );
  for (const pause of waiting) {
    const run = ctx.store.get<RunRow>("select * from runs where id = ? and ended_at is null", pause.run_id);
    if (!run) continue;
    const [trigger] = readEvents(run);
    if (!trigger || trigger.internalId === event.internalId) continue;
    if (pause.expression && !holds(pause.expression, trigger, event)) continue;
    if (pause.kind === "cancel") endRun(ctx, run.id, { status: "Cancelled" });
    else if (ctx.isSending(run.id)) {
      // The run's own sendEvent is answered before what it sent comes back to the run, as recorded.
      const payload = { pause, event };
      enqueue(ctx, { id: `${pause.id}:wake`, run, functionId: run.function_id, kind: "wake", payload });
    } else resumePause(ctx, pause, shownEvent(event));
  }
}
