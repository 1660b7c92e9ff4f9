import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeDatabase, openReader, openWriter, type Reader, type Writer } from "./connection";

/** A real SQLite file in a temporary folder, with both handles. `close` removes it. */
export function openTestDatabase(): { path: string; writer: Writer; reader: Reader; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), "purple-flea-"));
  const path = join(folder, "test.sqlite");
  const writer = openWriter(path, join(import.meta.dirname, "migrations"));
  const reader = openReader(path);
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
