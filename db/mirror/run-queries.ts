import { and, eq, isNull, ne, or, sql, type SQL } from "drizzle-orm";
import { given, prepared, type MirrorWriter } from "../connection";
import { runs, stepAttempts, steps } from "../schema";

/*
 * What the journal writes with every call of a function, built once. Who calls them is runs.ts, which says what they mean.
 */

/** JSON as a column keeps it; null for what was not given. */
export const asJson = (value: unknown): string | null =>
  value === undefined ? null : JSON.stringify(value ?? null);

/** The first call of a run makes its row, later ones bring it up to date unless it has ended. */
export const touched = prepared((db: MirrorWriter) =>
  db
    .insert(runs)
    .values({
      id: given("id"),
      functionId: given("functionId"),
      eventName: given("eventName"),
      eventId: given("eventId"),
      input: given("input"),
      queuedAt: given("queuedAt"),
      maxAttempts: given("maxAttempts"),
      attempt: given("attempt"),
      subjectType: given("subjectType"),
      subjectRef: given("subjectRef"),
      status: "running",
      startedAt: given("now"),
      updatedAt: given("now"),
    })
    .onConflictDoUpdate({
      target: runs.id,
      set: {
        status: "running",
        attempt: sql`excluded.attempt`,
        maxAttempts: sql`excluded.max_attempts`,
        nextAttemptAt: null,
        error: null,
        updatedAt: sql`excluded.updated_at`,
      },
      setWhere: isNull(runs.endedAt),
    })
    .prepare(),
);

export const left = prepared((db: MirrorWriter) =>
  db
    .update(runs)
    .set({
      status: given("status"),
      error: given("error"),
      nextAttemptAt: given("nextAttemptAt"),
      updatedAt: given("now"),
    })
    .where(and(eq(runs.id, given("id")), isNull(runs.endedAt)))
    .prepare(),
);

const end = (db: MirrorWriter, where: SQL | undefined) =>
  db
    .update(runs)
    .set({
      status: given("status"),
      error: given("error"),
      endedAt: given("now"),
      nextAttemptAt: null,
      updatedAt: given("now"),
      output: sql`coalesce(${given("output")}, ${runs.output})`,
    })
    .where(and(eq(runs.id, given("id")), where))
    .prepare();
export const ended = prepared((db: MirrorWriter) => end(db, isNull(runs.endedAt)));
/** An end that replaces the one before. */
export const overruled = prepared((db: MirrorWriter) => end(db, undefined));

const drop = (db: MirrorWriter, where: SQL | undefined) =>
  db
    .update(steps)
    .set({ status: "dropped", endedAt: given("now") })
    .where(and(eq(steps.runId, given("id")), isNull(steps.endedAt), where))
    .prepare();
export const dropped = prepared((db: MirrorWriter) => drop(db, undefined));
export const droppedButRunning = prepared((db: MirrorWriter) => drop(db, ne(steps.status, "running")));

export const openSteps = prepared((db: MirrorWriter) =>
  db
    .select({ id: steps.id })
    .from(steps)
    .where(and(eq(steps.runId, given("runId")), isNull(steps.endedAt)))
    .prepare(),
);

/** A step's place is behind the steps its run has had so far. */
export const stepStarted = prepared((db: MirrorWriter) =>
  db
    .insert(steps)
    .values({
      runId: given("runId"),
      id: given("id"),
      name: given("name"),
      kind: given("kind"),
      input: given("input"),
      waitsFor: given("waitsFor"),
      waitsUntil: given("waitsUntil"),
      status: given("status"),
      attempts: given("attempt"),
      startedAt: given("now"),
      position: sql`(select count(*) from ${steps} where ${steps.runId} = ${given("runId")})`,
    })
    .onConflictDoUpdate({
      target: [steps.runId, steps.id],
      set: { status: sql`excluded.status`, attempts: sql`excluded.attempts` },
      setWhere: isNull(steps.endedAt),
    })
    .prepare(),
);

export const attemptStarted = prepared((db: MirrorWriter) =>
  db
    .insert(stepAttempts)
    .values({
      runId: given("runId"),
      stepId: given("id"),
      attempt: given("attempt"),
      startedAt: given("now"),
    })
    .onConflictDoNothing()
    .prepare(),
);

export const stepFinished = prepared((db: MirrorWriter) =>
  db
    .update(steps)
    .set({
      status: given("status"),
      attempts: given("attempt"),
      error: given("error"),
      output: sql`coalesce(${given("output")}, ${steps.output})`,
      endedAt: sql`coalesce(${given("endedAt")}, ${steps.endedAt})`,
    })
    .where(
      and(
        eq(steps.runId, given("runId")),
        eq(steps.id, given("id")),
        or(isNull(steps.endedAt), eq(steps.status, "dropped")),
      ),
    )
    .prepare(),
);

export const attemptFinished = prepared((db: MirrorWriter) =>
  db
    .update(stepAttempts)
    .set({ endedAt: given("now"), error: given("error") })
    .where(
      and(
        isNull(stepAttempts.endedAt),
        eq(stepAttempts.runId, given("runId")),
        eq(stepAttempts.stepId, given("id")),
        eq(stepAttempts.attempt, given("attempt")),
      ),
    )
    .prepare(),
);
