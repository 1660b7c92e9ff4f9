import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { syncApp } from "inngest-sandbox";
import { testFolder } from "../db/testing";
import { operators } from "../db/schema";
import type { Deps } from "../inngest/deps";
import { between, seeded } from "./chance";
import { Life, scope, victims, type Task, type Victim } from "./life";
import { Network, type Observer } from "./network";
import {
  PURPLE_FLEA_FILE,
  startApp,
  startEngine,
  startPurpleFlea,
  type App,
  type EngineProcess,
  type PurpleFleaProcess,
  type Surroundings,
} from "./processes";
import { VirtualTime } from "./virtual-time";
import { callOf, madeIn, MOVES_MONEY, taskOf } from "./wire";

/** When a world begins: a Tuesday, a little before the faucet's hour. */
export const START = Date.UTC(2026, 10, 24, 8, 30);
/** Or begins, a little before a day ends. */
export const LATE_START = Date.UTC(2026, 10, 24, 23, 57);
export const OPERATOR = "op_olive";
/** Purple Flea does what is due up to so much later, ms: who waits for the same moment may be first. */
const LAG_MS = 2_000;

export interface WorldOptions {
  seed: number;
  /** When it begins, ms UTC; `START` unless told. */
  start?: number;
  config?: Partial<Deps["config"]>;
  /** Whether a Slack address is set. */
  slack?: boolean;
  /** May meddle with exchanges, and hears of them. */
  observer?: Partial<Observer>;
  /** A commit of a process is durable. Throwing `Stopped` ends the code behind it. */
  committed?: (life: Life) => void;
  /** Says something for the story. */
  tell?: (who: string, what: string) => void;
}

/** The whole product and the world around it in one JavaScript process, on virtual time and without sockets. */
export class World {
  readonly folder = testFolder();
  readonly time: VirtualTime;
  readonly random: () => number;
  /** Null while it is down, as are the others. */
  purpleFlea: PurpleFleaProcess | null = null;
  app: App | null = null;
  engine: EngineProcess | null = null;
  /** Whether Purple Flea says no more than it must. */
  terse = false;
  /** How much later the webhooks that are due now go out, ms. */
  lateness: () => number = () => 0;
  private readonly network: Network;
  private readonly made = new WeakMap<Request, string>();
  /** Slack's own process, which nobody stops. */
  private readonly slackLife = new Life("slack");
  private keysIgnored = false;
  private busy = false;

  constructor(private readonly options: WorldOptions) {
    this.random = seeded(options.seed);
    this.time = new VirtualTime(options.start ?? START, seeded(options.seed + 1));
    const { observer = {} } = options;
    this.network = new Network(this.time, seeded(options.seed + 2), {
      leaves: (exchange) => observer.leaves?.(exchange) ?? null,
      acted: (exchange, reply) => {
        observer.acted?.(exchange, reply);
        if (MOVES_MONEY.test(exchange.call)) this.plan();
      },
      ended: (exchange, outcome) => observer.ended?.(exchange, outcome),
    });
    this.start("purple-flea");
    this.start("engine");
    this.start("app");
    this.requireApp()
      .writer.insert(operators)
      .values({
        id: OPERATOR,
        email: "olive@practice.test",
        name: "Olive Operator",
        passwordHash: "nobody signs in here",
        role: "operator",
        createdAt: this.time.now(),
      })
      .run();
  }

  /** Lets the engine read what the app registers. */
  async introduce(): Promise<void> {
    const { engine, life } = this.requireEngine();
    const done = scope.run({ life }, () => syncApp(engine, "http://app.test/api/inngest"));
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

  requirePurpleFlea(): PurpleFleaProcess {
    if (!this.purpleFlea) throw new Error("Purple Flea is down");
    return this.purpleFlea;
  }

  private running(who: Victim): App | EngineProcess | PurpleFleaProcess | null {
    return { app: this.app, engine: this.engine, "purple-flea": this.purpleFlea }[who];
  }
  /** Starts a process from what it has on disk, unless it runs. */
  start(who: Victim): void {
    if (this.running(who)) return;
    const { config = {}, slack, seed, tell } = this.options;
    if (who === "engine") this.engine = startEngine(this.surroundings());
    else if (who === "app")
      this.app = startApp(this.surroundings(), config, slack ? (text) => this.slack(text) : undefined);
    else {
      this.purpleFlea = startPurpleFlea(this.surroundings(), String(seed));
      if (this.keysIgnored) this.ignoreKeys();
      this.plan();
    }
    tell?.("world", `the ${who} starts`);
  }
  /** Ends a process on the spot, as SIGKILL does; what it committed stays. */
  kill(who: Victim): void {
    this.running(who)?.kill();
    if (who === "app") this.app = null;
    else if (who === "engine") this.engine = null;
    else {
      this.purpleFlea = null;
      this.busy = false;
    }
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
    this.keysIgnored = true;
    this.requirePurpleFlea().upstream.faults.add({
      call: "*",
      kind: "ignore-idempotency",
      times: Number.MAX_SAFE_INTEGER,
    });
  }

  /** Leaves this much in the wallet, micro-USDC. */
  impoverish(micro: bigint): void {
    const { books, balance } = this.requirePurpleFlea().upstream;
    this.asPurpleFlea(() =>
      books.move(this.time.now(), "wallet", "outside", balance() - micro, "spent elsewhere"),
    );
  }

  /**
   * Purple Flea's id for what a money call made or ended; empty when it did neither. Where it was stopped before it answered,
   * what it kept with its deed tells: the answer to this key.
   */
  madeBy(request: Request): string {
    const known = this.made.get(request);
    const key = request.headers.get("idempotency-key");
    if (known !== undefined || this.purpleFlea || key === null) return known ?? "";
    const db = new Database(join(this.folder, PURPLE_FLEA_FILE), { readonly: true });
    const body = db.prepare("select body from replies where key = ?").pluck().get(key);
    db.close();
    return body === undefined ? "" : madeIn(request, String(body));
  }

  /** Does something that happens at Purple Flea, when it is there. */
  asPurpleFlea(work: (purpleFlea: PurpleFleaProcess) => void): void {
    const { purpleFlea } = this;
    if (!purpleFlea) return;
    try {
      scope.run({ life: purpleFlea.life }, () => work(purpleFlea));
    } catch (error) {
      // It was stopped while it did so.
      if (purpleFlea.life.alive) throw error;
    }
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
    this.requirePurpleFlea()
      .upstream.db.prepare("update orders set closes_at = closes_at + 86400000 where status = 'filled'")
      .run();
  }

  /** No cron fires any more. */
  stopCrons(): void {
    this.engine?.engine.database.prepare("delete from cron").run();
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
    for (const who of victims) this.kill(who);
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
    const address = new URL(request.url);
    // The sandboxes answer to their own machine only.
    request.headers.set("host", "localhost");
    const call = callOf(request.method, address);
    const to = (life: () => Life | null | undefined, answer: (request: Request) => Promise<Response>) =>
      this.network.send(call, { life: () => life() ?? null, answer }, request);
    switch (address.host) {
      case "engine.test":
        return to(
          () => this.engine?.life,
          async (r) => this.requireEngine().answer(r),
        );
      case "app.test": {
        const task = call === "app.call" ? taskOf(address, String(init?.body)) : undefined;
        return to(
          () => this.app?.life,
          (r) => this.answerAsApp(r, task),
        );
      }
      case "slack.test":
        return to(
          () => this.slackLife,
          () => Promise.resolve(new Response("ok")),
        );
      default:
        return to(
          () => this.purpleFlea?.life,
          (r) => this.answerAsPurpleFlea(request, r),
        );
    }
  };

  private async answerAsPurpleFlea(original: Request, request: Request): Promise<Response> {
    const response = await this.requirePurpleFlea().answer(request);
    if (request.method !== "POST" || !response.ok) return response;
    const text = await response.text();
    this.made.set(original, madeIn(original, text));
    const terse = this.terse && /\/(?:trading\/order|escrow\/create)$/.test(request.url);
    if (!terse) return new Response(text, response);
    const { id } = JSON.parse(text) as { id?: string }; // the sandbox's own answer
    return new Response(JSON.stringify({ id }), response);
  }

  private answerAsApp(request: Request, task: Task | undefined): Promise<Response> {
    const app = this.requireApp();
    return task ? scope.run({ life: app.life, task }, () => app.answer(request)) : app.answer(request);
  }

  /** Puts off the webhooks that are due now, when something holds them up. */
  private holdUp({ upstream: { db } }: PurpleFleaProcess): void {
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
    const { purpleFlea } = this;
    if (!purpleFlea || this.busy) return;
    const { upstream, life } = purpleFlea;
    const due = upstream.nextDue();
    if (due === null) return;
    scope.run({ life }, () =>
      this.time.after(due - this.time.now() + between(this.random, 0, LAG_MS), () => {
        if (this.busy || (upstream.nextDue() ?? Infinity) > this.time.now()) return;
        this.holdUp(purpleFlea);
        this.busy = true;
        void upstream
          .catchUp()
          .catch((error: unknown) => {
            if (life.alive) throw error;
          })
          .finally(() => {
            if (!life.alive) return;
            this.busy = false;
            this.plan();
          });
      }),
    );
  }
}
