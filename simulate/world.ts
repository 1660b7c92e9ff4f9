import { rmSync } from "node:fs";
import { testFolder } from "../db/testing";
import { operators } from "../db/schema";
import type { Setting } from "../inngest/functions/setting";
import { syncApp } from "../sandbox/inngest/sync";
import { seeded } from "./chance";
import { scope, type Life, type Task } from "./life";
import { Network, type Exchange, type Observer, type Trouble } from "./network";
import {
  startApp,
  startEngine,
  startPurpleFlea,
  type App,
  type EngineProcess,
  type Surroundings,
} from "./processes";
import { VirtualTime } from "./virtual-time";

/** When every world begins: a Tuesday, a little before the faucet's hour. */
export const START = Date.UTC(2026, 10, 24, 8, 30);
export const OPERATOR = "op_olive";

export interface WorldOptions {
  seed: number;
  config?: Partial<Setting["config"]>;
  /** Whether a Slack address is set. */
  slack?: boolean;
  /** May meddle with exchanges, and hears of them. */
  observer?: Partial<Observer>;
  /** A commit of a process is durable. Throwing `Stopped` ends the code behind it. */
  committed?: (life: Life) => void;
  /** Says something for the story. */
  tell?: (who: string, what: string) => void;
}

/** Calls after which Purple Flea may have something to do later. */
const MOVES_MONEY = /^(?:order\.create|escrow\.(?:create|release|cancel)|casino\.bet|faucet\.claim)$/;
const PATHS: [method: string, pattern: RegExp, call: string][] = [
  ["GET", /^\/api\/wallet\/balance$/, "wallet.balance"],
  ["POST", /^\/api\/trading\/order$/, "order.create"],
  ["GET", /^\/api\/trading\/order\//, "order.get"],
  ["POST", /^\/api\/escrow\/create$/, "escrow.create"],
  ["POST", /^\/api\/escrow\/[^/]+\/release$/, "escrow.release"],
  ["POST", /^\/api\/escrow\/[^/]+\/cancel$/, "escrow.cancel"],
  ["GET", /^\/api\/escrow\//, "escrow.get"],
  ["GET", /^\/api\/casino\/commitment$/, "casino.commitment"],
  ["POST", /^\/api\/casino\/bet$/, "casino.bet"],
  ["GET", /^\/api\/casino\/bet\//, "casino.get"],
  ["GET", /^\/api\/domains$/, "domains"],
  ["GET", /^\/faucet\/api\/status$/, "faucet.status"],
  ["POST", /^\/faucet\/api\/claim$/, "faucet.claim"],
];

/** The whole product and the world around it in one JavaScript process, on virtual time and without sockets. */
export class World {
  readonly folder = testFolder();
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly purpleFlea: ReturnType<typeof startPurpleFlea>;
  /** Null while it is down. */
  app: App | null = null;
  engine: EngineProcess | null = null;
  /** Whether Purple Flea says no more than it must. */
  terse = false;
  /** How much later the webhooks that are due now go out, ms. */
  lateness: () => number = () => 0;
  private readonly network: Network;
  private readonly made = new WeakMap<Request, string>();
  private busy = false;

  constructor(private readonly options: WorldOptions) {
    this.random = seeded(options.seed);
    this.time = new VirtualTime(START, seeded(options.seed + 1));
    const { observer = {} } = options;
    this.network = new Network(this.time, seeded(options.seed + 2), {
      leaves: (exchange) => observer.leaves?.(exchange) ?? null,
      acted: (exchange, reply) => {
        observer.acted?.(exchange, reply);
        if (MOVES_MONEY.test(exchange.call)) this.plan();
      },
      ended: (exchange, outcome) => observer.ended?.(exchange, outcome),
    });
    this.purpleFlea = startPurpleFlea(this.surroundings(), String(options.seed));
    this.startEngine();
    this.startApp();
    this.requireApp()
      .writer.insert(operators)
      .values({
        id: OPERATOR,
        email: "olive@practice.test",
        name: "Olive Operator",
        passwordHash: "nobody signs in here",
        role: "operator",
        createdAt: START,
      })
      .run();
    this.plan();
  }

  /** Lets the engine read what the app registers. */
  async introduce(): Promise<void> {
    const { engine, life } = this.requireEngine();
    const done = scope.run({ life }, () => syncApp(engine, "http://app.test/api/inngest", this.time.now));
    let outcome: Awaited<typeof done> | undefined;
    void done.then((value) => (outcome = value));
    await this.time.runUntilTrue("the engine knows the app", () => outcome !== undefined, 60_000);
    if (outcome !== "synced" && outcome !== "unchanged")
      throw new Error(`not in sync: ${JSON.stringify(outcome)}`);
  }

  requireApp(): App {
    if (!this.app) throw new Error("the app is down");
    return this.app;
  }
  requireEngine(): EngineProcess {
    if (!this.engine) throw new Error("the engine is down");
    return this.engine;
  }

  startApp(): void {
    if (this.app) return;
    const slack = (text: string) => this.slack(text);
    this.app = startApp(
      this.surroundings(),
      this.options.config ?? {},
      this.options.slack ? slack : undefined,
    );
    this.options.tell?.("world", "the app starts");
  }
  startEngine(): void {
    if (this.engine) return;
    this.engine = startEngine(this.surroundings());
    this.options.tell?.("world", "the engine starts");
  }
  killApp(): void {
    this.app?.kill();
    this.app = null;
  }
  killEngine(): void {
    this.engine?.kill();
    this.engine = null;
  }

  /** Sends an event straight to the engine, as a price feed does; it is lost when the engine is down. */
  async send(event: { name: string; data: unknown; id?: string; ts?: number }): Promise<boolean> {
    try {
      const response = await this.fetch("http://engine.test/e/feed", {
        method: "POST",
        body: JSON.stringify(event),
      });
      return response.ok;
    } catch {
      return false;
    }
  }

  /** Purple Flea takes no notice of Idempotency-Key from now on. */
  ignoreKeys(): void {
    this.purpleFlea.upstream.faults.add({
      call: "*",
      kind: "ignore-idempotency",
      times: Number.MAX_SAFE_INTEGER,
    });
  }

  /** Leaves this much in the wallet, micro-USDC. */
  impoverish(micro: bigint): void {
    const { books, balance } = this.purpleFlea.upstream;
    this.asPurpleFlea(() =>
      books.move(this.time.now(), "wallet", "outside", balance() - micro, "spent elsewhere"),
    );
  }

  /** Purple Flea's id for what a money call made or ended; empty for other calls. */
  madeBy(request: Request): string {
    return this.made.get(request) ?? "";
  }

  /** Does something that happens at Purple Flea. */
  asPurpleFlea(work: () => void): void {
    scope.run({ life: this.purpleFlea.life }, work);
  }

  /** Posts a webhook that is signed with another secret. */
  forge(body: string): void {
    void this.fetch("http://app.test/webhooks/purple-flea", {
      method: "POST",
      headers: {
        "x-purpleflea-timestamp": String(Math.floor(this.time.now() / 1_000)),
        "x-purpleflea-signature": `sha256=${"0".repeat(64)}`,
      },
      body,
    }).catch(() => undefined);
  }

  /** No position closes within the next day: the books stand still while they are compared. */
  holdPositions(): void {
    this.purpleFlea.upstream.db
      .prepare("update orders set closes_at = closes_at + 86400000 where status = 'filled'")
      .run();
  }

  /** No cron fires any more. */
  stopCrons(): void {
    this.engine?.engine.ctx.store.run("delete from cron");
  }

  /** Runs `work` later as the world itself, whichever process is on the stage now. */
  later(ms: number, work: () => void): void {
    scope.exit(() => this.time.after(ms, work));
  }

  /** Lets time pass; everything on the way happens at its moment. */
  async pass(ms: number): Promise<void> {
    await this.time.runUntil(this.time.now() + ms);
  }

  /** Ends everything, gives time back and removes the files. */
  close(): void {
    this.killApp();
    this.killEngine();
    this.purpleFlea.life.end();
    this.purpleFlea.upstream.db.close();
    this.time.uninstall();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private surroundings(): Surroundings {
    return {
      folder: this.folder,
      clock: this.time,
      random: this.random,
      committed: (life) => this.options.committed?.(life),
      fetch: (input, init) => this.fetch(input, init),
    };
  }

  /** One wire for everybody: the address says who answers. */
  private fetch: typeof fetch = (input, init) => {
    const request = new Request(input instanceof URL ? input.href : input, init);
    const url = new URL(request.url);
    // The sandboxes answer to their own machine only.
    request.headers.set("host", "localhost");
    if (url.host === "engine.test")
      return this.network.send(
        "engine.event",
        { life: () => this.engine?.life ?? null, answer: async (r) => this.requireEngine().answer(r) },
        request,
      );
    if (url.host === "app.test")
      return this.network.send(
        url.pathname.startsWith("/webhooks/")
          ? "webhook"
          : request.method === "PUT"
            ? "app.sync"
            : "app.call",
        { life: () => this.app?.life ?? null, answer: (r) => this.answerAsApp(r) },
        request,
      );
    if (url.host === "slack.test")
      return this.network.send(
        "slack",
        { life: () => this.purpleFlea.life, answer: () => Promise.resolve(new Response("ok")) },
        request,
      );
    const path = PATHS.find(([method, pattern]) => method === request.method && pattern.test(url.pathname));
    return this.network.send(
      path?.[2] ?? "unknown",
      { life: () => this.purpleFlea.life, answer: (r) => this.answerAsPurpleFlea(request, r) },
      request,
    );
  };

  private async answerAsPurpleFlea(original: Request, request: Request): Promise<Response> {
    const response = await this.purpleFlea.answer(request);
    if (request.method !== "POST" || !response.ok) return response;
    const text = await response.text();
    const body = JSON.parse(text) as { id?: string; tx_hash?: string }; // the sandbox's own answer
    const terse = this.terse && /\/(?:trading\/order|escrow\/create)$/.test(request.url);
    const ended = /escrow\/([^/]+)\/(?:release|cancel)$/.exec(request.url)?.[1];
    this.made.set(original, ended ?? body.id ?? body.tx_hash ?? "");
    return new Response(terse ? JSON.stringify({ id: body.id }) : text, response);
  }

  private async answerAsApp(request: Request): Promise<Response> {
    const app = this.requireApp();
    if (request.method !== "POST" || request.url.includes("/webhooks/")) return app.answer(request);
    return scope.run({ life: app.life, task: await taskOf(request.clone()) }, () => app.answer(request));
  }

  /** Puts off the webhooks that are due now, when something holds them up. */
  private holdUp(): void {
    const { db } = this.purpleFlea.upstream;
    const now = this.time.now();
    const due = db.prepare("select count(*) from webhooks where done = 0 and due_at <= ?").pluck().get(now);
    const late = Number(due) > 0 ? this.lateness() : 0;
    if (late > 0)
      db.prepare("update webhooks set due_at = due_at + ? where done = 0 and due_at <= ?").run(late, now);
  }

  private async slack(text: string): Promise<void> {
    const response = await this.fetch("http://slack.test/", {
      method: "POST",
      body: JSON.stringify({ text }),
    });
    if (!response.ok) throw new Error(`Slack answered ${response.status}`);
  }

  /** Wakes Purple Flea when it has something to do next. */
  plan(): void {
    const { upstream, life } = this.purpleFlea;
    const due = upstream.nextDue();
    if (due === null || this.busy) return;
    scope.run({ life }, () =>
      this.time.after(due - this.time.now(), () => {
        if (this.busy || (upstream.nextDue() ?? Infinity) > this.time.now()) return;
        this.holdUp();
        this.busy = true;
        void upstream.catchUp().finally(() => {
          this.busy = false;
          this.plan();
        });
      }),
    );
  }
}

async function taskOf(request: Request): Promise<Task> {
  const body = (await request.json()) as {
    event: { id: string; name: string; data: Record<string, unknown> | null };
    ctx: { run_id: string };
  }; // the sandbox engine's own call
  return {
    runId: body.ctx.run_id,
    functionId: (new URL(request.url).searchParams.get("fnId") ?? "").replace("purple-flea-agent-", ""),
    eventId: body.event.id,
    eventName: body.event.name,
    data: body.event.data ?? {},
  };
}

export type { Exchange, Trouble };
