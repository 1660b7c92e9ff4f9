/** Brings a database file up to date: `npm run db:migrate`. The server does the same when it starts. */
import { join } from "node:path";
import { closeDatabase, openWriter } from "./connection";

const path = process.argv[2] ?? process.env.DATABASE_PATH ?? "data/operator.sqlite";
closeDatabase(openWriter(path, join(process.cwd(), "db/migrations")));
console.log(`${path} is up to date`);
