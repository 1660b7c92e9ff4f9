import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import {
  closeDatabase,
  forgetStatements,
  openReader,
  openWriter,
  type Reader,
  type Writer,
} from "./connection";

const MIGRATIONS = join(process.cwd(), "db/migrations");
/** In memory where the machine offers it: nothing here outlives its test. */
const TEMPORARY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let migrated: Buffer | undefined;

/** The bytes of a database that has every migration and no row. Made once a process. */
function emptyDatabase(): Buffer {
  if (migrated) return migrated;
  const folder = testFolder();
  const path = join(folder, "empty.sqlite");
  closeDatabase(openWriter(path, MIGRATIONS, "test"));
  const file = new Database(path);
  file.pragma("journal_mode = DELETE");
  migrated = file.serialize();
  file.close();
  rmSync(folder, { recursive: true });
  return migrated;
}

/** A temporary folder; who makes it removes it. */
export const testFolder = (): string => mkdtempSync(join(TEMPORARY, "purple-flea-"));

/**
 * Puts an empty database there, or opens the one that is there, as a process that starts again does. With one handle for both,
 * the file can be had for oneself alone.
 */
export function openTestFile(
  path: string,
  handles: "two handles" | "one handle" = "two handles",
): { writer: Writer; reader: Reader } {
  if (!existsSync(path)) writeFileSync(path, emptyDatabase());
  const writer = openWriter(path, MIGRATIONS, "test");
  // The brands differ in types only: what reads may be handed what writes.
  return { writer, reader: handles === "one handle" ? (writer as unknown as Reader) : openReader(path) };
}

/** A real SQLite file in a temporary folder, with both handles. `close` removes it. */
export function openTestDatabase(): { path: string; writer: Writer; reader: Reader; close(): void } {
  const folder = testFolder();
  const path = join(folder, "test.sqlite");
  const { writer, reader } = openTestFile(path);
  return {
    path,
    writer,
    reader,
    close() {
      closeDatabase(reader);
      closeDatabase(writer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs `work` and says for every query it made how SQLite meant to answer it (EXPLAIN QUERY PLAN). */
export function explainQueries(reader: Reader, work: () => void): string[] {
  const client = reader.$client;
  const prepare = client.prepare;
  const seen: string[] = [];
  forgetStatements(reader);
  client.prepare = function (this: typeof client, source: string) {
    seen.push(source);
    return prepare.call(this, source);
  } as typeof prepare; // the generic overloads of `prepare` cannot be written as one function expression
  try {
    work();
  } finally {
    client.prepare = prepare;
  }
  return seen.map((source) => {
    const parameters = Array.from({ length: source.split("?").length - 1 }, () => null);
    const steps = client
      .prepare<unknown[], { detail: string }>(`explain query plan ${source}`)
      .all(...parameters);
    return steps.map((step) => step.detail).join("; ");
  });
}
