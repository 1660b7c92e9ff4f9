import { accessSync, constants, existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "better-sqlite3";
import { z } from "zod";
import { dialects, fileModes, type FileIdentity, type FileMode } from "../domain/identity";
import { PRACTICE_DOMAIN } from "../domain/practice-accounts";
import {
  closeDatabase,
  inTransaction,
  openReader,
  openWriter,
  type AnyHandle,
  type Durability,
  type Reader,
  type Writer,
} from "./connection";
import { identity } from "./schema";

/** What a file says of itself. */
export type Found =
  /** Nothing: it is not there, or holds no row. */
  | { kind: "empty" }
  /** Its mark. */
  | { kind: "marked"; identity: FileIdentity }
  /** Its rows, where a release before the mark wrote it; the agent is that of the newest claim, if there is one. */
  | { kind: "rows"; mode: FileMode; agent?: string }
  | { kind: "unreadable"; why: string };

/** Why a file is not opened: one line that says what it is, what was asked, and what to do. */
export class FileRefused extends Error {}

const mark = z.object({ mode: z.enum(fileModes), dialect: z.enum(dialects), agent: z.string().min(1) });

/** Tables that say how a file was made, and nothing of what happened. */
const BOOKKEEPING = ["__drizzle_migrations", "identity"];

function findIn(client: Database.Database): Found {
  const tables = client
    .prepare<[], string>("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    .pluck()
    .all();
  if (tables.length === 0) return { kind: "empty" };
  const has = (table: string) => tables.includes(table);
  if (!has("__drizzle_migrations") || !has("operators"))
    return { kind: "unreadable", why: "it is some other program's database" };
  const row = has("identity") ? client.prepare("select mode, dialect, agent from identity").get() : undefined;
  if (row) {
    const parsed = mark.safeParse(row);
    return parsed.success
      ? { kind: "marked", identity: parsed.data }
      : { kind: "unreadable", why: "a newer release marked it in a way that this one does not know" };
  }
  // Practice has made its accounts at every start, in every release; a live desk never made one.
  const practised = client.prepare("select 1 from operators where email like ?").get(`%@${PRACTICE_DOMAIN}`);
  const used = tables.some(
    (table) => !BOOKKEEPING.includes(table) && client.prepare(`select 1 from "${table}" limit 1`).get(),
  );
  if (!practised && !used) return { kind: "empty" };
  const agent = client
    .prepare<[], string>("select agent_id from claims order by created_at desc limit 1")
    .pluck()
    .get();
  return { kind: "rows", mode: practised ? "practice" : "live", agent };
}

/** True when this process may write what is at the path, or make it there. */
function mayWrite(path: string): boolean {
  let there = resolve(path);
  while (!existsSync(there)) there = dirname(there);
  try {
    accessSync(there, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Looks at a file without writing to it. */
export function inspectFile(path: string): Found {
  if (!mayWrite(path))
    return {
      kind: "unreadable",
      why: `the user of this process (${process.getuid?.() ?? "?"}) may not write there; give it the folder and its files`,
    };
  if (!existsSync(path)) return { kind: "empty" };
  let client: Database.Database | undefined;
  try {
    client = new Database(path, { readonly: true, timeout: 5_000 });
    return findIn(client);
  } catch (error) {
    if (error instanceof Database.SqliteError) return { kind: "unreadable", why: error.message };
    throw error;
  } finally {
    client?.close();
  }
}

/** Whose money the file tells of; undefined while nothing is in it. */
export function fileMode(read: AnyHandle): FileMode | undefined {
  const found = findIn(read.$client);
  return found.kind === "marked" ? found.identity.mode : found.kind === "rows" ? found.mode : undefined;
}

/** The file's mark; undefined when it has none yet. */
export const readIdentity = (read: AnyHandle): FileIdentity | undefined =>
  read.select({ mode: identity.mode, dialect: identity.dialect, agent: identity.agent }).from(identity).get();

/** Whether no other process has the file open. It is not written. */
export function isAlone(path: string): boolean {
  const client = new Database(path, { fileMustExist: true, timeout: 500 });
  try {
    client.pragma("locking_mode = EXCLUSIVE");
    client.exec("begin immediate; rollback");
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return false;
    throw error;
  } finally {
    client.close();
  }
}

const modeWords: Record<FileMode, string> = { live: "a live desk's file", practice: "a practice file" };
const evidence: Record<FileMode, string> = {
  live: `it has rows and no account of ${PRACTICE_DOMAIN}`,
  practice: `it has accounts of ${PRACTICE_DOMAIN}`,
};
/** What to do when a desk of this mode was given a file of the other. */
const modeAdvice: Record<FileMode, string> = {
  live: 'Set DATABASE_PATH to the live desk\'s file; if this is it and practice only visited it, run "npm run operator -- mark-live"',
  practice: "Practice never opens it: set DATABASE_PATH to another file, or leave it out",
};

/** Why a file is not to be opened as `asked`; null when it may be. */
export function refusalOf(path: string, found: Found, asked: FileIdentity): string | null {
  if (found.kind === "empty") return null;
  if (found.kind === "unreadable")
    return `${path} cannot be opened as a desk's file: ${found.why}. Set DATABASE_PATH to the desk's own file.`;
  const marked = found.kind === "marked" ? found.identity : undefined;
  const { mode, agent } = found.kind === "marked" ? found.identity : found;
  if (mode !== asked.mode)
    return `${path} is ${modeWords[mode]}${marked ? "" : ` (${evidence[mode]})`}, and a ${asked.mode} desk was asked for. ${modeAdvice[asked.mode]}.`;
  if (marked && marked.dialect !== asked.dialect)
    return `${path} holds what Purple Flea's ${marked.dialect} said, and the desk was asked to speak to its ${asked.dialect}. Their ids and amounts do not mix: ask for the ${marked.dialect} again, or set DATABASE_PATH to a file of its own.`;
  if (agent !== undefined && agent !== asked.agent)
    return `${path} holds the books of agent ${agent}, and the desk was asked to act for ${asked.agent}. Set AGENT_ID=${agent}, or DATABASE_PATH to a file of its own.`;
  return null;
}

/**
 * Opens a desk's file as what is asked, and marks it so when it carries no mark yet.
 * @param now wall time, ms
 * @throws FileRefused, having written nothing, when the file is something else
 */
export function openDesk(options: {
  path: string;
  migrationsFolder: string;
  durability: Durability;
  asked: FileIdentity;
  now: number;
}): { writer: Writer; reader: Reader } {
  const { path, asked } = options;
  const refuse = (found: Found) => {
    const refusal = refusalOf(path, found, asked);
    if (refusal) throw new FileRefused(refusal);
  };
  refuse(inspectFile(path));
  const writer = openWriter(path, options.migrationsFolder, options.durability);
  try {
    inTransaction(writer, (tx) => {
      // Another process may have been first.
      const found = findIn(tx.$client);
      refuse(found);
      if (found.kind !== "marked")
        tx.insert(identity)
          .values({ ...asked, markedAt: options.now })
          .run();
    });
  } catch (error) {
    closeDatabase(writer);
    throw error;
  }
  return { writer, reader: openReader(path) };
}

/** What a file is that a desk has used. @throws FileRefused when none has */
export function inspectUsedFile(path: string): Extract<Found, { kind: "marked" | "rows" }> {
  const found = inspectFile(path);
  if (found.kind === "unreadable") throw new FileRefused(`${path} is not a desk's file: ${found.why}.`);
  if (found.kind === "empty")
    throw new FileRefused(
      `${path} has not been used by a desk yet, so nobody can say whose it is. Start the desk on it first.`,
    );
  return found;
}

/** Opens a file that a desk has used, for a command: what it is, it says itself. @throws FileRefused when none has */
export function openUsedFile(path: string, migrationsFolder: string): Writer {
  inspectUsedFile(path);
  return openWriter(path, migrationsFolder);
}
