import type { Context } from "./context";
import { enqueueCall } from "./queue";
import type { RunRow } from "./store";

/**
 * Stores a step's result as the SDK will be told it, and asks for the next call: at once when nothing else of the group is
 * open or the group races, else when the last of it is done. A result that is already there stays.
 * @returns whether this was news
 */
export function settleStep(
  ctx: Context,
  run: RunRow,
  stepId: string,
  value: unknown,
  options: { plan?: boolean } = {},
): boolean {
  const { store } = ctx;
  const added = store.run(
    "insert or ignore into memo (run_id, step_id, value) values (?, ?, ?)",
    run.id,
    stepId,
    JSON.stringify(value ?? null),
  );
  if (added.changes === 0) return false;
  const { stack } = store.get<{ stack: string }>("select stack from runs where id = ?", run.id) ?? {
    stack: "[]",
  };
  store.run(
    "update runs set stack = ? where id = ?",
    JSON.stringify([...(JSON.parse(stack) as string[]), stepId]),
    run.id,
  );
  const race = store.get<{ race: number }>(
    "select race from pending where run_id = ? and step_id = ?",
    run.id,
    stepId,
  );
  store.run("delete from pending where run_id = ? and step_id = ?", run.id, stepId);
  const open = store.get("select 1 from pending where run_id = ? limit 1", run.id);
  if (!open || race?.race === 1) enqueueCall(ctx, run, options.plan);
  return true;
}

/** What the SDK is told of the first `length` settled steps. */
export function memoOf(ctx: Context, runId: string, stack: string[]): Record<string, unknown> {
  const known = new Set(stack);
  const rows = ctx.store.all<{ step_id: string; value: string }>(
    "select step_id, value from memo where run_id = ?",
    runId,
  );
  return Object.fromEntries(
    rows
      .filter((row) => known.has(row.step_id))
      .map((row) => [row.step_id, JSON.parse(row.value) as unknown]),
  );
}
