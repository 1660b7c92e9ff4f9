import { and, eq, lt } from "drizzle-orm";
import type { RunStatus, StepStatus } from "../../domain/statuses";
import { given, prepared, type MirrorWriter } from "../connection";
import { runs, stepAttempts, steps } from "../schema";
import {
  asJson,
  attemptFinished,
  attemptStarted,
  dropped,
  droppedButRunning,
  ended,
  left,
  openSteps,
  overruled,
  stepFinished,
  stepStarted,
  touched,
} from "./run-queries";

export type RunRow = typeof runs.$inferSelect;
type Subject = Pick<RunRow, "subjectType" | "subjectRef">;

/** A call of a run came in: its first makes the row, later ones bring it up to date. An ended run stays ended. */
export function touchRun(
  tx: MirrorWriter,
  run: Pick<RunRow, "id" | "functionId" | "eventName" | "eventId" | "input" | "queuedAt" | "maxAttempts"> & {
    attempt: number;
  } & Subject,
  now: number,
): void {
  touched(tx).run({ ...run, input: asJson(run.input), now });
}

/** Where a run stands after a call was answered. */
export function leaveRun(
  tx: MirrorWriter,
  id: string,
  change: { status: RunStatus; error?: string | null; nextAttemptAt?: number | null },
  now: number,
): void {
  left(tx).run({
    id,
    ...change,
    error: change.error ?? null,
    nextAttemptAt: change.nextAttemptAt ?? null,
    now,
  });
}

/**
 * A run's end. The first one stays, unless the engine itself names another (`overrule`): it may never have heard the answer
 * that we took for the end.
 */
export function endRun(
  tx: MirrorWriter,
  id: string,
  status: "completed" | "failed" | "cancelled",
  error: string | null,
  now: number,
  output?: unknown,
  overrule = false,
): void {
  const end = { id, status, error, now, output: asJson(output) };
  (overrule ? overruled : ended)(tx).run(end);
  // A step that is under way may still be recorded: it really ran. The others will not be heard of again.
  (status === "completed" ? droppedButRunning : dropped)(tx).run({ id, now });
}

/** A run that ended and was never seen here: cancelled while it waited for its turn, or the app was away. */
export function recordUnseenRun(
  tx: MirrorWriter,
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
  tx: MirrorWriter,
  id: string | null | undefined,
  subjectType: NonNullable<RunRow["subjectType"]>,
  subjectRef: string,
): void {
  if (id) tx.update(runs).set({ subjectType, subjectRef }).where(eq(runs.id, id)).run();
}

/** Whether the mirror knows that a run is over; false for one it has not heard of. */
export function runHasEnded(tx: MirrorWriter, id: string): boolean {
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
export function startStep(tx: MirrorWriter, step: StepStart, now: number): void {
  const { runId, id, attempt } = step;
  const row = { waitsFor: null, waitsUntil: null, ...step, input: asJson(step.input), now };
  stepStarted(tx).run(row);
  if (step.status === "running") attemptStarted(tx).run({ runId, id, attempt, now });
}

/** A step's attempt is over. */
export function finishStep(
  tx: MirrorWriter,
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
  const { runId, id, attempt, status, error = null } = step;
  const endedAt = status === "retrying" ? null : now;
  stepFinished(tx).run({ runId, id, attempt, status, error, endedAt, output: asJson(step.output) });
  attemptFinished(tx).run({ runId, id, attempt, error, now });
}

/**
 * Brings open steps up to what the engine remembers of them: a wait whose answer came with a later call, or a step whose end
 * was not written here because the process died first.
 * @param settled what the engine says of a step by its id; null when it is not over
 */
export function settleSteps(
  tx: MirrorWriter,
  runId: string,
  settled: (stepId: string) => { output: unknown; error: string | null } | null,
  now: number,
): void {
  for (const { id } of openSteps(tx).all({ runId })) {
    const end = settled(id);
    if (!end) continue;
    tx.update(steps)
      .set({ status: end.error === null ? "completed" : "failed", endedAt: now, ...end })
      .where(and(eq(steps.runId, runId), eq(steps.id, id)))
      .run();
  }
}

const endedBefore = prepared((db) =>
  db
    .select({ id: runs.id })
    .from(runs)
    .where(lt(runs.endedAt, given("before")))
    .limit(500)
    .prepare(),
);

/** Forgets runs that ended before a moment, with their steps. */
export function forgetRuns(tx: MirrorWriter, before: number): void {
  for (const { id } of endedBefore(tx).all({ before })) {
    tx.delete(stepAttempts).where(eq(stepAttempts.runId, id)).run();
    tx.delete(steps).where(eq(steps.runId, id)).run();
    tx.delete(runs).where(eq(runs.id, id)).run();
  }
}
