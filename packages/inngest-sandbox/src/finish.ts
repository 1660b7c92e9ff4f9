import type { Context } from "./context";
import { invokerOf, readEvent, withoutEmptyUser, type EventView, type IncomingEvent } from "./events";
import { settleStep } from "./memo";
import type { RunError } from "./reply";
import { eventsOf, openRun, type PauseRow, type RunRow } from "./store";

export type Ending =
  | { status: "Completed"; output: unknown }
  | { status: "Failed"; error: RunError; output: unknown }
  | { status: "Cancelled" };

const SILENT_TRIGGERS = new Set(["inngest/function.failed", "inngest/function.finished"]);

/** Ends a run once: what it still had on the queue is gone, its invokers are told, and the system events go out. */
export function endRun(ctx: Context, run: RunRow, ending: Ending): void {
  const { store } = ctx;
  const output = ending.status === "Cancelled" ? {} : (ending.output ?? null);
  const ended = store.run(
    "update runs set status = ?, ended_at = ?, output = ? where id = ? and ended_at is null",
    ending.status,
    ctx.now(),
    JSON.stringify(output),
    run.id,
  );
  if (ended.changes === 0) return;
  for (const table of ["queue", "pauses", "pending"])
    store.run(`delete from ${table} where run_id = ?`, run.id);
  ctx.ended();

  const events = JSON.parse(eventsOf(run)) as EventView[]; // written by startRun
  const [trigger] = events;
  if (!trigger) return;
  const correlation = invokerOf(trigger);
  const data = {
    function_id: run.function_id,
    run_id: run.id,
    event: { ...trigger, data: trigger.data ?? {} },
    events: events.map(withoutEmptyUser),
    ...(ending.status === "Failed" && { error: ending.error }),
    ...(ending.status !== "Cancelled" && { result: output }),
    ...(correlation && { correlation_id: correlation }),
    _inngest: { status: ending.status },
  };
  const finished: IncomingEvent = { name: "inngest/function.finished", data };
  const invokers = run.invokers ? (JSON.parse(run.invokers) as string[]) : []; // written by startRun
  if (!SILENT_TRIGGERS.has(trigger.name)) {
    const internalId = announce(ctx, run, finished);
    for (const one of invokers)
      tellInvoker(ctx, one, ending, { ...finished, id: internalId, ts: ctx.now(), user: {} });
    if (ending.status !== "Completed")
      announce(ctx, run, { name: `inngest/function.${ending.status.toLowerCase()}`, id: run.id, data });
  }
}

/** A system event is kept as long as the run it is about. */
function announce(ctx: Context, run: RunRow, event: IncomingEvent): string {
  const internalId = ctx.deliver(event);
  ctx.store.run("insert into run_events (event_id, run_id) values (?, ?)", internalId, run.id);
  return internalId;
}

/** Fails a run over something the engine itself found wrong with it, in the words the real server has for it. */
export function failRun(ctx: Context, run: RunRow, name: string, message: string, stack?: string): void {
  const inner = { error: `${name}: ${message}`, name, message, ...(stack && { stack }) };
  // As Go writes JSON.
  const output = JSON.stringify({ error: inner }).replace(
    /[<>&]/g,
    (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`,
  );
  endRun(ctx, run, { status: "Failed", error: { error: name, message: output, name: "Error" }, output });
}

/** Wakes the step that invoked this run. A cancelled callee's step succeeds with the system event, as the real one's. */
function tellInvoker(ctx: Context, correlation: string, ending: Ending, finished: IncomingEvent): void {
  const pause = ctx.store.get<PauseRow>(
    "select * from pauses where kind = 'invoke' and name = ?",
    correlation,
  );
  if (!pause) return;
  if (ending.status === "Completed") resumePause(ctx, pause, { data: ending.output ?? null });
  else resumePause(ctx, pause, ending.status === "Failed" ? { error: ending.error } : finished);
}

/** Consumes a pause and stores what it waited for. */
export function resumePause(ctx: Context, pause: PauseRow, value: unknown): void {
  ctx.store.run("delete from pauses where id = ?", pause.id);
  ctx.store.run("delete from queue where id = ?", `${pause.run_id}:timeout:${pause.step_id}`);
  const run = openRun(ctx.store, pause.run_id);
  if (run) settleStep(ctx, run, pause.step_id, value);
}

/** The event that started a run. */
export const triggerOf = (run: RunRow): EventView => readEvent(run.trigger);
