import { z } from "zod";
import type { Context } from "./context";
import { store } from "./deliver";
import { parseDuration, wakeTime } from "./durations";
import { compile, ExpressionError } from "./expression";
import { endRun, resumePause } from "./finish";
import { settleStep } from "./memo";
import { enqueue } from "./queue";
import { schedule } from "./schedule";
import type { PauseRow, RunRow } from "./store";

export const opSchema = z.object({
  id: z.string(),
  op: z.string(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
  opts: z.record(z.string(), z.unknown()).nullish(),
  data: z.unknown().optional(),
  error: z.unknown().optional(),
});
export type Op = z.infer<typeof opSchema>;

const YEAR_MS = 366 * 86_400_000;
const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** Marks a planned step that sends events. */
export const SENDS = "sends";
const isRace = (op: Op): boolean => op.opts?.parallelMode === "race";

/**
 * Begins what an answer of several steps, or one that takes time, asks for. Waits are registered before anything else
 * begins, so that a step beside a wait may send what the wait is for.
 */
export function beginOps(ctx: Context, run: RunRow, ops: Op[], stackLength: number): void {
  const plan = ops.length > 1;
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
  const waitsFirst = [
    ...fresh.filter((op) => op.op === "WaitForEvent"),
    ...fresh.filter((op) => op.op !== "WaitForEvent"),
  ];
  for (const op of waitsFirst) begin(ctx, run, op, plan, stackLength);
}

function begin(ctx: Context, run: RunRow, op: Op, plan: boolean, stackLength: number): void {
  switch (op.op) {
    case "StepPlanned":
      enqueue(ctx, {
        id: `${run.id}:step:${op.id}`,
        run,
        functionId: run.function_id,
        kind: "step",
        stepId: op.id,
        plan: true,
        stackLength,
        payload: op.opts?.type === "step.sendEvent" ? SENDS : undefined,
      });
      return;
    case "Sleep":
      enqueue(ctx, {
        id: `${run.id}:sleep:${op.id}`,
        run,
        functionId: run.function_id,
        kind: "sleep",
        stepId: op.id,
        plan,
        dueAt: wakeTime(op.name || text(op.opts?.duration), ctx.now()),
      });
      return;
    case "WaitForEvent":
      return waitForEvent(ctx, run, op, plan);
    case "WaitForSignal":
      return waitForSignal(ctx, run, op, plan);
    case "InvokeFunction":
      return invoke(ctx, run, op, plan);
    case "Gateway":
      enqueue(ctx, {
        id: `${run.id}:gateway:${op.id}`,
        run,
        functionId: run.function_id,
        kind: "gateway",
        stepId: op.id,
        plan,
        payload: op.opts ?? {},
      });
      return;
    default:
      endRun(ctx, run.id, {
        status: "Failed",
        error: {
          error: "UnsupportedOpcode",
          name: "UnsupportedOpcode",
          message: `the sandbox engine does not support ${op.op} (step ${op.displayName ?? op.name ?? op.id})`,
        },
        output: { name: "UnsupportedOpcode", message: `the sandbox engine does not support ${op.op}` },
      });
  }
}

function pause(
  ctx: Context,
  run: RunRow,
  op: Op,
  row: Pick<PauseRow, "kind" | "name" | "expression"> & { timeoutMs: number; plan: boolean },
): PauseRow {
  const made: PauseRow = {
    id: `${run.id}:${op.id}`,
    kind: row.kind,
    run_id: run.id,
    step_id: op.id,
    name: row.name,
    expression: row.expression,
    plan: row.plan ? 1 : 0,
    created_at: ctx.now(),
    expires_at: ctx.now() + row.timeoutMs,
  };
  ctx.store.run(
    "insert or ignore into pauses (id, kind, run_id, step_id, name, expression, plan, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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

function waitForEvent(ctx: Context, run: RunRow, op: Op, plan: boolean): void {
  const expression = text(op.opts?.if) || null;
  const timeoutMs = parseDuration(text(op.opts?.timeout)) ?? 0;
  try {
    if (expression) compile(expression);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const inner = {
      error: "InvalidExpression: Wait for event If expression failed to compile",
      name: "InvalidExpression",
      message: "Wait for event If expression failed to compile",
      stack: `error compiling expression: ${error.message}`,
    };
    // As Go writes JSON.
    const output = JSON.stringify({ error: inner }).replace(
      /[<>&]/g,
      (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`,
    );
    endRun(ctx, run.id, {
      status: "Failed",
      error: { error: "InvalidExpression", message: output, name: "Error" },
      output,
    });
    return;
  }
  if (timeoutMs > YEAR_MS) {
    const message = "the wait's time-out is longer than 366 days";
    endRun(ctx, run.id, {
      status: "Failed",
      error: { error: "TimeoutTooLong", name: "TimeoutTooLong", message },
      output: { name: "TimeoutTooLong", message },
    });
    return;
  }
  pause(ctx, run, op, { kind: "wait", name: op.name || text(op.opts?.event), expression, timeoutMs, plan });
}

function waitForSignal(ctx: Context, run: RunRow, op: Op, plan: boolean): void {
  const signal = text(op.opts?.signal);
  const held = ctx.store.get<PauseRow>("select * from pauses where kind = 'signal' and name = ?", signal);
  if (held && op.opts?.conflict !== "replace") {
    const message = `signal ${signal} is already waited for`;
    endRun(ctx, run.id, {
      status: "Failed",
      error: { error: "SignalConflict", name: "SignalConflict", message },
      output: { name: "SignalConflict", message },
    });
    return;
  }
  if (held) ctx.store.run("delete from pauses where id = ?", held.id);
  pause(ctx, run, op, {
    kind: "signal",
    name: signal,
    expression: null,
    timeoutMs: parseDuration(text(op.opts?.timeout)) ?? 0,
    plan,
  });
}

/** Wakes who waits for a signal; returns the run, or null when nobody does. */
export function signal(ctx: Context, name: string, data: unknown): string | null {
  const held = ctx.store.get<PauseRow>("select * from pauses where kind = 'signal' and name = ?", name);
  if (!held) return null;
  resumePause(ctx, held, { data: { signal: name, data } });
  return held.run_id;
}

function invoke(ctx: Context, run: RunRow, op: Op, plan: boolean): void {
  const callee = text(op.opts?.function_id);
  const correlation = `${run.id}.${op.id}`;
  const timeout = text(op.opts?.timeout);
  const made = pause(ctx, run, op, {
    kind: "invoke",
    name: correlation,
    expression: null,
    timeoutMs: timeout ? (parseDuration(timeout) ?? 0) : YEAR_MS,
    plan,
  });
  const fn = ctx.functions.get(callee);
  const refuse = (message: string) =>
    resumePause(ctx, made, { error: { error: `InvokeError: ${message}`, name: "Error", message } });
  if (!fn) return refuse(`could not find function with ID: ${callee}`);
  const payload = z
    .object({ data: z.record(z.string(), z.unknown()).nullish(), v: z.string().nullish() })
    .safeParse(op.opts?.payload);
  const event = store(ctx, {
    name: "inngest/function.invoked",
    data: {
      ...(payload.success ? payload.data.data : {}),
      _inngest: { fn_id: callee, correlation_id: correlation, name: op.displayName ?? op.name },
    },
    ...(payload.success && payload.data.v ? { v: payload.data.v } : {}),
  });
  const result = schedule(ctx, fn, event, correlation);
  if ("skipped" in result)
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
  resumePause(
    ctx,
    held,
    held.kind === "invoke" ? { error: { error: `${name}: ${message}`, name, message } } : null,
  );
}

/** Settles a step that ran: its data, or its final error. */
export function settleRun(ctx: Context, run: RunRow, op: Op): void {
  if (op.op === "StepRun" || op.op === "Step") {
    settleStep(ctx, run, op.id, { data: op.data ?? null });
    return;
  }
  const error = z
    .object({ name: z.string().nullish(), message: z.string().nullish(), stack: z.string().nullish() })
    .safeParse(op.error);
  const { name, message, stack } = error.success ? error.data : {};
  settleStep(ctx, run, op.id, {
    error: { message: message ?? "", name: name ?? "Error", ...(stack && { stack }) },
  });
}
