import { retryAfter, retryDelay } from "./backoff";
import type { Context } from "./context";
import { parseDuration } from "./durations";
import { endRun, failRun } from "./finish";
import { throttledStart } from "./flow-control";
import { fetchFor, type Fetched } from "./gateway";
import type { Post } from "./http";
import { settleStep } from "./memo";
import { beginOps, settleRun } from "./opcodes";
import { enqueue, postponeItem, removeItem, retryItem, THROTTLED } from "./queue";
import type { FunctionConfig } from "./registration";
import { readReply, unreachable, unusable, type Op, type Reply } from "./reply";
import { addressOf, bodyOf, headersOf, MAX_STATE_BYTES } from "./request";
import { openRun, type QueueRow, type RunRow } from "./store";

/** As many steps a run may have on the real server. */
const MAX_STEPS = 1_000;
const LOOK_AGAIN_MS = 60_000;

export interface CallOptions {
  post: Post;
  /** The machine's own time: signatures are checked against it. */
  wallNow: () => number;
  /** Whether the engine was ended meanwhile: then nothing is written any more. */
  isOver: () => boolean;
}

/** Calls the function for one queue item and acts on what it answers, in one transaction. */
export async function callFunction(ctx: Context, item: QueueRow, options: CallOptions): Promise<void> {
  const run = openRun(ctx.store, item.run_id);
  if (!run) return removeItem(ctx, item.id);
  const fn = ctx.functions.get(item.function_id);
  // The app may be between two versions of itself.
  if (!fn) return postponeItem(ctx, item, ctx.now() + LOOK_AGAIN_MS);
  if (item.payload === THROTTLED && isHeldBack(ctx, fn, run, item)) return;
  const startedAt = ctx.now();
  if (run.started_at === null && fn.timeouts) markStarted(ctx, run, fn, startedAt);

  const body = bodyOf(ctx, run, fn, item);
  if (body === null) return overflow(ctx, run, "State", `state size limit of ${MAX_STATE_BYTES} bytes`);
  const headers = headersOf(ctx, run, item, body, Math.floor(options.wallNow() / 1_000));
  let reply: Reply;
  try {
    const answer = await options.post(addressOf(fn, item), headers, body);
    reply = readReply(answer, run.req_version, ctx.signingKeys);
  } catch (error) {
    reply = unreachable(error);
  }
  if (options.isOver()) return;
  const actOn = (what: Reply) => ctx.store.transaction(() => act(ctx, fn, item, what, startedAt));
  let fetches: Op[];
  try {
    fetches = actOn(reply);
  } catch (error) {
    // It counts as an attempt: else the same step would run, and give the same, for ever.
    fetches = actOn(unusable(error));
  }
  if (fetches.length === 0) return;

  const fetched = await Promise.all(fetches.map((op) => fetchFor(ctx, op)));
  if (options.isOver()) return;
  ctx.store.transaction(() => actOnFetched(ctx, fn, item, fetched));
}

/** A run that has become more than the real server would carry fails, in its words. */
function overflow(ctx: Context, run: RunRow, what: "State" | "Function", limit: string): void {
  const message = `The function run exceeded the ${limit}.`;
  ctx.store.transaction(() => failRun(ctx, run, `InngestErr${what}Overflowed`, message));
}

function isHeldBack(ctx: Context, fn: FunctionConfig, run: RunRow, item: QueueRow): boolean {
  return ctx.store.transaction(() => {
    const start = throttledStart(ctx, fn, run.trigger, ctx.now());
    ctx.store.run("update queue set payload = null where id = ?", item.id);
    if (start > ctx.now()) postponeItem(ctx, item, start);
    return start > ctx.now();
  });
}

function setStarted(ctx: Context, run: RunRow, at: number): void {
  run.started_at = at;
  ctx.store.run("update runs set started_at = ?, status = 'Running' where id = ?", at, run.id);
}

/** Where time-outs count from the start it is written before the call; else with what the call is answered. */
function markStarted(ctx: Context, run: RunRow, fn: FunctionConfig, at: number): void {
  ctx.store.transaction(() => {
    setStarted(ctx, run, at);
    removeItem(ctx, `${run.id}:start-timeout`);
    const finish = fn.timeouts?.finish ? parseDuration(fn.timeouts.finish) : null;
    if (finish === null) return;
    const id = `${run.id}:finish-timeout`;
    enqueue(ctx, { id, run, functionId: fn.id, kind: "finish-timeout", dueAt: at + finish });
  });
}

/** Acts on an answer. Returns the requests that the engine itself is to make before the item is done. */
function act(ctx: Context, fn: FunctionConfig, item: QueueRow, reply: Reply, startedAt: number): Op[] {
  const run = openRun(ctx.store, item.run_id);
  if (!run) {
    // Ended meanwhile: the answer is dropped.
    removeItem(ctx, item.id);
    return [];
  }
  if (run.started_at === null) setStarted(ctx, run, startedAt);
  if (reply.kind === "failed") {
    const { error, output, noRetry } = reply;
    if (!noRetry && item.attempt + 1 < fn.maxAttempts) retry(ctx, item, reply.retryAfter);
    else endRun(ctx, run, { status: "Failed", error, output });
    return [];
  }
  if (reply.version !== run.req_version) {
    run.req_version = reply.version;
    ctx.store.run("update runs set req_version = ? where id = ?", reply.version, run.id);
  }
  if (reply.kind === "steps") return actOnOps(ctx, fn, run, item, reply);
  endRun(ctx, run, { status: "Completed", output: reply.output });
  return [];
}

function retry(ctx: Context, item: QueueRow, header: string | null): void {
  const delay = retryAfter(header, ctx.now()) ?? retryDelay(item.attempt, ctx.random, ctx.retryIntervalMs);
  retryItem(ctx, item, ctx.now() + delay);
}

const EXECUTED = new Set(["StepRun", "Step", "StepError", "StepFailed"]);
const NOTHING = new Set(["None", "DeferAdd", "DeferAbort", "SyncRunComplete"]);

type Steps = Extract<Reply, { kind: "steps" }>;

function actOnOps(ctx: Context, fn: FunctionConfig, run: RunRow, item: QueueRow, reply: Steps): Op[] {
  const { ops } = reply;
  const relevant = ops.filter((op) => !NOTHING.has(op.op));
  const complete = relevant.find((op) => op.op === "RunComplete");
  if (complete) {
    endRun(ctx, run, { status: "Completed", output: complete.data ?? null });
    return [];
  }
  if (run.settled + relevant.length > MAX_STEPS) {
    overflow(ctx, run, "Function", `step limit of ${MAX_STEPS} steps`);
    return [];
  }
  const failed = relevant.some((op) => op.op === "StepError");
  if (failed && !reply.noRetry && item.attempt + 1 < fn.maxAttempts) {
    retry(ctx, item, reply.retryAfter);
    return [];
  }
  // An item with requests to make stays until they are answered: should the engine die, the app is asked again.
  const fetches = relevant.filter((op) => op.op === "Gateway" && !isSettled(ctx, run, op));
  if (fetches.length === 0) removeItem(ctx, item.id);
  // Nothing to do and nothing asked for: once more, unless this was a branch that ended.
  if (ops.length === 0 || relevant.some((op) => op.op === "DiscoveryRequest"))
    enqueue(ctx, { id: item.id, run, functionId: fn.id, kind: "call" });
  if (relevant.length > 1 && run.plan === 0) {
    run.plan = 1;
    ctx.store.run("update runs set plan = 1 where id = ?", run.id);
  }
  for (const op of relevant) if (EXECUTED.has(op.op)) settleRun(ctx, run, op);
  beginOps(
    ctx,
    run,
    relevant.filter((op) => !EXECUTED.has(op.op) && op.op !== "DiscoveryRequest"),
  );
  return openRun(ctx.store, run.id) ? fetches : [];
}

const isSettled = (ctx: Context, run: RunRow, op: Op): boolean =>
  ctx.store.get("select 1 from memo where run_id = ? and step_id = ?", run.id, op.id) !== undefined;

function actOnFetched(ctx: Context, fn: FunctionConfig, item: QueueRow, fetched: Fetched[]): void {
  const run = openRun(ctx.store, item.run_id);
  if (!run) return removeItem(ctx, item.id);
  const mayRetry = item.attempt + 1 < fn.maxAttempts;
  const failed = fetched.some(({ value }) => "error" in value);
  for (const { stepId, value } of fetched)
    if ("data" in value || !mayRetry) settleStep(ctx, run, stepId, value);
  if (failed && mayRetry) return retry(ctx, item, null);
  removeItem(ctx, item.id);
}
