import { existsSync } from "node:fs";
import type { PracticePort } from "../app/context";
import { closeDatabase } from "../db/connection";
import { wallClock } from "../domain/clock";
import { newId } from "../domain/ids";
import { createApp } from "./compose";
import { openDeskFiles } from "./desk-files";
import { openDoors } from "./doors";
import { inherited, readEnv } from "./env";
import { firstAccounts } from "./first-accounts";
import { listen } from "./listen";
import { createLog } from "./log";
import { askForTime, followedClock } from "./practice-clock";
import { settingsOf } from "./settings";
import { slackLine } from "./slack";
import { stopOnSignal } from "./stop";

function die(lines: string[]): never {
  for (const line of lines) console.error(line);
  process.exit(1);
}

const read = readEnv();
if ("mistakes" in read) die(read.mistakes);
const { env } = read;
const { live, sandbox, engineUrl, appUrl, ...settings } = settingsOf(env);
const log = createLog(env.APP_MODE === "test" ? "warn" : "info");

const db = openDeskFiles(env);
if ("refusal" in db) die([db.refusal]);
const practiceClock = followedClock(live ? undefined : `${env.DATABASE_PATH}-clock`);
const clock = live ? wallClock : practiceClock;
const first = await firstAccounts(env, db.writer, db.reader, clock.now());
if ("mistakes" in first) die(first.mistakes);
if (live && !env.PUBLIC_ORIGIN)
  log.warn("PUBLIC_ORIGIN is not set: pages answer under any host name. Set it to the address people use");

let practice: PracticePort | undefined;
const app = createApp({
  ...settings.app,
  pages: { ...settings.app.pages, demoAccounts: first.accounts },
  db,
  clock,
  wall: wallClock,
  fetch,
  log: {
    warn: (message) => log.warn(message),
    error: (message, error) => log.error({ err: error }, message),
  },
  report(error, where) {
    const id = newId(wallClock.now());
    log.error({ err: error, id }, where);
    return id;
  },
  slack: env.SLACK_WEBHOOK_URL ? slackLine(env.SLACK_WEBHOOK_URL, fetch) : undefined,
  practice: () => practice,
});
const doors = await openDoors({
  app,
  appUrl,
  development: settings.development,
  address: settings.address,
  trustProxy: env.TRUST_PROXY,
  wall: wallClock,
  practiceClock: live ? undefined : practiceClock,
});
const closeListeners = await listen(doors.server, env.PORT, env.HOST ?? (live ? "0.0.0.0" : undefined));
log.info(`listening on ${live ? `port ${env.PORT}` : `http://localhost:${env.PORT}`}`);

let stopSandbox: () => Promise<void> = () => Promise.resolve();
if (sandbox) {
  const { startSandbox } = await import("../sandbox/start");
  const built = existsSync("build/engine.js");
  const started = await startSandbox({
    ...sandbox,
    appUrl,
    command: (service) =>
      built
        ? { file: process.execPath, args: [`build/${service}.js`] }
        : {
            file: "npx",
            args: service === "engine" ? ["inngest-sandbox"] : ["tsx", "sandbox/purple-flea/main.ts"],
          },
    environment: inherited,
    say: (message) => log.warn(message),
  });
  practice = started.practice;
  stopSandbox = started.stop;
  const time = await practice.clock();
  if (time) practiceClock.follow(time.offsetMs);
} else if (!live && engineUrl) await askForTime(practiceClock, engineUrl, fetch);

stopOnSignal({
  server: doors.server,
  log,
  end: () => {
    closeListeners();
    doors.stop();
  },
  parts: [() => app.stop(), () => stopSandbox()],
  close: () => {
    closeDatabase(db.reader);
    closeDatabase(db.writer);
  },
});
