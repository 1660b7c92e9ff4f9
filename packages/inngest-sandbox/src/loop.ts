import { callFunction } from "./call";
import type { Context } from "./context";
import { fireCrons, nextTick } from "./crons";
import { wakeHeld } from "./deliver";
import { endRun } from "./finish";
import type { Post } from "./http";
import { settleStep } from "./memo";
import { timeOut } from "./opcodes";
import { nextDue, postponeItem, promoteDue, removeItem, SENDS } from "./queue";
import type { ReadyItem } from "./ready";
import { startGathered } from "./schedule";
import { openRun, type QueueRow } from "./store";

const LOOK_AGAIN_MS = 5_000;
const FAR_MS = 2 ** 31 - 1;

export interface LoopOptions {
  post: Post;
  /** Breaks off every call that is under way. */
  cut(): void;
  wallNow: () => number;
  /** How many calls may be under way at once. */
  workers: number;
}

/** Takes what is due off the queue and does it: as many calls side by side as there are workers and slots. */
export function createLoop(ctx: Context, options: LoopOptions) {
  const underWay = new Map<string, QueueRow>();
  const sending = new Map<string, number>();
  /** Held back until the run's own sending is answered. */
  const heldBack: ReadyItem[] = [];
  /** Put back on the queue, and due, before the loop had heard that it is done. */
  const dueAgain: ReadyItem[] = [];
  const idle: (() => void)[] = [];
  let state: "still" | "running" | "paused" | "over" = "still";
  let timer: NodeJS.Timeout | undefined;
  let pumping = false;
  let held = 0;
  let done = 0;

  function wake(): void {
    if (pumping || state === "over") return;
    pumping = true;
    queueMicrotask(pump);
  }

  function pump(): void {
    pumping = false;
    if (state !== "running" || held > 0) return;
    fireCrons(ctx);
    promoteDue(ctx);
    // A call may end the engine before it is even under way, when app and engine share a process.
    for (let item; !isOver() && underWay.size < options.workers && (item = ctx.ready.take());) start(item);
    if (isOver()) return;
    setAlarm();
    if (underWay.size === 0 && !pumping) for (const resolve of idle.splice(0)) resolve();
  }

  function start(ready: ReadyItem): void {
    const item = ctx.store.get<QueueRow>("select * from queue where id = ? and ready = 1", ready.id);
    // Gone meanwhile, with its run or in a transaction that was taken back.
    if (!item) return ctx.ready.release(ready);
    if (underWay.has(item.id)) return void (ctx.ready.release(ready), dueAgain.push(ready));
    if (item.kind === "wake" && isSending(item.run_id ?? "")) return void heldBack.push(ready);
    if (item.kind !== "call" && item.kind !== "step") {
      done++;
      return ctx.store.transaction(() => actNow(item));
    }
    underWay.set(item.id, item);
    if (item.payload === SENDS) count(item.run_id ?? "", 1);
    void callFunction(ctx, item, { ...options, isOver })
      .catch((error: unknown) => {
        if (isOver()) return;
        ctx.log(`item ${item.id} failed inside the engine: ${readable(error)}`);
        postponeItem(ctx, item, ctx.now() + LOOK_AGAIN_MS);
      })
      .finally(() => {
        underWay.delete(item.id);
        if (item.payload === SENDS) count(item.run_id ?? "", -1);
        done++;
        ctx.ready.release(ready);
        for (const again of dueAgain.splice(0)) ctx.ready.push(again);
        wake();
      });
  }

  const isOver = (): boolean => state === "over";
  const isSending = (runId: string): boolean => sending.has(runId);
  function count(runId: string, by: number): void {
    const left = (sending.get(runId) ?? 0) + by;
    if (left > 0) return void sending.set(runId, left);
    sending.delete(runId);
    for (const item of heldBack.splice(0)) ctx.ready.push(item);
  }

  function actNow(item: QueueRow): void {
    removeItem(ctx, item.id);
    if (item.kind === "debounce" || item.kind === "batch") return startGathered(ctx, item.id);
    const run = openRun(ctx.store, item.run_id);
    if (!run) return;
    if (item.kind === "wake") wakeHeld(ctx, item.payload ?? "");
    else if (item.kind === "sleep") settleStep(ctx, run, item.step_id, null, { after: "sleep" });
    else if (item.kind === "wait-timeout") timeOut(ctx, run, item.step_id);
    else if (item.kind === "finish-timeout" || run.started_at === null)
      endRun(ctx, run, { status: "Cancelled" });
  }

  /** The next moment anything is due, ms; null when nothing is. */
  function nextDueAt(): number | null {
    const moments = [nextDue(ctx), nextTick(ctx)].filter((moment) => moment !== null);
    return moments.length > 0 ? Math.min(...moments) : null;
  }

  function setAlarm(): void {
    clearTimeout(timer);
    const next = nextDueAt();
    if (next !== null) timer = setTimeout(wake, Math.min(Math.max(next - ctx.now(), 1), FAR_MS));
  }

  function turn(to: typeof state): void {
    state = to;
    clearTimeout(timer);
    wake();
  }

  /** Ends it: no further call, and nothing that is under way is written any more. */
  function cutShort(): void {
    turn("over");
    options.cut();
    for (const resolve of idle.splice(0)) resolve();
  }

  return {
    wake,
    isSending,
    nextDueAt,
    cutShort,
    start: () => turn("running"),
    pause: () => turn("paused"),
    isPaused: () => state === "paused",
    isOver,
    /** How many calls wait for their answer. */
    underWay: () => underWay.size,
    /** How many items were done so far. */
    done: () => done,
    /** Resolves when nothing is under way and nothing is ready that could run. */
    settled(): Promise<void> {
      if (state === "over") return Promise.resolve();
      return new Promise((resolve) => {
        idle.push(resolve);
        wake();
      });
    },
    /** Takes nothing up until `work` is done, whatever falls due meanwhile. */
    async during(work: () => Promise<void>): Promise<void> {
      held++;
      try {
        await work();
      } finally {
        held--;
        wake();
      }
    },
    /** Starts no further work and waits for the calls that are in flight. */
    async drain(): Promise<void> {
      if (state === "over") return;
      turn("still");
      while (underWay.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      cutShort();
    },
  };
}
export type Loop = ReturnType<typeof createLoop>;

const readable = (error: unknown): string => (error instanceof Error ? (error.stack ?? "") : String(error));
