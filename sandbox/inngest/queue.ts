import type { Context } from "./context";
import type { QueueKind, QueueRow, RunRow } from "./store";

interface Item {
  id: string;
  run?: Pick<RunRow, "id" | "rank">;
  functionId: string;
  kind: QueueKind;
  stepId?: string;
  plan?: boolean;
  stackLength?: number;
  dueAt?: number;
  payload?: unknown;
}

let sequence = 0;

/** Puts an item on the queue; one with that id already there stays as it is. Due at once unless `dueAt` says later. */
export function enqueue(ctx: Context, item: Item): void {
  const now = ctx.now();
  const dueAt = item.dueAt ?? now;
  sequence = Math.max(sequence + 1, now * 1_000);
  ctx.store.run(
    "insert or ignore into queue (id, run_id, function_id, kind, step_id, plan, stack_length, attempt, due_at, ready, rank, seq, payload) values (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
    item.id,
    item.run?.id ?? null,
    item.functionId,
    item.kind,
    item.stepId ?? "step",
    item.plan ? 1 : 0,
    item.stackLength ?? null,
    dueAt,
    dueAt <= now ? 1 : 0,
    item.run?.rank ?? now,
    sequence,
    item.payload === undefined ? null : JSON.stringify(item.payload),
  );
  ctx.wake();
}

/** Puts a failed item back for another attempt. */
export function retryItem(ctx: Context, item: QueueRow, dueAt: number): void {
  ctx.store.run(
    "update queue set attempt = attempt + 1, due_at = ?, ready = ? where id = ?",
    dueAt,
    dueAt <= ctx.now() ? 1 : 0,
    item.id,
  );
  ctx.wake();
}

export function removeItem(ctx: Context, id: string): void {
  ctx.store.run("delete from queue where id = ?", id);
}

/** Makes everything due by now ready; returns how many items that were. */
export function promoteDue(ctx: Context): number {
  return ctx.store.run("update queue set ready = 1 where ready = 0 and due_at <= ?", ctx.now()).changes;
}

/** When the next item that waits is due, ms; null when none waits. */
export function nextDue(ctx: Context): number | null {
  return (
    ctx.store.get<{ due_at: number }>("select due_at from queue where ready = 0 order by due_at limit 1")
      ?.due_at ?? null
  );
}

/** Asks for one call of the function with what it has by now; repeated asks for the same state are one. */
export function enqueueCall(ctx: Context, run: RunRow, plan = false): void {
  const length = stackOf(ctx, run.id).length;
  enqueue(ctx, { id: `${run.id}:call:${length}`, run, functionId: run.function_id, kind: "call", plan });
}

export function stackOf(ctx: Context, runId: string): string[] {
  const row = ctx.store.get<{ stack: string }>("select stack from runs where id = ?", runId);
  return row ? (JSON.parse(row.stack) as string[]) : []; // written by this engine
}
