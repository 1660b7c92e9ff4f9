import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { PracticePort } from "../app/context";
import { closeDatabase } from "../db/connection";
import { sessionOperator } from "../db/desk/sessions";
import { countParked, countUnsent } from "../db/read/outbox";
import { wallClock } from "../domain/clock";
import { newId } from "../domain/ids";
import { limitsOf } from "../inngest/deps";
import type { AddressOptions } from "./address";
import { createBackground } from "./background";
import { createEdge } from "./edge";
import { engineRoutes } from "./engine";
import { askedOf, openDeskFiles } from "./desk-files";
import { inherited, keysIn, readEnv } from "./env";
import { eventApi } from "./event-api";
import { exportTurns } from "./exports";
import { firstAccounts } from "./first-accounts";
import { listen, createHttpServer } from "./listen";
import { liveNudge, type LiveSession } from "./live";
import { createLog } from "./log";
import { startOutbox } from "./outbox";
import { pageRoutes } from "./pages";
import { askForTime, clockRoutes, followedClock } from "./practice-clock";
import { stopOnSignal } from "./stop";
import { webhookRoutes } from "./webhooks";

/** What the sandbox's Purple Flea takes for a key. */
const SANDBOX_KEY = "pf_live_sandbox";

const read = readEnv();
if ("mistakes" in read) {
  for (const line of read.mistakes) console.error(line);
  process.exit(1);
}
const { env } = read;
const live = env.APP_MODE === "live";
const withSandbox = !live && env.SANDBOX === "on";
const log = createLog(env.APP_MODE === "test" ? "warn" : "info");
const appUrl = `http://127.0.0.1:${env.PORT}`;

const desk = openDeskFiles(env);
if ("refusal" in desk) {
  console.error(desk.refusal);
  process.exit(1);
}
const { writer, reader } = desk;
const practiceClock = followedClock(live ? undefined : `${env.DATABASE_PATH}-clock`);
const clock = live ? wallClock : practiceClock;
const first = await firstAccounts(env, writer, reader, clock.now());
if ("mistakes" in first) {
  for (const line of first.mistakes) console.error(line);
  process.exit(1);
}

/** In practice sessions need not outlive the process. */
const sessionRules = {
  secret: env.SESSION_SECRET ?? randomBytes(32).toString("hex"),
  idleMs: env.SESSION_IDLE,
  lifeMs: env.SESSION_LIFE,
};
const webhookSecret = env.PURPLE_FLEA_WEBHOOK_SECRET ?? (withSandbox ? "whsec_sandbox" : undefined);
const purpleFleaUrl = `http://127.0.0.1:${env.SANDBOX_PURPLE_FLEA_PORT}`;
const engineUrl = withSandbox
  ? `http://127.0.0.1:${env.SANDBOX_ENGINE_PORT}`
  : env.INNGEST_DEV && env.INNGEST_DEV.startsWith("http")
    ? env.INNGEST_DEV
    : env.INNGEST_BASE_URL;
const agentId = askedOf(env).agent;
const agentWallet = env.AGENT_WALLET ?? "0xA9e17c0000000000000000000000000000000001";

const { client, functions, functionsConfig } = createBackground({
  env,
  live,
  mirror: writer,
  read: reader,
  clock,
  log,
  engineUrl,
  agentId,
  agentWallet,
  purpleFlea: withSandbox
    ? { apiUrl: `${purpleFleaUrl}/api`, faucetUrl: `${purpleFleaUrl}/faucet/api`, apiKey: SANDBOX_KEY }
    : {
        apiUrl: env.PURPLE_FLEA_API_URL,
        faucetUrl: env.PURPLE_FLEA_FAUCET_URL,
        apiKey: env.PURPLE_FLEA_API_KEY ?? "unset",
      },
  retryIntervalMs:
    withSandbox && env.SANDBOX_RETRY_INTERVAL ? Number(env.SANDBOX_RETRY_INTERVAL) * 1_000 : undefined,
});

const outbox = startOutbox({
  desk: writer,
  send: eventApi(client, fetch),
  clock,
  wall: wallClock,
  log: (message) => log.warn(message),
});

let practice: PracticePort | undefined;
let stopSandbox: () => Promise<void> = () => Promise.resolve();

const report = (error: unknown, where: string): string => {
  const id = newId(wallClock.now());
  log.error({ err: error, id }, where);
  return id;
};
const sessionOf = async (cookie: string | undefined): Promise<LiveSession | null> => {
  const { tokenOf } = await import("../app/auth/session.server");
  const token = await tokenOf(new Request(appUrl, { headers: cookie ? { cookie } : {} }), live);
  const goesOn = () => sessionOperator(reader, sessionRules, token, wallClock.now()) !== null;
  return token !== undefined && goesOn() ? { token, goesOn } : null;
};
const liveUpdates = liveNudge(reader, sessionOf);
const address: AddressOptions = {
  live,
  publicOrigin: env.PUBLIC_ORIGIN,
  announced: env.INNGEST_SERVE_ORIGIN,
  host: env.HOST,
};
if (live && !env.PUBLIC_ORIGIN)
  log.warn("PUBLIC_ORIGIN is not set: pages answer under any host name. Set it to the address people use");
const edge = createEdge({
  development: env.NODE_ENV === "development",
  address,
  trustProxy: env.TRUST_PROXY,
  health: () => {
    const [waiting, parked] = [countUnsent(reader).n, countParked(reader).n];
    return { ok: true, mode: env.APP_MODE, outbox_waiting: waiting, outbox_parked: parked };
  },
  engine: engineRoutes({
    client,
    functions,
    serveOrigin: env.INNGEST_SERVE_ORIGIN ?? (live ? undefined : appUrl),
    signed: live,
  }),
  webhooks: webhookRoutes({
    desk: writer,
    clock,
    wall: wallClock,
    secrets: [webhookSecret, env.PURPLE_FLEA_WEBHOOK_SECRET_OLD].filter((secret): secret is string =>
      Boolean(secret),
    ),
    stored: () => void outbox.wake(),
  }),
  practice: live ? undefined : clockRoutes(practiceClock, () => outbox.wake()),
  live: liveUpdates.handler,
  exports: exportTurns(async (cookie) => (await sessionOf(cookie))?.token),
  report,
});

const server = createHttpServer(edge);
const { pages, stylesheet } = await pageRoutes({
  development: env.NODE_ENV === "development",
  address,
  server,
  context: () => ({
    read: reader,
    desk: writer,
    clock,
    practice,
    report,
    outboxChanged: () => void outbox.wake(),
    config: {
      mode: env.APP_MODE,
      agentId,
      agentWallet,
      tradeSizeMicro: env.TRADE_SIZE_USDC,
      limits: limitsOf(functionsConfig),
      driftApprovalLimitMicro: env.DRIFT_APPROVAL_LIMIT_USDC,
      secureCookies: live,
      session: sessionRules,
      demoAccounts: first.accounts,
      engine: engineUrl ?? "Inngest Cloud",
      keys: keysIn(env, !withSandbox),
    },
  }),
});
edge.serve(pages, stylesheet);
const closeListeners = await listen(server, env.PORT, env.HOST ?? (live ? "0.0.0.0" : undefined));
log.info(`listening on ${live ? `port ${env.PORT}` : `http://localhost:${env.PORT}`}`);

if (withSandbox) {
  const { startSandbox } = await import("../sandbox/start");
  const built = existsSync("build/engine.js");
  const sandbox = await startSandbox({
    folder: env.SANDBOX_FOLDER,
    appUrl,
    enginePort: env.SANDBOX_ENGINE_PORT,
    purpleFleaPort: env.SANDBOX_PURPLE_FLEA_PORT,
    retryInterval: env.SANDBOX_RETRY_INTERVAL,
    apiKey: SANDBOX_KEY,
    webhookSecret: webhookSecret ?? "whsec_sandbox",
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
  practice = sandbox.practice;
  stopSandbox = sandbox.stop;
  const started = await practice.clock();
  if (started) practiceClock.follow(started.offsetMs);
} else if (!live && engineUrl) await askForTime(practiceClock, engineUrl);

stopOnSignal({
  server,
  log,
  end: () => {
    closeListeners();
    liveUpdates.stop();
  },
  parts: [() => outbox.stop(), () => stopSandbox()],
  close: () => {
    closeDatabase(reader);
    closeDatabase(writer);
  },
});
