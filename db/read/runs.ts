import { asc, desc, eq, gte, inArray, lt, type InferSelectModel, type SQL } from "drizzle-orm";
import type { RunStatus } from "../../domain/statuses";
import type { Reader } from "../connection";
import { runs, stepAttempts, steps } from "../schema";
import { countRows, listByKeyset, listDistinct, type Count, type Page, type PageRequest } from "./keyset";

export type Run = InferSelectModel<typeof runs>;
export type Step = InferSelectModel<typeof steps>;
export type StepAttempt = InferSelectModel<typeof stepAttempts>;

export interface RunFilter {
  statuses?: readonly RunStatus[];
  functionId?: string;
  fromMs?: number;
  untilMs?: number;
}

/** What a list shows of a run: everything but its payloads. */
export type RunRow = Omit<Run, "input" | "output">;

const listColumns = {
  id: runs.id,
  functionId: runs.functionId,
  eventName: runs.eventName,
  eventId: runs.eventId,
  status: runs.status,
  attempt: runs.attempt,
  maxAttempts: runs.maxAttempts,
  nextAttemptAt: runs.nextAttemptAt,
  error: runs.error,
  subjectType: runs.subjectType,
  subjectRef: runs.subjectRef,
  queuedAt: runs.queuedAt,
  startedAt: runs.startedAt,
  endedAt: runs.endedAt,
  updatedAt: runs.updatedAt,
};

/** One page of runs by when they started. */
export function listRuns(
  db: Reader,
  filter: RunFilter,
  direction: "asc" | "desc",
  page: PageRequest,
  size: number,
): Page<RunRow> {
  return listByKeyset<RunRow>({
    sort: runs.startedAt,
    id: runs.id,
    direction,
    where: conditions(filter),
    oneOf: statusBranches(filter),
    page,
    size,
    fetch: (where, orderBy, limit) =>
      db
        .select(listColumns)
        .from(runs)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all(),
    keyOf: (row) => ({ value: row.startedAt, id: row.id }),
  });
}

/** When the newest run started, ms; null when there is none. */
export function newestRunAt(db: Reader): number | null {
  const row = db.select({ at: runs.startedAt }).from(runs).orderBy(desc(runs.startedAt)).limit(1).get();
  return row?.at ?? null;
}

/** These runs as they are now, in no particular order. */
export function listRunsById(db: Reader, ids: readonly string[]): RunRow[] {
  return ids.length === 0
    ? []
    : db
        .select(listColumns)
        .from(runs)
        .where(inArray(runs.id, [...ids]))
        .all();
}

/** How many runs the filter leaves. */
export function countRuns(db: Reader, filter: RunFilter, exact = false): Count {
  return countRows(db, runs, conditions(filter), { oneOf: statusBranches(filter), exact });
}

/** The numbers beside the views' names. */
export function countRunViews(db: Reader): { failed: Count; active: Count } {
  return {
    failed: countRuns(db, { statuses: ["failed"] }),
    active: countRuns(db, { statuses: ["queued", "running", "waiting", "retrying"] }),
  };
}

/** The functions that have run. */
export function listRunFunctions(db: Reader): string[] {
  return listDistinct(db, runs, runs.functionId);
}

/** A run with its steps in order and each of their tries; null when there is none by that id (runs are kept 30 days). */
export function getRun(db: Reader, id: string): { run: Run; steps: Step[]; attempts: StepAttempt[] } | null {
  const run = db.select().from(runs).where(eq(runs.id, id)).get();
  if (!run) return null;
  return {
    run,
    steps: db
      .select()
      .from(steps)
      .where(eq(steps.runId, id))
      .orderBy(asc(steps.position), asc(steps.startedAt), asc(steps.id))
      .limit(1_000)
      .all(),
    attempts: db
      .select()
      .from(stepAttempts)
      .where(eq(stepAttempts.runId, id))
      .orderBy(asc(stepAttempts.stepId), asc(stepAttempts.attempt))
      .limit(5_000)
      .all(),
  };
}

function conditions(filter: RunFilter): (SQL | undefined)[] {
  return [
    filter.functionId === undefined ? undefined : eq(runs.functionId, filter.functionId),
    filter.fromMs === undefined ? undefined : gte(runs.startedAt, filter.fromMs),
    filter.untilMs === undefined ? undefined : lt(runs.startedAt, filter.untilMs),
  ];
}

function statusBranches(filter: RunFilter): SQL[] | undefined {
  return filter.statuses?.map((status) => eq(runs.status, status));
}
