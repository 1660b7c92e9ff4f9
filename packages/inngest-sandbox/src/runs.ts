import type { RunRow, RunStatus, Store } from "./store";

/** A run as the engine has it. Times in ms UTC; null for what has not happened. */
export interface Run {
  id: string;
  /** As the SDK registers it: `<app id>-<function id>`. */
  functionId: string;
  /** The engine's id of the event that started it; of a batch, the first. */
  eventId: string;
  status: RunStatus;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** What it returned, or its error; undefined while it has not ended. */
  output: unknown;
}

/** All runs that are kept, oldest first. */
export const listRuns = (store: Store): Run[] =>
  store.all<RunRow>("select * from runs order by id").map((row) => ({
    id: row.id,
    functionId: row.function_id,
    eventId: row.event_id,
    status: row.status,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    output: row.ended_at === null ? undefined : (JSON.parse(row.output ?? "null") as unknown),
  }));
