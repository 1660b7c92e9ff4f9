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
