import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "better-sqlite3";
import { drizzle, type BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import * as schema from "./schema";

type Db = BetterSQLite3Database<typeof schema> & { $client: Database.Database };

declare const readerBrand: unique symbol;
declare const writerBrand: unique symbol;
/** A handle that can only read: SQLite itself refuses a write (`SQLITE_READONLY`). */
export type Reader = Db & { readonly [readerBrand]: true };
/** The handle that writes. WAL lets readers go on meanwhile. */
export type Writer = Db & { readonly [writerBrand]: true };

/**
 * What committed rows outlive: a power cut (FULL), or a killed process only (NORMAL; OFF spares the disk, for tests that
 * throw the file away).
 */
export type Durability = "power-cut" | "kill" | "test";
const SYNCHRONOUS: Record<Durability, string> = { "power-cut": "FULL", kill: "NORMAL", test: "OFF" };

/** Lists with many filters have many texts: beyond this, all are forgotten and the used ones come back. */
const MAX_STATEMENTS = 500;

function open(path: string, readonly: boolean, durability: Durability = "power-cut"): Db {
  if (!readonly && path !== ":memory:") mkdirSync(dirname(resolve(path)), { recursive: true });
  const client = new Database(path, { readonly, timeout: 5_000 });
  // Every integer comes out as a bigint; the column types in schema/columns.ts say which ones become numbers.
  client.defaultSafeIntegers(true);
  if (!readonly) {
    client.pragma("journal_mode = WAL");
    client.pragma(`synchronous = ${SYNCHRONOUS[durability]}`);
    client.pragma("foreign_keys = ON");
  }
  client.pragma("cache_size = -32000");
  // drizzle asks its driver for nothing else; everybody else gets the driver itself.
  const db = drizzle(remembering(client) as Database.Database, { schema });
  return Object.assign(db, { $client: client });
}

const remembered = new WeakMap<Database.Database, Map<string, Database.Statement>>();

/** Forgets the prepared statements, so that the next queries are prepared, and seen being prepared, again. */
export const forgetStatements = (db: Reader | Writer): void => remembered.get(db.$client)?.clear();

/**
 * The driver as drizzle uses it, with statements prepared once and one transaction for all. drizzle builds its SQL anew for
 * each query, and preparing it anew costs more than most queries. The texts are the code's own and not many.
 */
function remembering(client: Database.Database): Pick<Database.Database, "prepare" | "transaction"> {
  const statements = new Map<string, Database.Statement>();
  remembered.set(client, statements);
  type Work = (argument: unknown) => unknown;
  let transaction: Database.Transaction<(work: Work, argument: unknown) => unknown> | undefined;
  const prepare = (sql: string): Database.Statement => {
    let found = statements.get(sql);
    if (!found) {
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      statements.set(sql, (found = client.prepare(sql)));
    }
    return found;
  };
  const begin = (work: Work) => {
    const made = (transaction ??= client.transaction((inner: Work, argument: unknown) => inner(argument)));
    return {
      deferred: (argument: unknown) => made.deferred(work, argument),
      immediate: (argument: unknown) => made.immediate(work, argument),
      exclusive: (argument: unknown) => made.exclusive(work, argument),
    };
  };
  // The driver's generic overloads cannot be written as one function expression.
  return { prepare, transaction: begin } as unknown as Database.Database;
}

/**
 * Opens the file for reading and writing, making it if need be, and brings its tables up to date.
 * @param migrationsFolder where the generated migrations lie
 */
export function openWriter(
  path: string,
  migrationsFolder: string,
  durability: Durability = "power-cut",
): Writer {
  const db = open(path, false, durability);
  migrate(db, { migrationsFolder });
  // The brand exists only in types: this is the one place that hands out writers.
  return db as Writer;
}

/** Opens an existing file for reading only. */
export function openReader(path: string): Reader {
  return open(path, true) as Reader; // see openWriter
}

/** Runs `work` in one IMMEDIATE transaction: the write lock is taken before the first read, so check and act are one. */
export function inTransaction<T>(db: Writer, work: (tx: Writer) => T): T {
  // A drizzle transaction has every method of the database it came from that the rooms use.
  return db.transaction((tx) => work(tx as unknown as Writer), { behavior: "immediate" });
}

/** Closes the file. */
export function closeDatabase(db: Reader | Writer): void {
  db.$client.close();
}
