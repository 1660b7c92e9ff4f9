import type { Context } from "./context";
import { canonical } from "./events";
import { enqueueCall } from "./queue";
import type { RunRow } from "./store";

/**
 * Stores a step's result as the SDK will be told it, and asks for the next call: at once when nothing else of the group is
 * open or the group races, else when the last of it is done. A result that is already there stays.
 *
 * Asking for the next call ends planning, except after a sleep: the real server's sleep is itself that call.
 */
export function settleStep(
  ctx: Context,
  run: RunRow,
  stepId: string,
  value: unknown,
  { after = "step", race = false }: { after?: "step" | "sleep"; race?: boolean } = {},
): void {
  const { store } = ctx;
  const added = store.run(
    "insert or ignore into memo (run_id, step_id, value, position) values (?, ?, ?, (select settled from runs where id = ?))",
    run.id,
    stepId,
    canonical(value),
    run.id,
  );
  if (added.changes === 0) return;
  const counted = store.get<{ settled: number; plan: number }>(
    "update runs set settled = settled + 1 where id = ? returning settled, plan",
    run.id,
  );
  if (!counted) return;
  const mine = store.get<{ race: number }>(
    "delete from pending where run_id = ? and step_id = ? returning race",
    run.id,
    stepId,
  );
  const races = mine ? mine.race === 1 : race;
  if (!races && store.get("select 1 from pending where run_id = ? limit 1", run.id)) return;
  if (counted.plan === 1 && after === "step") store.run("update runs set plan = 0 where id = ?", run.id);
  enqueueCall(ctx, { ...run, ...counted });
}

interface MemoRow {
  step_id: string;
  value: string;
  position: number;
}

/** What the SDK is told of the steps that have a result: the canonical JSON of all of them, and the order they came in. */
export function memoOf(ctx: Context, runId: string): { steps: string; order: string[] } {
  const rows = ctx.store.all<MemoRow>(
    "select step_id, value, position from memo where run_id = ? order by step_id",
    runId,
  );
  const steps = `{${rows.map((row) => `${JSON.stringify(row.step_id)}:${row.value}`).join(",")}}`;
  const order = rows.sort((a, b) => a.position - b.position).map((row) => row.step_id);
  return { steps, order };
}
