/**
 * Fills an empty database with a made-up history, to look at and to measure: `npm run db:seed -- --trades 1000000`. It never
 * touches a file that holds anything, nor one of a live desk. `DATABASE_PATH=data/seed.sqlite npm run dev` shows it.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase, openWriter, type Writer } from "../db/connection";
import { seedMirror } from "../db/factories";
import { wallClock } from "../domain/clock";
import { readEnv } from "./env";

const { values } = parseArgs({
  options: {
    file: { type: "string", default: "data/seed.sqlite" },
    trades: { type: "string", default: "1000" },
    escrows: { type: "string", default: "200" },
    runs: { type: "string", default: "500" },
    bets: { type: "string", default: "100" },
    days: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
  },
});

/** Tables in which a single row means that somebody's history is in this file. */
const history = ["trades", "escrows", "intents", "commands", "runs", "balances", "inbox"];

function refusal(db: Writer): string | null {
  const environment = readEnv();
  if ("mistakes" in environment) return environment.mistakes.join("; ");
  if (environment.env.APP_MODE === "live") return "APP_MODE is live";
  const found = history.find((table) => db.$client.prepare(`select 1 from ${table} limit 1`).get());
  return found ? `${values.file} holds ${found} already` : null;
}

const db = openWriter(values.file, join(process.cwd(), "db/migrations"), "kill");
const reason = refusal(db);
if (reason) {
  console.error(`Nothing was written: ${reason}. Seeding fills an empty practice database only.`);
  process.exitCode = 1;
} else {
  seedMirror(db, {
    now: wallClock.now(),
    trades: Number(values.trades),
    escrows: Number(values.escrows),
    runs: Number(values.runs),
    bets: Number(values.bets),
    balanceDays: Number(values.days),
    seed: Number(values.seed),
  });
  console.log(`${values.file} holds ${values.trades} trades and ${values.escrows} escrows`);
}
closeDatabase(db);
