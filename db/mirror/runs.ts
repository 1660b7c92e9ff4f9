import { and, eq, isNull, lt, ne, or, sql } from "drizzle-orm";
import type { RunStatus, StepStatus } from "../../domain/statuses";
import type { Writer } from "../connection";
import { runs, stepAttempts, steps } from "../schema";

export type RunRow = typeof runs.$inferSelect;
type Subject = Pick<RunRow, "subjectType" | "subjectRef">;

/** A call of a run came in: its first makes the row, later ones bring it up to date. An ended run stays ended. */
export function touchRun(
  tx: Writer,
  run: Pick<RunRow, "id" | "functionId" | "eventName" | "eventId" | "input" | "queuedAt" | "maxAttempts"> & {
    attempt: number;
  } & Subject,
  now: number,
): void {
  tx.insert(runs)
    .values({ ...run, status: "running", startedAt: now, updatedAt: now })
    .onConflictDoUpdate({
      target: runs.id,
      set: {
        status: "running",
        attempt: run.attempt,
        maxAttempts: run.maxAttempts,
        nextAttemptAt: null,
        error: null,
        updatedAt: now,
      },
      setWhere: isNull(runs.endedAt),
    })
    .run();
}

/** Where a run stands after a call was answered. */
export function leaveRun(
  tx: Writer,
  id: string,
  change: { status: RunStatus; error?: string | null; nextAttemptAt?: number | null },
  now: number,
): void {
  tx.update(runs)
    .set({ ...change, updatedAt: now })
    .where(and(eq(runs.id, id), isNull(runs.endedAt)))
    .run();
}

/**
 * A run's end. The first one stays, unless the engine itself names another (`overrule`): it may never have heard the answer
 * that we took for the end.
 */
export function endRun(
  tx: Writer,
  id: string,
  status: "completed" | "failed" | "cancelled",
  error: string | null,
  now: number,
  output?: unknown,
  overrule = false,
): void {
  tx.update(runs)
    .set({
      status,
      error,
      endedAt: now,
      nextAttemptAt: null,
      updatedAt: now,
      ...(output !== undefined && { output }),
    })
    .where(and(eq(runs.id, id), overrule ? undefined : isNull(runs.endedAt)))
    .run();
  // A step that is under way may still be recorded: it really ran. The others will not be heard of again.
  tx.update(steps)
    .set({ status: "dropped", endedAt: now })
    .where(
      and(
        eq(steps.runId, id),
        isNull(steps.endedAt),
        status === "completed" ? ne(steps.status, "running") : undefined,
      ),
    )
    .run();
}

/** A run that ended and was never seen here: cancelled while it waited for its turn, or the app was away. */
export function recordUnseenRun(
  tx: Writer,
  run: Pick<RunRow, "id" | "functionId" | "eventName" | "eventId" | "input" | "queuedAt">,
  at: number,
): void {
  tx.insert(runs)
    .values({ ...run, status: "queued", attempt: 0, startedAt: at, updatedAt: at })
    .onConflictDoNothing()
    .run();
}

/** Says what a run is about, so that a row and its run lead to each other. */
export function aboutRun(
  tx: Writer,
  id: string | null | undefined,
  subjectType: NonNullable<RunRow["subjectType"]>,
  subjectRef: string,
): void {
  if (id) tx.update(runs).set({ subjectType, subjectRef }).where(eq(runs.id, id)).run();
}

/** Whether the mirror knows that a run is over; false for one it has not heard of. */
export function runHasEnded(tx: Writer, id: string): boolean {
  const row = tx.select({ endedAt: runs.endedAt }).from(runs).where(eq(runs.id, id)).get();
  return row !== undefined && row.endedAt !== null;
}

interface StepStart {
  runId: string;
  id: string;
  name: string;
  kind: string;
  input?: unknown;
  attempt: number;
  waitsFor?: string;
  waitsUntil?: number | null;
  status: StepStatus;
}

/** A step begins, or begins another attempt. */
export function startStep(tx: Writer, step: StepStart, now: number): void {
  const position =
    tx
      .select({ n: sql`count(*)`.mapWith(Number) })
      .from(steps)
      .where(eq(steps.runId, step.runId))
      .get()?.n ?? 0;
  const { attempt, ...row } = step;
  tx.insert(steps)
    .values({ ...row, attempts: attempt, startedAt: now, position })
    .onConflictDoUpdate({
      target: [steps.runId, steps.id],
      set: { status: step.status, attempts: attempt },
      setWhere: isNull(steps.endedAt),
    })
    .run();
  if (step.status === "running") {
    tx.insert(stepAttempts)
      .values({ runId: step.runId, stepId: step.id, attempt, startedAt: now })
      .onConflictDoNothing()
      .run();
  }
}

/** A step's attempt is over. */
export function finishStep(
  tx: Writer,
  step: {
    runId: string;
    id: string;
    attempt: number;
    status: "completed" | "retrying" | "failed";
    output?: unknown;
    error?: string;
  },
  now: number,
): void {
  const over = step.status !== "retrying";
  tx.update(steps)
    .set({
      status: step.status,
      attempts: step.attempt,
      error: step.error ?? null,
      ...(step.output !== undefined && { output: step.output }),
      ...(over && { endedAt: now }),
    })
    .where(
      and(
        eq(steps.runId, step.runId),
        eq(steps.id, step.id),
        or(isNull(steps.endedAt), eq(steps.status, "dropped")),
      ),
    )
    .run();
  tx.update(stepAttempts)
    .set({ endedAt: now, error: step.error ?? null })
    .where(
      and(
        isNull(stepAttempts.endedAt),
        eq(stepAttempts.runId, step.runId),
        eq(stepAttempts.stepId, step.id),
        eq(stepAttempts.attempt, step.attempt),
      ),
    )
    .run();
}

/**
 * Brings open steps up to what the engine remembers of them: a wait whose answer came with a later call, or a step whose end
 * was not written here because the process died first.
 * @param settled what the engine says of a step by its id; null when it is not over
 */
export function settleSteps(
  tx: Writer,
  runId: string,
  settled: (stepId: string) => { output: unknown; error: string | null } | null,
  now: number,
): void {
  const open = tx
    .select({ id: steps.id })
    .from(steps)
    .where(and(eq(steps.runId, runId), isNull(steps.endedAt)))
    .all();
  for (const { id } of open) {
    const end = settled(id);
    if (!end) continue;
    tx.update(steps)
      .set({ status: end.error === null ? "completed" : "failed", endedAt: now, ...end })
      .where(and(eq(steps.runId, runId), eq(steps.id, id)))
      .run();
  }
}

/** Forgets runs that ended before a moment, with their steps. */
export function forgetRuns(tx: Writer, before: number): void {
  const old = tx.select({ id: runs.id }).from(runs).where(lt(runs.endedAt, before)).limit(500).all();
  for (const { id } of old) {
    tx.delete(stepAttempts).where(eq(stepAttempts.runId, id)).run();
    tx.delete(steps).where(eq(steps.runId, id)).run();
    tx.delete(runs).where(eq(runs.id, id)).run();
  }
}
