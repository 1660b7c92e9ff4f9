import Database from "better-sqlite3";
import { sql, type SQL } from "drizzle-orm";
import { drizzle, type BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { keepPrivate } from "./private-files";
import * as schema from "./schema";

type Db = BetterSQLite3Database<typeof schema> & { $client: Database.Database };

declare const readerBrand: unique symbol;
declare const mirrorBrand: unique symbol;
declare const deskBrand: unique symbol;
/** A handle that can only read: SQLite itself refuses a write (`SQLITE_READONLY`). */
export type Reader = Db & { readonly [readerBrand]: true };
/** What functions write with, through db/mirror. WAL lets readers go on meanwhile. */
export type MirrorWriter = Db & { readonly [mirrorBrand]: true };
/** What people's commands and the edge write with, through db/desk. */
export type DeskWriter = Db & { readonly [deskBrand]: true };
/** The file as it was opened, for who puts a process together and hands out one half or the other; nobody else holds it. */
export type Writer = MirrorWriter & DeskWriter;
/** For questions that are also asked within a transaction that writes. */
export type AnyHandle = Reader | MirrorWriter | DeskWriter;

/**
 * What committed rows outlive: a power cut (FULL), or a killed process only (NORMAL; OFF spares the disk, for tests that
 * throw the file away).
 */
export type Durability = "power-cut" | "kill" | "test";
const SYNCHRONOUS: Record<Durability, string> = { "power-cut": "FULL", kill: "NORMAL", test: "OFF" };

/** Lists with many filters have many texts: beyond this, all are forgotten and the used ones come back. */
const MAX_STATEMENTS = 500;

function open(path: string, readonly: boolean, durability: Durability = "power-cut"): Db {
  if (!readonly && path !== ":memory:") keepPrivate(path);
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

/** What a handle keeps, so that it is made once: statements by their text, whole queries by who asks, its transaction. */
interface Kept {
  statements: Map<string, Database.Statement>;
  queries: Map<unknown, unknown>;
  transaction?: Database.Transaction<(work: () => unknown) => unknown>;
}
const kept = new WeakMap<Database.Database, Kept>();

function keptBy(client: Database.Database): Kept {
  let found = kept.get(client);
  if (!found) kept.set(client, (found = { statements: new Map(), queries: new Map() }));
  return found;
}

/** Forgets the prepared statements, so that the next queries are prepared, and seen being prepared, again. */
export function forgetStatements(db: AnyHandle): void {
  kept.get(db.$client)?.statements.clear();
  kept.get(db.$client)?.queries.clear();
}

/**
 * The driver as drizzle uses it, with statements prepared once. drizzle builds its SQL anew for each query, and preparing it
 * anew costs more than most queries. The texts are the code's own and not many.
 */
function remembering(client: Database.Database): Pick<Database.Database, "prepare" | "transaction"> {
  const { statements } = keptBy(client);
  const prepare = (sql: string): Database.Statement => {
    let found = statements.get(sql);
    if (!found) {
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      statements.set(sql, (found = client.prepare(sql)));
    }
    return found;
  };
  return {
    // The driver's generic overload cannot be written as a function expression.
    prepare: prepare as Database.Database["prepare"],
    transaction: (work) => client.transaction(work),
  };
}

/**
 * A query that is built once a handle: for what runs with every call of a function, building takes longer than running.
 * @param build makes it, with `given` for what varies
 */
export function prepared<Q, H extends AnyHandle = AnyHandle>(build: (db: H) => Q): (db: H) => Q {
  return (db) => {
    const { queries } = keptBy(db.$client);
    // Only what `build` made is kept under it.
    let found = queries.get(build) as Q | undefined;
    if (found === undefined) queries.set(build, (found = build(db)));
    return found;
  };
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
  // The brands exist only in types: this is the one place that hands out writers.
  return db as Writer;
}

/** Opens an existing file for reading only. */
export function openReader(path: string): Reader {
  return open(path, true) as Reader; // see openWriter
}

/** What a prepared query is given under a name when it runs; as the driver takes it, so JSON as text. */
export const given = (name: string): SQL => sql`${sql.placeholder(name)}`;

/** Runs `work` in one IMMEDIATE transaction: the write lock is taken before the first read, so check and act are one. */
export function inTransaction<W extends MirrorWriter | DeskWriter, T>(db: W, work: (tx: W) => T): T {
  const { $client: client } = db;
  const transaction = (keptBy(client).transaction ??= client.transaction((inner: () => unknown) => inner()));
  return transaction.immediate(() => work(db)) as T; // what `work` returned
}

/** Closes the file. */
export function closeDatabase(db: AnyHandle): void {
  db.$client.close();
}
