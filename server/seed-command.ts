/**
 * Fills an empty database with a made-up history, to look at and to measure: `npm run db:seed -- --trades 1000000`. It never
 * touches a file that holds anything, nor one of a live desk. `DATABASE_PATH=data/seed.sqlite npm run dev` shows it.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase, type Writer } from "../db/connection";
import { seedMirror } from "../db/factories";
import { FileRefused, openDesk } from "../db/identity";
import { wallClock } from "../domain/clock";
import { askedOf } from "./desk-files";
import { readCommandEnv } from "./env";

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

/** The file, when it may be filled; else why not. */
function open(): Writer | string {
  try {
    // Whatever the environment says: a made-up history is practice.
    const asked = askedOf({ APP_MODE: "practice", AGENT_ID: readCommandEnv().AGENT_ID });
    const migrationsFolder = join(process.cwd(), "db/migrations");
    const desk = openDesk({
      path: values.file,
      migrationsFolder,
      durability: "kill",
      asked,
      now: wallClock.now(),
    });
    closeDatabase(desk.reader);
    const found = history.find((table) =>
      desk.writer.$client.prepare(`select 1 from ${table} limit 1`).get(),
    );
    if (!found) return desk.writer;
    closeDatabase(desk.writer);
    return `${values.file} holds ${found} already.`;
  } catch (error) {
    if (error instanceof FileRefused) return error.message;
    throw error;
  }
}

const db = open();
if (typeof db === "string") {
  console.error(`Nothing was written: ${db} Seeding fills an empty practice database only.`);
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
  closeDatabase(db);
}
