import { z } from "zod";
import type { Context } from "./context";
import { wakeTime } from "./durations";
import { compile, ExpressionError } from "./expression";
import { failRun, resumePause } from "./finish";
import { settleStep } from "./memo";
import { enqueue, SENDS } from "./queue";
import type { Op } from "./reply";
import { schedule } from "./schedule";
import { openRun, type PauseRow, type RunRow } from "./store";
import { takeEvent } from "./take-event";

const YEAR_MS = 366 * 86_400_000;
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const isRace = (op: Op): boolean => op.opts?.parallelMode === "race";

/**
 * Begins what an answer of several steps, or one that takes time, asks for. Waits are registered before anything else
 * begins, so that a step beside a wait may send what the wait is for.
 */
export function beginOps(ctx: Context, run: RunRow, ops: Op[]): void {
  const fresh = ops.filter(
    (op) =>
      !ctx.store.get("select 1 from memo where run_id = ? and step_id = ?", run.id, op.id) &&
      ctx.store.run(
        "insert or ignore into pending (run_id, step_id, race) values (?, ?, ?)",
        run.id,
        op.id,
        isRace(op) ? 1 : 0,
      ).changes > 0,
  );
  const isWait = (op: Op): boolean => op.op === "WaitForEvent";
  for (const op of [...fresh.filter(isWait), ...fresh.filter((op) => !isWait(op))]) {
    begin(ctx, run, op);
    // A wait that cannot be made ends the run: what stood beside it does not begin.
    if (op.op !== "StepPlanned" && op.op !== "Sleep" && !openRun(ctx.store, run.id)) return;
  }
}

function begin(ctx: Context, run: RunRow, op: Op): void {
  const item = { run, functionId: run.function_id, stepId: op.id };
  switch (op.op) {
    case "StepPlanned": {
      const payload = op.opts?.type === "step.sendEvent" ? SENDS : undefined;
      return enqueue(ctx, { ...item, id: `${run.id}:step:${op.id}`, kind: "step", payload });
    }
    case "Sleep": {
      const dueAt = wakeTime(op.name || text(op.opts?.duration), ctx.now());
      return enqueue(ctx, { ...item, id: `${run.id}:sleep:${op.id}`, kind: "sleep", dueAt });
    }
    case "WaitForEvent":
      return waitForEvent(ctx, run, op);
    case "WaitForSignal":
      return waitForSignal(ctx, run, op);
    case "InvokeFunction":
      return invoke(ctx, run, op);
    case "Gateway":
      return; // The call that was answered with it makes the request.
    default:
      return failRun(
        ctx,
        run,
        "UnsupportedOpcode",
        `the sandbox engine does not support ${op.op} (step ${op.displayName ?? op.name ?? op.id})`,
      );
  }
}

function pause(
  ctx: Context,
  run: RunRow,
  op: Op,
  {
    kind,
    name,
    expression,
    expiresAt,
  }: Pick<PauseRow, "kind" | "name" | "expression"> & { expiresAt: number },
): PauseRow {
  const made: PauseRow = {
    id: `${run.id}:${op.id}`,
    kind,
    run_id: run.id,
    step_id: op.id,
    name,
    expression,
    created_at: ctx.now(),
    expires_at: expiresAt,
  };
  ctx.store.run(
    "insert or ignore into pauses (id, kind, run_id, step_id, name, expression, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
    ...Object.values(made),
  );
  enqueue(ctx, {
    id: `${run.id}:timeout:${op.id}`,
    run,
    functionId: run.function_id,
    kind: "wait-timeout",
    stepId: op.id,
    dueAt: made.expires_at,
  });
  return made;
}

function waitForEvent(ctx: Context, run: RunRow, op: Op): void {
  const expression = text(op.opts?.if) || null;
  const expiresAt = wakeTime(text(op.opts?.timeout), ctx.now());
  if (expiresAt > ctx.now() + YEAR_MS)
    return failRun(ctx, run, "TimeoutTooLong", "the wait's time-out is longer than 366 days");
  try {
    if (expression) compile(expression);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const said = "Wait for event If expression failed to compile";
    return failRun(ctx, run, "InvalidExpression", said, `error compiling expression: ${error.message}`);
  }
  pause(ctx, run, op, { kind: "wait", name: op.name || text(op.opts?.event), expression, expiresAt });
}

function waitForSignal(ctx: Context, run: RunRow, op: Op): void {
  const name = text(op.opts?.signal);
  const held = ctx.store.get<PauseRow>("select * from pauses where kind = 'signal' and name = ?", name);
  if (held && op.opts?.conflict !== "replace")
    return failRun(ctx, run, "Error", "Signal conflict; signal wait already exists for another run");
  // Who waited before no longer hears the signal, and runs into its time-out.
  if (held) ctx.store.run("update pauses set name = '' where id = ?", held.id);
  const expiresAt = wakeTime(text(op.opts?.timeout), ctx.now());
  pause(ctx, run, op, { kind: "signal", name, expression: null, expiresAt });
}

/** Wakes who waits for a signal; returns the run, or null when nobody does. */
export function signal(ctx: Context, name: string, data: unknown): string | null {
  const held = ctx.store.get<PauseRow>(
    "select * from pauses where kind = 'signal' and name = ? and expires_at > ?",
    name,
    ctx.now(),
  );
  if (!held || name === "") return null;
  resumePause(ctx, held, { data: { signal: name, data } });
  return held.run_id;
}

const payloadSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  v: z.string().nullish(),
});

function invoke(ctx: Context, run: RunRow, op: Op): void {
  const callee = text(op.opts?.function_id);
  const correlation = `${run.id}.${op.id}`;
  const timeout = text(op.opts?.timeout);
  const expiresAt = timeout ? wakeTime(timeout, ctx.now()) : ctx.now() + YEAR_MS;
  const made = pause(ctx, run, op, { kind: "invoke", name: correlation, expression: null, expiresAt });
  const refuse = (message: string) =>
    resumePause(ctx, made, { error: { error: `InvokeError: ${message}`, name: "Error", message } });
  const fn = ctx.functions.get(callee);
  if (!fn) return refuse(`could not find function with ID: ${callee}`);
  const payload = payloadSchema.safeParse(op.opts?.payload);
  const { data, v } = payload.success ? payload.data : {};
  const own = {
    correlation_id: correlation,
    expire: made.expires_at,
    fn_id: callee,
    name: op.displayName ?? op.name ?? "",
  };
  const event = takeEvent(ctx, {
    name: "inngest/function.invoked",
    data: { ...data, _inngest: own },
    ...(v && { v }),
  });
  const result = schedule(ctx, fn, event);
  if (!("skipped" in result)) return;
  refuse(
    result.skipped === "limited"
      ? "invoked function is rate limited"
      : `invoked function was skipped (${result.skipped})`,
  );
}

/** A wait's, a signal's or an invoke's time is over. */
export function timeOut(ctx: Context, run: RunRow, stepId: string): void {
  const held = ctx.store.get<PauseRow>("select * from pauses where id = ?", `${run.id}:${stepId}`);
  if (!held) return;
  const message = "Timed out waiting for invoked function to complete";
  const name = "InngestInvokeTimeoutError";
  const late = { error: { error: `${name}: ${message}`, name, message } };
  resumePause(ctx, held, held.kind === "invoke" ? late : null);
}

const thrownSchema = z.object({
  name: z.string().nullish(),
  message: z.string().nullish(),
  stack: z.string().nullish(),
  cause: z.unknown().optional(),
});

/** Settles a step that ran: its data, or its final error. */
export function settleRun(ctx: Context, run: RunRow, op: Op): void {
  if (op.op === "StepRun" || op.op === "Step")
    return settleStep(ctx, run, op.id, { data: op.data ?? null }, { race: isRace(op) });
  const thrown = thrownSchema.safeParse(op.error);
  const { name, message, stack, cause } = thrown.success ? thrown.data : {};
  const error = {
    message: message ?? "",
    name: name ?? "Error",
    ...(stack && { stack }),
    ...(cause !== undefined && cause !== null && { cause }),
  };
  settleStep(ctx, run, op.id, { error }, { race: isRace(op) });
}
