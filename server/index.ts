import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import express from "express";
import { serve } from "inngest/express";
import pino from "pino";
import type { PracticePort } from "../app/context";
import { closeDatabase } from "../db/connection";
import { sessionOperator } from "../db/desk/sessions";
import { countParked, countUnsent } from "../db/read/outbox";
import { wallClock } from "../domain/clock";
import { newId } from "../domain/ids";
import { createFunctions } from "../inngest";
import { createInngest } from "../inngest/client";
import { limitsOf, type Setting } from "../inngest/functions/setting";
import { createJournal } from "../inngest/journal";
import { createPurpleFlea } from "../inngest/purple-flea/client";
import { askedOf, openDeskFiles } from "./desk-files";
import { inherited, keysIn, readEnv } from "./env";
import { eventApi } from "./event-api";
import { firstAccounts } from "./first-accounts";
import { liveNudge } from "./live";
import { startOutbox } from "./outbox";
import { pageRoutes } from "./pages";
import { askForTime, clockRoutes, followedClock } from "./practice-clock";
import { webhookRoutes } from "./webhooks";

const read = readEnv();
if ("mistakes" in read) {
  for (const line of read.mistakes) console.error(line);
  process.exit(1);
}
const { env } = read;
const live = env.APP_MODE === "live";
const withSandbox = !live && env.SANDBOX === "on";
const log = pino({ level: env.APP_MODE === "test" ? "warn" : "info", base: undefined });
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
const sessionSecret = env.SESSION_SECRET ?? randomBytes(32).toString("hex");
const sandboxKey = "pf_live_sandbox";
const webhookSecret = env.PURPLE_FLEA_WEBHOOK_SECRET ?? (withSandbox ? "whsec_sandbox" : undefined);
const purpleFleaUrl = `http://127.0.0.1:${env.SANDBOX_PURPLE_FLEA_PORT}`;
const engineUrl = withSandbox
  ? `http://127.0.0.1:${env.SANDBOX_ENGINE_PORT}`
  : env.INNGEST_DEV && env.INNGEST_DEV.startsWith("http")
    ? env.INNGEST_DEV
    : env.INNGEST_BASE_URL;
const agentId = askedOf(env).agent;
const agentWallet = env.AGENT_WALLET ?? "0xA9e17c0000000000000000000000000000000001";

const journal = createJournal({
  mirror: writer,
  clock,
  log: (message, error) => log.error({ err: error instanceof Error ? error.message : "error" }, message),
  retryIntervalMs:
    withSandbox && env.SANDBOX_RETRY_INTERVAL ? Number(env.SANDBOX_RETRY_INTERVAL) * 1_000 : undefined,
});
/** The SDK's words and not its objects: those may carry what a log must not. */
const words = (said: unknown[]) => log.warn(said.filter((word) => typeof word === "string").join(" "));
const quiet = {
  info: () => undefined,
  debug: () => undefined,
  warn: (...said: unknown[]) => words(said),
  error: (...said: unknown[]) => words(said),
};
const client = createInngest({
  isDev: !live,
  baseUrl: engineUrl,
  eventKey: env.INNGEST_EVENT_KEY,
  signingKey: env.INNGEST_SIGNING_KEY,
  signingKeyFallback: env.INNGEST_SIGNING_KEY_FALLBACK,
  middleware: [journal],
  logger: quiet,
});
const functionsConfig: Setting["config"] = {
  agentId,
  agentWallet,
  tradeSizeMicro: env.TRADE_SIZE_USDC,
  tradeMinBalanceMicro: env.TRADE_MIN_BALANCE_USDC,
  tradeMaxMicro: env.TRADE_MAX_USDC,
  tradeDailyLimitMicro: env.TRADE_DAILY_LIMIT_USDC,
  tradeAssetLimits: env.TRADE_ASSET_LIMITS,
  tradeMaxAlertAgeMs: env.TRADE_MAX_ALERT_AGE,
  tradeAfterUnknown: env.TRADE_AFTER_UNKNOWN,
  casino: {
    cron: env.CASINO_CRON,
    stakeMicro: env.CASINO_STAKE_USDC,
    dailyLossMicro: env.CASINO_DAILY_LOSS_USDC,
  },
};
const slackUrl = env.SLACK_WEBHOOK_URL;
const functions = createFunctions({
  client,
  mirror: writer,
  read: reader,
  clock,
  purpleFlea: createPurpleFlea({
    apiUrl: withSandbox ? `${purpleFleaUrl}/api` : env.PURPLE_FLEA_API_URL,
    faucetUrl: withSandbox ? `${purpleFleaUrl}/faucet/api` : env.PURPLE_FLEA_FAUCET_URL,
    apiKey: withSandbox ? sandboxKey : (env.PURPLE_FLEA_API_KEY ?? "unset"),
    clock,
  }),
  config: functionsConfig,
  slack: slackUrl
    ? async (text) => {
        const response = await fetch(slackUrl, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ text }),
        });
        if (!response.ok) throw new Error(`Slack answered ${response.status}`);
      }
    : undefined,
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

const app = express();
app.disable("x-powered-by");
app.get("/healthz", (_request, response) => {
  const [waiting, parked] = [countUnsent(reader).n, countParked(reader).n];
  response.json({ ok: true, mode: env.APP_MODE, outbox_waiting: waiting, outbox_parked: parked });
});
app.use(
  "/api/inngest",
  express.json({ limit: "4mb" }),
  serve({
    client,
    functions,
    servePath: "/api/inngest",
    serveOrigin: env.INNGEST_SERVE_ORIGIN ?? (live ? undefined : appUrl),
    // Only who signs may make this desk register itself anywhere.
    enableUnauthedSync: false,
  }),
);
app.use(
  webhookRoutes({
    desk: writer,
    clock,
    wall: wallClock,
    secrets: [webhookSecret, env.PURPLE_FLEA_WEBHOOK_SECRET_OLD].filter((secret): secret is string =>
      Boolean(secret),
    ),
    stored: () => void outbox.wake(),
  }),
);
if (!live) app.use(clockRoutes(practiceClock, () => outbox.wake()));
const liveUpdates = liveNudge(reader, async (cookie) => {
  const { tokenOf } = await import("../app/auth/session.server");
  return (
    sessionOperator(
      reader,
      sessionSecret,
      await tokenOf(new Request(appUrl, { headers: cookie ? { cookie } : {} })),
      wallClock.now(),
    ) !== null
  );
});
app.get("/live", liveUpdates.handler);

const server = createServer(app);
app.use(
  await pageRoutes({
    development: env.NODE_ENV === "development",
    secure: live,
    server,
    context: () => ({
      read: reader,
      desk: writer,
      clock,
      practice,
      report: (error, where) => {
        const id = newId(wallClock.now());
        log.error({ err: error, id }, where);
        return id;
      },
      outboxChanged: () => void outbox.wake(),
      config: {
        mode: env.APP_MODE,
        agentId,
        agentWallet,
        tradeSizeMicro: env.TRADE_SIZE_USDC,
        limits: limitsOf(functionsConfig),
        driftApprovalLimitMicro: env.DRIFT_APPROVAL_LIMIT_USDC,
        secureCookies: live,
        sessionSecret,
        demoAccounts: first.accounts,
        engine: engineUrl ?? "Inngest Cloud",
        keys: keysIn(env, !withSandbox),
      },
    }),
  }),
);
server.listen(env.PORT, env.HOST ?? (live ? "0.0.0.0" : "127.0.0.1"), () =>
  log.info(`listening on ${appUrl}`),
);

if (withSandbox) {
  const { startSandbox } = await import("../sandbox/start");
  const built = existsSync("build/engine.js");
  const sandbox = await startSandbox({
    folder: env.SANDBOX_FOLDER,
    appUrl,
    enginePort: env.SANDBOX_ENGINE_PORT,
    purpleFleaPort: env.SANDBOX_PURPLE_FLEA_PORT,
    retryInterval: env.SANDBOX_RETRY_INTERVAL,
    apiKey: sandboxKey,
    webhookSecret: webhookSecret ?? "whsec_sandbox",
    command: (service) =>
      built
        ? { file: process.execPath, args: [`build/${service}.js`] }
        : {
            file: "npx",
            args: ["tsx", service === "engine" ? "sandbox/inngest/main.ts" : "sandbox/purple-flea/main.ts"],
          },
    environment: inherited,
    say: (message) => log.warn(message),
  });
  practice = sandbox.practice;
  stopSandbox = sandbox.stop;
  const started = await practice.clock();
  if (started) practiceClock.follow(started.offsetMs);
} else if (!live && engineUrl) await askForTime(practiceClock, engineUrl);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  liveUpdates.stop();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await outbox.stop();
  await stopSandbox();
  await closed;
  closeDatabase(reader);
  closeDatabase(writer);
  process.exit(0);
}
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
