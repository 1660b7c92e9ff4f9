import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InngestFunction } from "inngest";
import { serve } from "inngest/edge";
import { createApi as createEngineApi, openEngine, syncApp, type Engine } from "inngest-sandbox";
import type { DeskContext } from "../app/context";
import { closeDatabase, openReader, openWriter, type Reader, type Writer } from "../db/connection";
import { receive as receiveWebhook } from "../server/webhooks";
import type { Operator } from "../db/desk/operators";
import { dueEvents, markSent } from "../db/desk/outbox";
import { operators } from "../db/schema";
import { manualClock, type Clock } from "../domain/clock";
import { newId } from "../domain/ids";
import { createApi as createPurpleFleaApi, Dropped } from "../sandbox/purple-flea/api";
import type { Fault } from "../sandbox/purple-flea/faults";
import { openUpstream, type Upstream } from "../sandbox/purple-flea/upstream";
import { createFunctions } from ".";
import { createInngest } from "./client";
import { limitsOf, type Deps } from "./deps";
import { createJournal } from "./journal";
import { createPurpleFlea } from "./purple-flea/gateway/client";

const APP = "http://app.test/api/inngest";
const SECRET = "whsec_world";
const AGENT = "ag_world";
const WALLET = "0xA9e17c0000000000000000000000000000000001";

export interface WorldOptions {
  /** When the history begins, ms. */
  startMs?: number;
  config?: Partial<Deps["config"]>;
  /** Stands between the functions and Purple Flea. `next` asks the sandbox and throws as a broken connection does. */
  upstream?: (request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>;
  /** The functions the app begins with, in place of the product's. */
  functions?: (deps: Deps) => InngestFunction.Any[];
}

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
  const asked: string[] = [];
  let engine = openEngineHere();
  const clock: Clock = { now: () => engine.now() };
  const purpleFlea = openUpstream({
    file: join(folder, "purple-flea.sqlite"),
    seed: "world",
    now: clock.now,
    wallNow: wall.now,
    webhookUrl: "http://app.test/webhooks/purple-flea",
    webhookSecret: SECRET,
    fetch: async (input, init) => receive(new Request(input instanceof URL ? input.href : input, init)),
  });
  const askPurpleFlea = createPurpleFleaApi({
    upstream: purpleFlea,
    apiKey: "pf_live_world",
    now: clock.now,
    follow: () => undefined,
  });
  const next = async (request: Request): Promise<Response> => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    try {
      return await askPurpleFlea(request);
    } catch (error) {
      if (!(error instanceof Dropped)) throw error;
      throw Object.assign(new TypeError("fetch failed"), {
        cause: Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }),
      });
    }
  };
  const client = createInngest({
    isDev: true,
    baseUrl: "http://127.0.0.1:8288",
    fetch: (input, init) => engineApi()(new Request(input instanceof URL ? input.href : input, init)),
    middleware: [
      createJournal({
        mirror,
        clock,
        log: (message, error) => {
          throw new Error(message, { cause: error });
        },
      }),
    ],
    logger: { info() {}, warn() {}, error() {}, debug() {} },
  });
  const deps: Deps = {
    client,
    mirror,
    read,
    clock,
    purpleFlea: createPurpleFlea({
      apiUrl: "http://127.0.0.1:8400/api",
      faucetUrl: "http://127.0.0.1:8400/faucet/api",
      apiKey: "pf_live_world",
      clock,
      fetch: (input, init) => {
        const request = new Request(input instanceof URL ? input.href : input, init);
        return options.upstream ? options.upstream(request, next) : next(request);
      },
    }),
    config: {
      agentId: AGENT,
      agentWallet: WALLET,
      tradeSizeMicro: 10_000_000n,
      tradeMinBalanceMicro: 10_000_000n,
      tradeMaxAlertAgeMs: 15 * 60_000,
      tradeAfterUnknown: "market",
      casino: { stakeMicro: 5_000_000n, dailyLossMicro: 25_000_000n },
      ...options.config,
    },
  };
  const serveApp = (functions: InngestFunction.Any[]) =>
    serve({ client, functions, serveOrigin: "http://app.test", servePath: "/api/inngest" });
  let handler = serveApp((options.functions ?? createFunctions)(deps));
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
        const request = new Request(input instanceof URL ? input.href : input, init);
        request.headers.set("host", "app.test");
        return handler(request);
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
    const synced = await syncApp(engine, APP);
    if (typeof synced !== "string") throw new Error(synced.error);
  }
  function engineApi() {
    return createEngineApi({ engine });
  }
  async function receive(request: Request): Promise<Response> {
    const { headers } = request;
    const { status, body } = receiveWebhook(
      { desk: mirror, clock, wall, secrets: [SECRET], stored: () => undefined },
      {
        timestamp: headers.get("x-purpleflea-timestamp"),
        signature: headers.get("x-purpleflea-signature"),
      },
      Buffer.from(await request.arrayBuffer()),
    );
    return Response.json(body, { status });
  }
  async function drain(): Promise<number> {
    const due = dueEvents(mirror, Number.MAX_SAFE_INTEGER);
    for (const row of due) {
      const data = JSON.parse(row.data) as Record<string, unknown>; // written from an event's schema
      const sent = await client.send({ id: row.id, ts: row.createdAt, name: row.eventName, data });
      markSent(mirror, row.rowId, sent.ids[0] ?? null, clock.now());
    }
    return due.length;
  }
  async function settle(): Promise<void> {
    do {
      await purpleFlea.catchUp();
      await drain();
      await engine.settled();
      // What was answered is followed by another call a moment later.
    } while ((await engine.advance(1)) > 0 || dueEvents(mirror, Number.MAX_SAFE_INTEGER).length > 0);
  }

  return {
    mirror,
    read,
    get engine() {
      return engine;
    },
    purpleFlea,
    clock,
    deps,
    operator,
    desk: {
      read,
      desk: mirror,
      clock,
      nonce: "",
      address: null,
      outboxChanged: () => undefined,
      report: (error) => {
        throw error;
      },
      config: {
        mode: "test",
        agentId: AGENT,
        agentWallet: WALLET,
        tradeSizeMicro: deps.config.tradeSizeMicro,
        limits: limitsOf(deps.config),
        driftApprovalLimitMicro: 100_000_000n,
        secureCookies: false,
        session: { secret: "world", idleMs: 3_600_000, lifeMs: 43_200_000 },
        demoAccounts: [],
        engine: "world",
        keys: [],
      },
    },
    form(fields = {}) {
      const form = new FormData();
      form.set("command_id", newId(clock.now()));
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      return form;
    },
    async send(name, data, id) {
      const response = await engineApi()(
        new Request("http://127.0.0.1/e/key", {
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
    calls: (what) => asked.filter((each) => each === what).length,
    async upgrade() {
      handler = serveApp(createFunctions(deps));
      await syncFunctions();
    },
    async crash() {
      engine.kill();
      engine = openEngineHere();
      await startEngine();
      await settle();
    },
    async close() {
      await engine.stop();
      purpleFlea.db.close();
      closeDatabase(read);
      closeDatabase(mirror);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
