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
  return drizzle(client, { schema });
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
