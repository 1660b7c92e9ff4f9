/** Adds an operator, or gives one another password: `npm run operator -- add a@b.c --role operator`, password on OPERATOR_PASSWORD. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase, openWriter } from "../db/connection";
import { saveOperator } from "../db/desk/operators";
import { wallClock } from "../domain/clock";
import { roles } from "../domain/statuses";
import { readEnv } from "./env";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { role: { type: "string", default: "operator" }, name: { type: "string" } },
});
const [verb, email] = positionals;
const role = roles.find((one) => one === values.role);
const read = readEnv();
if ("mistakes" in read || verb !== "add" || !email || !role || !read.env.OPERATOR_PASSWORD) {
  console.error(
    `usage: OPERATOR_PASSWORD=… npm run operator -- add someone@example.com --role ${roles.join("|")} [--name "Some One"]`,
  );
  process.exit(1);
}
const db = openWriter(read.env.DATABASE_PATH, join(process.cwd(), "db/migrations"));
await saveOperator(
  db,
  { email, name: values.name ?? email, password: read.env.OPERATOR_PASSWORD, role },
  wallClock.now(),
);
closeDatabase(db);
console.log(`${email} may sign in as ${role}`);
