/** Looks after the operators of a desk: `npm run operator -- help`, in the image `node build/operator.js help`. */
import { join } from "node:path";
import { readCommandEnv } from "./env";
import { operatorCommand } from "./operator-verbs";
import { readSecret } from "./read-secret";

const came = await operatorCommand({
  args: process.argv.slice(2),
  env: readCommandEnv(),
  ask: readSecret,
  migrationsFolder: join(process.cwd(), "db/migrations"),
});
if ("done" in came) console.log(came.done);
else {
  console.error(came.refused);
  process.exitCode = 1;
}
