import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "better-sqlite3";
import type { FunctionConfig } from "./registration";

export type RunStatus = "Scheduled" | "Running" | "Completed" | "Failed" | "Cancelled";
export interface RunRow {
  id: string;
  function_id: string;
  event_id: string;
  /** The first event as functions are handed it, canonical JSON. */
  trigger: string;
  /** All events of a batch as one list; null when there is only the trigger. */
  events: string | null;
  status: RunStatus;
  rank: number;
  queued_at: number;
  started_at: number | null;
  ended_at: number | null;
  output: string | null;
  /** How many steps have a result. */
  settled: number;
  /** Whether the function may only plan steps: side by side, each is called by itself. */
  plan: number;
  req_version: number;
  slots: string | null;
  /** Where the results of steps that invoked this run go, JSON list; null when nobody did. */
  invokers: string | null;
}
export type QueueKind =
  | "call"
  | "step"
  | "sleep"
  | "wake"
  | "wait-timeout"
  | "start-timeout"
  | "finish-timeout"
  | "debounce"
  | "batch";
export interface QueueRow {
  id: string;
  run_id: string | null;
  function_id: string;
  kind: QueueKind;
  step_id: string;
  /** How many steps had a result when this was put on the queue. */
  current: number;
  attempt: number;
  due_at: number;
  ready: number;
  rank: number;
  seq: number;
  slots: string | null;
  payload: string | null;
}
export interface PauseRow {
  id: string;
  kind: "wait" | "cancel" | "signal" | "invoke";
  run_id: string;
  step_id: string;
  name: string;
  expression: string | null;
  created_at: number;
  expires_at: number;
}

/** Counted up when the tables change: a file of another version is refused. */
const VERSION = 2;
const SCHEMA = `
  create table if not exists meta (key text primary key, value text not null);
  create table if not exists functions (id text primary key, app_id text not null, config text not null);
  create table if not exists cron (id text primary key, next_at integer not null);
  create table if not exists events (internal_id text primary key, id text not null, name text not null, body text not null, received_at integer not null) without rowid;
  create index if not exists events_name on events (name, internal_id);
  create table if not exists seen (key text primary key, until integer not null) without rowid;
  create index if not exists seen_until on seen (until);
  create table if not exists seeds (seed text primary key, ids text not null, at integer not null) without rowid;
  create index if not exists seeds_at on seeds (at);
  create table if not exists runs (id text primary key, function_id text not null, event_id text not null, "trigger" text not null, events text,
    status text not null, rank integer not null, queued_at integer not null, started_at integer, ended_at integer, output text,
    settled integer not null, plan integer not null, req_version integer not null, slots text, invokers text, singleton text) without rowid;
  create index if not exists runs_active on runs (singleton) where ended_at is null and singleton is not null;
  create index if not exists runs_ended on runs (ended_at) where ended_at is not null;
  create table if not exists run_events (event_id text not null, run_id text not null, primary key (event_id, run_id)) without rowid;
  create index if not exists run_events_run on run_events (run_id);
  create table if not exists memo (run_id text not null, step_id text not null, value text not null, position integer not null, primary key (run_id, step_id)) without rowid;
  create table if not exists pending (run_id text not null, step_id text not null, race integer not null, primary key (run_id, step_id)) without rowid;
  create table if not exists queue (id text primary key, run_id text, function_id text not null, kind text not null, step_id text not null,
    current integer not null, attempt integer not null, due_at integer not null, ready integer not null,
    rank integer not null, seq integer not null, slots text, payload text) without rowid;
  create index if not exists queue_due on queue (due_at, seq) where ready = 0;
  create index if not exists queue_run on queue (run_id);
  create table if not exists pauses (id text primary key, kind text not null, run_id text not null, step_id text not null, name text not null,
    expression text, created_at integer not null, expires_at integer not null) without rowid;
  create index if not exists pauses_name on pauses (name, kind);
  create index if not exists pauses_run on pauses (run_id);
  create table if not exists rates (key text primary key, at integer not null) without rowid;
  create table if not exists gathered (key text primary key, function_id text not null, events text not null, first_at integer not null) without rowid;
`;

/** The engine's one file. */
export interface Store {
  db: Database.Database;
  /** Runs a statement, prepared once. */
  run(sql: string, ...params: unknown[]): Database.RunResult;
  get<T>(sql: string, ...params: unknown[]): T | undefined;
  all<T>(sql: string, ...params: unknown[]): T[];
  transaction<T>(work: () => T): T;
  close(): void;
}

/**
 * Opens the file, or memory for `:memory:`, and keeps it: a second engine on the same file is refused.
 * @throws Error when another engine holds the file, or another version of the engine wrote it
 */
export function openStore(file: string): Store {
  if (file !== ":memory:") mkdirSync(dirname(resolve(file)), { recursive: true });
  const db = new Database(file, { timeout: 0 });
  try {
    // The lock is taken before anything is read, and kept: WAL without shared memory.
    db.pragma("locking_mode = EXCLUSIVE");
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    // Checkpoints wait for the disk: fewer of them, and no more than some 32 MB of log.
    db.pragma("wal_autocheckpoint = 8000");
    db.exec("begin immediate; commit;");
  } catch (error) {
    db.close();
    throw new Error(`another engine already works on ${file}: stop it first, or choose another --db`, {
      cause: error,
    });
  }
  const written = db.pragma("user_version", { simple: true });
  const isNew = db.prepare("select count(*) from sqlite_master").pluck().get() === 0;
  if (!isNew && written !== VERSION) {
    db.close();
    throw new Error(
      `${file} was written by another version of the engine: delete it, or choose another --db`,
    );
  }
  db.exec(SCHEMA);
  db.pragma(`user_version = ${VERSION}`);
  const prepared = new Map<string, Database.Statement>();
  const statement = (sql: string) => {
    let found = prepared.get(sql);
    if (!found) prepared.set(sql, (found = db.prepare(sql)));
    return found;
  };
  let work: () => unknown;
  const immediate = db.transaction(() => work()).immediate;
  return {
    db,
    run: (sql, ...params) => statement(sql).run(...params),
    // The caller knows which columns it asked for.
    get: <T>(sql: string, ...params: unknown[]) => statement(sql).get(...params) as T | undefined,
    all: <T>(sql: string, ...params: unknown[]) => statement(sql).all(...params) as T[],
    transaction<T>(wanted: () => T): T {
      if (db.inTransaction) return wanted();
      work = wanted;
      return immediate() as T; // what `wanted` returns
    },
    close: () => db.close(),
  };
}

/** The run with that id, unless it is over. */
export const openRun = (store: Store, id: string | null): RunRow | undefined =>
  store.get<RunRow>("select * from runs where id = ? and ended_at is null", id);
export const eventsOf = (run: Pick<RunRow, "trigger" | "events">): string => run.events ?? `[${run.trigger}]`;
export const readConfig = (text: string): FunctionConfig => JSON.parse(text) as FunctionConfig; // written by this engine
