import type { Context } from "./context";
import { deliver } from "./deliver";
import { settleStep } from "./memo";
import { readEvents, type PauseRow, type RunRow } from "./store";

/** The error of a failed run as system events carry it. */
export interface RunError {
  error: string;
  name: string;
  message: string;
  stack?: string;
}
export type Ending =
  | { status: "Completed"; output: unknown }
  | { status: "Failed"; error: RunError; output: unknown }
  | { status: "Cancelled" };

const SILENT_TRIGGERS = new Set(["inngest/function.failed", "inngest/function.finished"]);

/** Ends a run once: what it still had on the queue is gone, its invoker is told, and the system events go out. */
export function endRun(ctx: Context, runId: string, ending: Ending): void {
  const { store } = ctx;
  const run = store.get<RunRow>("select * from runs where id = ?", runId);
  if (!run || run.ended_at !== null) return;
  const output = ending.status === "Cancelled" ? {} : (ending.output ?? null);
  store.run(
    "update runs set status = ?, ended_at = ?, output = ? where id = ?",
    ending.status,
    ctx.now(),
    JSON.stringify(output),
    runId,
  );
  for (const table of ["queue", "pauses", "pending"])
    store.run(`delete from ${table} where run_id = ?`, runId);

  const events = readEvents(run);
  const [trigger] = events;
  if (!trigger) return;
  const shown = events.map((event) => ({
    data: event.data,
    id: event.id,
    name: event.name,
    ts: event.ts,
    ...(event.user && { user: event.user }),
    ...(event.v && { v: event.v }),
  }));
  const data = {
    function_id: run.function_id,
    run_id: runId,
    event: { user: {}, ...shown[0] },
    events: shown,
    ...(ending.status === "Failed" && { error: ending.error }),
    ...(ending.status !== "Cancelled" && { result: output }),
    ...(run.correlation && { correlation_id: run.correlation }),
    _inngest: { status: ending.status },
  };
  if (run.correlation)
    tellInvoker(ctx, run.correlation, ending, { name: "inngest/function.cancelled", data });
  if (SILENT_TRIGGERS.has(trigger.name)) return;
  deliver(ctx, { name: "inngest/function.finished", data });
  if (ending.status !== "Completed") {
    deliver(ctx, { name: `inngest/function.${ending.status.toLowerCase()}`, id: runId, data });
  }
}

/** Wakes the step that invoked this run. A cancelled callee's step succeeds with the system event, as recorded. */
function tellInvoker(ctx: Context, correlation: string, ending: Ending, cancelled: unknown): void {
  const pause = ctx.store.get<PauseRow>(
    "select * from pauses where kind = 'invoke' and name = ?",
    correlation,
  );
  if (!pause) return;
  const value =
    ending.status === "Completed"
      ? { data: ending.output ?? null }
      : ending.status === "Failed"
        ? { error: ending.error }
        : { data: cancelled };
  resumePause(ctx, pause, value);
}

/** Consumes a pause and stores what it waited for. */
export function resumePause(ctx: Context, pause: PauseRow, value: unknown): void {
  ctx.store.run("delete from pauses where id = ?", pause.id);
  ctx.store.run("delete from queue where id = ?", `${pause.run_id}:timeout:${pause.step_id}`);
  const run = ctx.store.get<RunRow>("select * from runs where id = ? and ended_at is null", pause.run_id);
  if (run) settleStep(ctx, run, pause.step_id, value, {});
}
