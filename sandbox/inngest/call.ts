import { z } from "zod";
import { retryAfter, retryDelay } from "./backoff";
import type { Context } from "./context";
import { shownEvent } from "./deliver";
import { parseDuration } from "./durations";
import { endRun, type RunError } from "./finish";
import { memoOf } from "./memo";
import { beginOps, opSchema, settleRun, type Op } from "./opcodes";
import { enqueue, removeItem, retryItem, stackOf } from "./queue";
import type { FunctionConfig } from "./registration";
import { signBody } from "./signature";
import { readEvents, type QueueRow, type RunRow } from "./store";

interface Reply {
  status: number;
  body: unknown;
  isSdk: boolean;
  noRetry: boolean;
  retryAfter: string | null;
  version: number;
}

/** Calls the function for one queue item and acts on what it answers, in one transaction. */
export async function callFunction(ctx: Context, item: QueueRow, wallNow: () => number): Promise<void> {
  const run = ctx.store.get<RunRow>("select * from runs where id = ? and ended_at is null", item.run_id);
  const fn = ctx.functions.get(item.function_id);
  if (!run) return removeItem(ctx, item.id);
  if (!fn) {
    // The app may be between two versions of itself: look again in a while.
    return retryItem(ctx, { ...item, attempt: 0 }, ctx.now() + 5_000);
  }
  if (run.started_at === null) markStarted(ctx, run, fn);
  const request = requestBody(ctx, run, fn, item);
  let reply: Reply | string;
  try {
    reply = await post(ctx, fn, item, run, request.body, wallNow);
  } catch (error) {
    reply = `the app could not be reached: ${error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)}`;
  }
  ctx.store.transaction(() => {
    const now = ctx.store.get<RunRow>("select * from runs where id = ? and ended_at is null", run.id);
    // Ended meanwhile: the answer is dropped.
    if (!now) return removeItem(ctx, item.id);
    if (typeof reply === "string")
      return failed(ctx, now, item, fn, { error: reply, name: "Error", message: reply }, null, true);
    if (reply.version !== now.req_version)
      ctx.store.run("update runs set req_version = ? where id = ?", reply.version, run.id);
    act(ctx, now, item, fn, reply, request.stackLength);
  });
}

function markStarted(ctx: Context, run: RunRow, fn: FunctionConfig): void {
  const now = ctx.now();
  ctx.store.transaction(() => {
    ctx.store.run("update runs set started_at = ?, status = 'Running' where id = ?", now, run.id);
    removeItem(ctx, `${run.id}:start-timeout`);
    const finish = fn.timeouts?.finish ? parseDuration(fn.timeouts.finish) : null;
    if (finish !== null) {
      enqueue(ctx, {
        id: `${run.id}:finish-timeout`,
        run,
        functionId: fn.id,
        kind: "finish-timeout",
        dueAt: now + finish,
      });
    }
  });
}

function requestBody(ctx: Context, run: RunRow, fn: FunctionConfig, item: QueueRow) {
  const whole = stackOf(ctx, run.id);
  // A planned step's first attempt is told what was known when it was planned.
  const planned = item.attempt === 0 ? item.stack_length : null;
  const stack = planned === null ? whole : whole.slice(0, planned);
  const events = readEvents(run).map(shownEvent);
  const body = {
    event: events[0],
    events,
    steps: memoOf(ctx, run.id, stack),
    defers: {},
    ctx: {
      run_id: run.id,
      env: "",
      step_id: "step",
      attempt: item.attempt,
      max_attempts: fn.maxAttempts,
      stack: { stack, current: stack.length },
      generation_id: 1,
      disable_immediate_execution: item.plan === 1,
      use_api: false,
    },
    version: run.req_version,
    use_api: false,
  };
  return { body, stackLength: stack.length };
}

async function post(
  ctx: Context,
  fn: FunctionConfig,
  item: QueueRow,
  run: RunRow,
  body: unknown,
  wallNow: () => number,
): Promise<Reply> {
  const url = new URL(fn.url);
  url.searchParams.set("fnId", fn.id);
  url.searchParams.set("stepId", item.step_id);
  const signed: Record<string, string> = ctx.signingKey
    ? { "x-inngest-signature": signBody(ctx.signingKey, body, Math.floor(wallNow() / 1_000)) }
    : {};
  const response = await ctx.fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: {
      "content-type": "application/json",
      "x-inngest-server-kind": ctx.signingKey ? "cloud" : "dev",
      "x-run-id": run.id,
      "x-request-id": `${item.id}:${item.attempt}`,
      "x-inngest-step-id": item.step_id,
      "x-inngest-req-version": String(run.req_version),
      "x-inngest-generation-id": "1",
      ...signed,
    },
    body: JSON.stringify(body),
  });
  return unwrap({
    status: response.status,
    body: parse(await response.text()),
    isSdk: response.headers.has("x-inngest-sdk"),
    noRetry: response.headers.get("x-inngest-no-retry") === "true",
    retryAfter: response.headers.get("retry-after"),
    version: Number(response.headers.get("x-inngest-req-version") ?? run.req_version),
  });
}

/** A streamed answer is 201 with the real one inside. */
function unwrap(reply: Reply): Reply {
  if (reply.status !== 201) return reply;
  const inner = z
    .object({ status: z.number(), headers: z.record(z.string(), z.string()).default({}), body: z.string() })
    .safeParse(reply.body);
  if (!inner.success) return reply;
  const { status, headers, body } = inner.data;
  return {
    ...reply,
    status,
    body: parse(body),
    noRetry: headers["x-inngest-no-retry"] === "true",
    retryAfter: headers["retry-after"] ?? null,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function act(
  ctx: Context,
  run: RunRow,
  item: QueueRow,
  fn: FunctionConfig,
  reply: Reply,
  stackLength: number,
): void {
  if (reply.status >= 200 && reply.status < 300 && !reply.isSdk) {
    const message = "what answered at the app's address is not the Inngest SDK";
    return failed(ctx, run, item, fn, { error: "NotSDK", name: "Error", message }, null, true);
  }
  if (reply.status === 200) return endRun(ctx, run.id, { status: "Completed", output: reply.body ?? null });
  if (reply.status === 206) {
    const ops = z.union([z.array(opSchema), opSchema.transform((op) => [op])]).safeParse(reply.body);
    if (ops.success) return actOnOps(ctx, run, item, fn, ops.data, reply, stackLength);
  }
  const thrown = z
    .object({ name: z.string().nullish(), message: z.string().nullish(), stack: z.string().nullish() })
    .safeParse(reply.body);
  const { name, message, stack } = thrown.success ? thrown.data : {};
  const error: RunError = {
    error: reply.noRetry ? "NonRetriableError" : (name ?? "Error"),
    name: name ?? "Error",
    message: message ?? `the app answered ${reply.status}`,
    ...(stack && { stack }),
  };
  failed(ctx, run, item, fn, error, reply.retryAfter, !reply.noRetry, reply.body);
}

/** A call that failed as a whole: once more later, or the run is over. */
function failed(
  ctx: Context,
  run: RunRow,
  item: QueueRow,
  fn: FunctionConfig,
  error: RunError,
  retryHeader: string | null,
  mayRetry: boolean,
  output: unknown = { name: error.name, message: error.message },
): void {
  if (mayRetry && item.attempt + 1 < fn.maxAttempts) return retry(ctx, item, retryHeader);
  endRun(ctx, run.id, { status: "Failed", error, output });
}

function retry(ctx: Context, item: QueueRow, retryHeader: string | null): void {
  const delay =
    retryAfter(retryHeader, ctx.now()) ?? retryDelay(item.attempt, ctx.random, ctx.retryIntervalMs);
  retryItem(ctx, item, ctx.now() + delay);
}

const EXECUTED = new Set(["StepRun", "Step", "StepError", "StepFailed"]);

function actOnOps(
  ctx: Context,
  run: RunRow,
  item: QueueRow,
  fn: FunctionConfig,
  ops: Op[],
  reply: Reply,
  stackLength: number,
): void {
  const relevant = ops.filter((op) => !["None", "DeferAdd", "DeferAbort", "SyncRunComplete"].includes(op.op));
  const complete = relevant.find((op) => op.op === "RunComplete");
  if (complete) return endRun(ctx, run.id, { status: "Completed", output: complete.data ?? null });
  const [first] = relevant;
  const error = relevant.find((op) => op.op === "StepError");
  if (error && !reply.noRetry && item.attempt + 1 < fn.maxAttempts) return retry(ctx, item, reply.retryAfter);
  removeItem(ctx, item.id);
  if (!first) {
    // Nothing to do and nothing asked for: ask once more, unless this was a branch that ended.
    if (ops.length === 0 || ops.some((op) => op.op === "DiscoveryRequest")) {
      enqueue(ctx, { id: item.id, run, functionId: fn.id, kind: "call" });
    }
    return;
  }
  for (const op of relevant.filter((op) => EXECUTED.has(op.op))) settleRun(ctx, run, op);
  const begun = relevant.filter((op) => !EXECUTED.has(op.op) && op.op !== "DiscoveryRequest");
  if (begun.length > 0) beginOps(ctx, run, begun, stackLength);
}
