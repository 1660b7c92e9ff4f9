import { join } from "node:path";
import { createApi as createEngineApi, openEngine } from "inngest-sandbox";
import type Database from "better-sqlite3";
import { closeDatabase, type Reader, type Writer } from "../db/connection";
import { openTestFile } from "../db/testing";
import type { Clock } from "../domain/clock";
import type { Deps } from "../inngest/deps";
import { AGENT, API_KEY, WEBHOOK_SECRET } from "../sandbox/trio";
import { createApi as createPurpleFleaApi } from "../sandbox/purple-flea/api";
import { openUpstream } from "../sandbox/purple-flea/upstream";
import { createApp, type PagesConfig } from "../server/compose";
import { watchCommits } from "./commits";
import { Life, scope } from "./life";

const WALLET = "0xA9e17c0000000000000000000000000000000001";
/** Where Purple Flea keeps what it has done. */
export const PURPLE_FLEA_FILE = "purple-flea.sqlite";
const APP_URL = "http://app.test";
/** It is woken for what is new: by itself it looks for what nobody told it of. */
const OUTBOX_IDLE_MS = 24 * 3_600_000;
const PAGES: PagesConfig = {
  mode: "test",
  driftApprovalLimitMicro: 10_000_000n,
  secureCookies: false,
  session: { secret: "nobody signs in here", idleMs: 3_600_000, lifeMs: 43_200_000 },
  demoAccounts: [],
  engine: "the sandbox",
  keys: [],
};

/** What every simulated process is given by the world. */
export interface Surroundings {
  folder: string;
  clock: Clock;
  random: () => number;
  /** A commit of this process is durable; what this throws stops the code behind it. */
  committed(life: Life): void;
  /** The wire to the others. */
  fetch: typeof fetch;
}

type Config = Partial<Deps["config"]>;
const DEFAULTS: Deps["config"] = {
  agentId: AGENT,
  agentWallet: WALLET,
  tradeSizeMicro: 10_000_000n,
  tradeMinBalanceMicro: 10_000_000n,
  tradeMaxAlertAgeMs: 15 * 60_000,
  tradeAfterUnknown: "market",
  // As good as every five minutes for what is to be seen here, and a hundredth of the work.
  syncCron: "17 */12 * * *",
  casino: { stakeMicro: 5_000_000n, dailyLossMicro: 25_000_000n },
};

/** Who stops here stops between two commits, never within one. */
function spareTheDisk(client: Database.Database): void {
  client.pragma("locking_mode = EXCLUSIVE");
  client.pragma("journal_mode = MEMORY");
  client.pragma("synchronous = OFF");
}

/** The desk's process: functions, outbox and webhook edge, as server/compose.ts puts them together, without sockets. */
export function startApp(world: Surroundings, config: Config, slack?: (text: string) => Promise<void>) {
  const life = new Life("app");
  const { clock } = world;
  const all = { ...DEFAULTS, ...config };
  const { writer, reader } = openTestFile(join(world.folder, "desk.sqlite"), "one handle");
  spareTheDisk(writer.$client);
  watchCommits(writer.$client, () => world.committed(life));
  const app = scope.run({ life }, () =>
    createApp({
      db: { writer, reader },
      clock,
      wall: clock,
      fetch: world.fetch,
      log: { warn: () => undefined, error: () => undefined },
      report: () => "nothing",
      engine: { isDev: true, baseUrl: "http://engine.test", serveOrigin: APP_URL },
      purpleFlea: {
        apiUrl: "http://purple-flea.test/api",
        faucetUrl: "http://purple-flea.test/faucet/api",
        apiKey: API_KEY,
      },
      webhookSecrets: [WEBHOOK_SECRET],
      functions: all,
      slack,
      pages: PAGES,
      outboxIdleMs: OUTBOX_IDLE_MS,
    }),
  );

  return {
    life,
    config: all,
    writer,
    reader,
    outbox: app.outbox,
    /** Runs code of this process. */
    within: <T>(work: () => T): T => scope.run({ life }, work),
    answer: app.answer,
    /** What a command of an operator is handed. */
    loadContext: app.loadContext,
    /** Ends it on the spot, as SIGKILL does; what was committed stays. */
    kill(): void {
      life.end();
      closeDatabase(reader);
      closeDatabase(writer);
    },
  };
}
export type App = ReturnType<typeof startApp>;
/** The desk's database, as the app's process has it open. */
export type Desk = { writer: Writer; reader: Reader };

/** The sandbox engine's process. */
export function startEngine(world: Surroundings) {
  const life = new Life("engine");
  const engine = scope.run({ life }, () => {
    const opened = openEngine({
      file: join(world.folder, "engine.sqlite"),
      clock: world.clock,
      random: world.random,
      fetch: world.fetch,
    });
    spareTheDisk(opened.database);
    watchCommits(opened.database, () => world.committed(life));
    opened.start();
    return opened;
  });
  const handle = createEngineApi({ engine });
  return {
    life,
    engine,
    answer: handle,
    kill(): void {
      life.end();
      engine.kill();
    },
  };
}
export type EngineProcess = ReturnType<typeof startEngine>;

/** The sandbox Purple Flea's process. */
export function startPurpleFlea(world: Surroundings, seed: string) {
  const life = new Life("purple-flea");
  const upstream = openUpstream({
    file: join(world.folder, PURPLE_FLEA_FILE),
    seed,
    now: world.clock.now,
    wallNow: world.clock.now,
    webhookUrl: `${APP_URL}/webhooks/purple-flea`,
    webhookSecret: WEBHOOK_SECRET,
    fetch: world.fetch,
  });
  spareTheDisk(upstream.db);
  watchCommits(upstream.db, () => world.committed(life));
  const handle = createPurpleFleaApi({
    upstream,
    apiKey: API_KEY,
    now: world.clock.now,
    follow: () => undefined,
  });
  return {
    life,
    upstream,
    answer: handle,
    kill(): void {
      life.end();
      upstream.db.close();
    },
  };
}
export type PurpleFleaProcess = ReturnType<typeof startPurpleFlea>;
