import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InngestFunction } from "inngest";
import { createApi as createEngineApi, openEngine, syncApp, type Engine } from "inngest-sandbox";
import type { DeskContext } from "../app/context";
import { closeDatabase, openReader, openWriter, type Reader, type Writer } from "../db/connection";
import type { Operator } from "../db/desk/operators";
import { dueEvents } from "../db/desk/outbox";
import { operators } from "../db/schema";
import { manualClock, type Clock } from "../domain/clock";
import { newId } from "../domain/ids";
import type { Fetch } from "../domain/fetch-failure";
import { createApi as createPurpleFleaApi, Dropped } from "../sandbox/purple-flea/api";
import type { Fault } from "../sandbox/purple-flea/faults";
import { openUpstream, type Upstream } from "../sandbox/purple-flea/upstream";
import { createApp, ENGINE_PATH, type App } from "../server/compose";
import type { Deps } from "./deps";

const APP = "http://app.test";
const ENGINE = "http://127.0.0.1:8288";
const PURPLE_FLEA = "http://127.0.0.1:8400";
const KEY = "pf_live_world";
/** The outbox is sent when the world says so: by itself it looks for what nobody told it of. ms */
const OUTBOX_IDLE_MS = 24 * 3_600_000;
const SECRET = "whsec_world";
const AGENT = "ag_world";
const WALLET = "0xA9e17c0000000000000000000000000000000001";

export interface WorldOptions {
  /** When the history begins, ms. */
  startMs?: number;
  config?: Partial<Deps["config"]>;
  /** Stands between the functions and Purple Flea. `next` asks the sandbox and throws as a broken connection does. */
  upstream?: (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>;
  /** Says a line in Slack, over every restart of the app. */
  slack?: Deps["slack"];
  /** The functions the app begins with, in place of the product's. */
  functions?: (deps: Deps) => InngestFunction.Any[];
}

/** The request that a call of `fetch` is. */
const asked = (...[input, init]: Parameters<Fetch>): Request =>
  new Request(input instanceof URL ? input.href : input, init);

/** The whole background in one process on a clock that only moves when it is told to. */
export interface World {
  mirror: Writer;
  read: Reader;
  engine: Engine;
  purpleFlea: Upstream;
  clock: Clock;
  deps: Deps;
  /** For calling app/commands as this operator, and what they answer with. */
  desk: DeskContext;
  operator: Operator;
  /** A form as a page renders it: with a fresh command id. */
  form(fields?: Record<string, string>): FormData;
  /** Sends an event as anybody with an event key may. */
  send(name: string, data: unknown, id?: string): Promise<void>;
  /** Sends a signed webhook that the sandbox did not think of. The status the edge answered. */
  webhook(type: string, data: unknown, more?: { id?: string; atMs?: number }): Promise<number>;
  fault(fault: Partial<Fault> & Pick<Fault, "kind">): void;
  /** Sends what is in the outbox. How many events. */
  drain(): Promise<number>;
  /** Lets everything that is due at this moment happen, until nothing is left. */
  settle(): Promise<void>;
  /** Lets time pass, `stepMs` at a time, with all that falls due. */
  advance(ms: number, stepMs?: number): Promise<void>;
  row<T>(sql: string, ...params: unknown[]): T | undefined;
  rows<T>(sql: string, ...params: unknown[]): T[];
  /** How often Purple Flea was asked for a call, such as "POST /api/trading/order". */
  calls(what: string): number;
  /** Puts the product's functions in the place of those the app began with, as an upgrade does. */
  upgrade(): Promise<void>;
  /** Stops the app and the engine as a killed process does, and starts both again from what is on disk. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a world with the real functions, a real mirror in a temporary folder, the sandbox engine and the sandbox Purple Flea. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "world-"));
  const migrations = join(import.meta.dirname, "../db/migrations");
  const databasePath = join(folder, "operator.sqlite");
  const mirror = openWriter(databasePath, migrations, "test");
  const read = openReader(databasePath);
  const wall = manualClock(options.startMs ?? Date.UTC(2026, 10, 24, 12));
  const calls: string[] = [];
  let engine = openEngineHere();
  const clock: Clock = { now: () => engine.now() };
  const purpleFlea = openUpstream({
    file: join(folder, "purple-flea.sqlite"),
    seed: "world",
    now: clock.now,
    wallNow: wall.now,
    webhookUrl: `${APP}/webhooks/purple-flea`,
    webhookSecret: SECRET,
    fetch: (input, init) => app.answer(asked(input, init)),
  });
  const askPurpleFlea = createPurpleFleaApi({
    upstream: purpleFlea,
    apiKey: KEY,
    now: clock.now,
    follow: () => undefined,
  });
  const next = async (request: Request): Promise<Response> => {
    calls.push(`${request.method} ${new URL(request.url).pathname}`);
    try {
      return await askPurpleFlea(request);
    } catch (error) {
      if (!(error instanceof Dropped)) throw error;
      throw Object.assign(new TypeError("fetch failed"), {
        cause: Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }),
      });
    }
  };
  /** What the app reaches: the engine and Purple Flea, nothing else. */
  const fetch: Fetch = (input, init) => {
    const request = asked(input, init);
    if (request.url.startsWith(ENGINE)) return engineApi()(request);
    if (!request.url.startsWith(PURPLE_FLEA)) throw new Error(`nobody is at ${request.url}`);
    return options.upstream ? options.upstream(request, next) : next(request);
  };
  const config: Deps["config"] = {
    agentId: AGENT,
    agentWallet: WALLET,
    tradeSizeMicro: 10_000_000n,
    tradeMinBalanceMicro: 10_000_000n,
    tradeMaxAlertAgeMs: 15 * 60_000,
    tradeAfterUnknown: "market",
    casino: { stakeMicro: 5_000_000n, dailyLossMicro: 25_000_000n },
    ...options.config,
  };
  /** Of the build that runs. */
  let { functions } = options;
  const startApp = (): App =>
    createApp({
      db: { writer: mirror, reader: read },
      clock,
      wall,
      fetch,
      log: {
        warn: () => undefined,
        error(message, error) {
          throw new Error(message, { cause: error });
        },
      },
      report(error) {
        throw error;
      },
      engine: { isDev: true, baseUrl: ENGINE, serveOrigin: APP },
      purpleFlea: { apiUrl: `${PURPLE_FLEA}/api`, faucetUrl: `${PURPLE_FLEA}/faucet/api`, apiKey: KEY },
      webhookSecrets: [SECRET],
      functions: config,
      slack: options.slack,
      createFunctions: functions,
      pages: {
        mode: "test",
        driftApprovalLimitMicro: 100_000_000n,
        secureCookies: false,
        session: { secret: "world", idleMs: 3_600_000, lifeMs: 43_200_000 },
        demoAccounts: [],
        engine: "world",
        keys: [],
      },
      outboxIdleMs: OUTBOX_IDLE_MS,
    });
  let app = startApp();
  const operator: Operator = {
    id: newId(wall.now()),
    email: "operator@world.test",
    name: "Olive Operator",
    passwordHash: "none",
    role: "operator",
    timeZone: "UTC",
    createdAt: wall.now(),
    disabledAt: null,
  };
  mirror.insert(operators).values(operator).run();
  await startEngine();

  function openEngineHere(): Engine {
    return openEngine({
      file: join(folder, "engine.sqlite"),
      clock: wall,
      random: () => 0,
      retryIntervalMs: 1_000,
      fetch: (input, init) => {
        const request = asked(input, init);
        request.headers.set("host", "app.test");
        return app.answer(request);
      },
      onTimeMoved: async () => {
        await purpleFlea.catchUp();
        await drain();
      },
    });
  }
  async function startEngine(): Promise<void> {
    engine.start();
    await syncFunctions();
  }
  async function syncFunctions(): Promise<void> {
    const synced = await syncApp(engine, `${APP}${ENGINE_PATH}`);
    if (typeof synced !== "string") throw new Error(synced.error);
  }
  function engineApi() {
    return createEngineApi({ engine });
  }
  const dueNow = () => dueEvents(mirror, wall.now()).length;
  async function drain(): Promise<number> {
    const due = dueNow();
    await app.outbox.wake();
    return due - dueNow();
  }
  async function settle(): Promise<void> {
    do {
      await purpleFlea.catchUp();
      await drain();
      await engine.settled();
      // What was answered is followed by another call a moment later.
    } while ((await engine.advance(1)) > 0 || dueNow() > 0);
  }

  return {
    mirror,
    read,
    get engine() {
      return engine;
    },
    purpleFlea,
    clock,
    get deps() {
      return app.deps;
    },
    operator,
    get desk() {
      return { ...app.loadContext(), nonce: "", address: null };
    },
    form(fields = {}) {
      const form = new FormData();
      form.set("command_id", newId(clock.now()));
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      return form;
    },
    async send(name, data, id) {
      const response = await engineApi()(
        new Request(`${ENGINE}/e/key`, {
          method: "POST",
          headers: { host: "127.0.0.1" },
          body: JSON.stringify({ name, data, id }),
        }),
      );
      if (!response.ok) throw new Error(await response.text());
      await settle();
    },
    async webhook(type, data, more = {}) {
      const status = await purpleFlea.webhooks.post(
        JSON.stringify({
          id: more.id ?? `evt_${newId(clock.now())}`,
          type,
          timestamp: Math.floor((more.atMs ?? clock.now()) / 1_000),
          data,
        }),
      );
      await settle();
      return status;
    },
    fault: (fault) => purpleFlea.faults.add({ call: "*", times: 1, ...fault }),
    drain,
    settle,
    async advance(ms, stepMs = ms) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        await engine.advance(Math.min(stepMs, ms - passed));
        await settle();
      }
    },
    // The caller names the columns it asks for.
    row: <T>(sql: string, ...params: unknown[]) => read.$client.prepare(sql).get(...params) as T | undefined,
    rows: <T>(sql: string, ...params: unknown[]) => read.$client.prepare(sql).all(...params) as T[],
    calls: (what) => calls.filter((each) => each === what).length,
    async upgrade() {
      functions = undefined;
      await app.stop();
      app = startApp();
      await syncFunctions();
    },
    async crash() {
      engine.kill();
      await app.stop();
      app = startApp();
      engine = openEngineHere();
      await startEngine();
      await settle();
    },
    async close() {
      await engine.stop();
      await app.stop();
      purpleFlea.db.close();
      closeDatabase(read);
      closeDatabase(mirror);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
