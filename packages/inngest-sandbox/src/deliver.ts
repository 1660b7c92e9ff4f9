import type { Context } from "./context";
import { readEvent, type IncomingEvent, type TakenEvent } from "./events";
import { compile, holds } from "./expression";
import { endRun, resumePause, triggerOf } from "./finish";
import { enqueue } from "./queue";
import { schedule } from "./schedule";
import { openRun, type PauseRow } from "./store";
import { takeEvent } from "./take-event";

/**
 * Takes an event in: stores it, wakes and cancels what waits for it, and starts the functions it triggers, in one
 * transaction.
 * @returns the engine's own id for it
 */
export function deliver(ctx: Context, incoming: IncomingEvent): string {
  return ctx.store.transaction(() => {
    const event = takeEvent(ctx, incoming);
    // Before anything is started, so that a run's own event neither wakes nor cancels it.
    wakePauses(ctx, event);
    for (const fn of ctx.triggers.startedBy(event.view)) schedule(ctx, fn, event);
    return event.internalId;
  });
}

interface Held {
  pause: PauseRow;
  text: string;
}

/** Wakes a pause that was held back, unless it was consumed meanwhile. */
export function wakeHeld(ctx: Context, payload: string): void {
  const { pause, text } = JSON.parse(payload) as Held; // written by wakePauses
  if (ctx.store.get("select 1 from pauses where id = ?", pause.id)) resumePause(ctx, pause, readEvent(text));
}

function wakePauses(ctx: Context, event: TakenEvent): void {
  const waiting = ctx.store.all<PauseRow>(
    "select * from pauses where name = ? and kind in ('wait', 'cancel') and expires_at > ? order by created_at, id",
    event.view.name,
    ctx.now(),
  );
  for (const pause of waiting) {
    const { expression } = pause;
    const alone = expression !== null && !compile(expression).readsTrigger;
    if (alone && !holds(expression, {}, event.view)) continue;
    const run = openRun(ctx.store, pause.run_id);
    if (!run) continue;
    if (expression && !alone && !holds(expression, triggerOf(run), event.view)) continue;
    if (pause.kind === "cancel") endRun(ctx, run, { status: "Cancelled" });
    else if (ctx.isSending(run.id)) {
      // The run's own sendEvent is answered before what it sent comes back to the run, as recorded.
      const payload = JSON.stringify({ pause, text: event.text } satisfies Held);
      enqueue(ctx, { id: `${pause.id}:wake`, run, functionId: run.function_id, kind: "wake", payload });
    } else resumePause(ctx, pause, event.view);
  }
}
