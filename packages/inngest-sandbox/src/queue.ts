import type { Context } from "./context";
import type { Slot } from "./ready";
import type { QueueKind, QueueRow, RunRow } from "./store";

/** What an item's payload may say: a planned step that sends events. */
export const SENDS = "sends";
/** Or a run's first call that takes its place in the throttle's line when it is due. */
export const THROTTLED = "throttled";

interface Item {
  id: string;
  run?: Pick<RunRow, "id" | "rank" | "slots" | "settled">;
  functionId: string;
  kind: QueueKind;
  stepId?: string;
  dueAt?: number;
  payload?: string;
}

/**
 * What the engine does by itself goes before all calls, in the order it fell due: an engine that was off for a while ends a
 * run's sleeps one after the other, as they would have ended.
 */
const BEFORE_CALLS_MS = 1e14;
const callsApp = (kind: QueueKind): boolean => kind === "call" || kind === "step";

const parsed = new Map<string, Slot[]>();
const NONE: Slot[] = [];
function slotsIn(text: string | null): Slot[] {
  if (text === null) return NONE;
  let slots = parsed.get(text);
  if (!slots) {
    if (parsed.size > 10_000) parsed.clear();
    slots = JSON.parse(text) as Slot[]; // written by schedule
    parsed.set(text, slots);
  }
  return slots;
}

/** Puts an item on the queue; one with that id already there stays as it is. Due at once unless `dueAt` says later. */
export function enqueue(ctx: Context, item: Item): void {
  const now = ctx.now();
  const dueAt = Math.max(item.dueAt ?? now, now);
  const ready = dueAt === now;
  const calls = callsApp(item.kind);
  const slots = calls ? (item.run?.slots ?? null) : null;
  const rank = calls && item.run ? item.run.rank : dueAt - BEFORE_CALLS_MS;
  const seq = ctx.nextSeq();
  const added = ctx.store.run(
    "insert or ignore into queue (id, run_id, function_id, kind, step_id, current, attempt, due_at, ready, rank, seq, slots, payload) values (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
    item.id,
    item.run?.id ?? null,
    item.functionId,
    item.kind,
    item.stepId ?? "step",
    item.run?.settled ?? 0,
    dueAt,
    ready ? 1 : 0,
    rank,
    seq,
    slots,
    item.payload ?? null,
  );
  // Should this be rolled back, the item is looked up in vain later on.
  if (ready && added.changes > 0) ctx.ready.push({ id: item.id, rank, seq, slots: slotsIn(slots) });
  ctx.wake();
}

/** Puts a failed item back for another attempt. */
export function retryItem(ctx: Context, item: QueueRow, dueAt: number): void {
  ctx.store.run(
    "update queue set attempt = ?, due_at = ?, ready = 0 where id = ?",
    item.attempt + 1,
    Math.max(dueAt, ctx.now()),
    item.id,
  );
  ctx.wake();
}

/** Puts an item back as it is, for later. */
export function postponeItem(ctx: Context, item: QueueRow, dueAt: number): void {
  ctx.store.run("update queue set due_at = ?, ready = 0 where id = ?", dueAt, item.id);
  ctx.wake();
}

export function removeItem(ctx: Context, id: string): void {
  ctx.store.run("delete from queue where id = ?", id);
}

type Due = Pick<QueueRow, "id" | "rank" | "seq" | "slots">;
const push = (ctx: Context, { id, rank, seq, slots }: Due): void =>
  ctx.ready.push({ id, rank, seq, slots: slotsIn(slots) });

/** Makes everything due by now ready, in the order it fell due. */
export function promoteDue(ctx: Context): void {
  const now = ctx.now();
  const due = ctx.store.all<Due>(
    "select id, rank, seq, slots from queue where ready = 0 and due_at <= ? order by due_at, seq",
    now,
  );
  if (due.length === 0) return;
  ctx.store.run("update queue set ready = 1 where ready = 0 and due_at <= ?", now);
  for (const item of due) push(ctx, item);
}

/** Resumes what an engine before this one had ready or in flight. */
export function recover(ctx: Context): void {
  for (const item of ctx.store.all<Due>("select id, rank, seq, slots from queue where ready = 1"))
    push(ctx, item);
}

/** When the next item that waits is due, ms; null when none waits. */
export function nextDue(ctx: Context): number | null {
  return (
    ctx.store.get<{ due_at: number }>("select due_at from queue where ready = 0 order by due_at limit 1")
      ?.due_at ?? null
  );
}

/** Asks for one call of the function with what it has by now; repeated asks for the same state are one. */
export function enqueueCall(ctx: Context, run: RunRow): void {
  enqueue(ctx, { id: `${run.id}:call:${run.settled}`, run, functionId: run.function_id, kind: "call" });
}
