/** Brings a database file up to date: `npm run db:migrate`. The server does the same when it starts. */
import { join } from "node:path";
import { closeDatabase, openWriter } from "../db/connection";
import { FileRefused, fileMode, inspectFile } from "../db/identity";
import { commandFile } from "./command-file";
import { readCommandEnv } from "./env";

try {
  const path = commandFile(process.argv[2] ?? readCommandEnv().DATABASE_PATH);
  const found = inspectFile(path);
  if (found.kind === "unreadable") throw new FileRefused(`${path} is not a desk's file: ${found.why}.`);
  const db = openWriter(path, join(process.cwd(), "db/migrations"));
  console.log(`${path} is up to date (${fileMode(db) ?? "not used by a desk yet"})`);
  closeDatabase(db);
} catch (error) {
  if (!(error instanceof FileRefused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
