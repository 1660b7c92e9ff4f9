import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { AGENT, API_KEY, WEBHOOK_SECRET } from "../processes";
import { Machine } from "./machine";

export const machineNames = ["app", "engine", "purple-flea"] as const;
export type MachineName = (typeof machineNames)[number];
export type Row = Record<string, string | number | bigint | null>;

/** Below the ports that systems hand out to connections of their own: one of those could sit on ours while its process is down. */
const PORTS = { from: 20_000, to: 30_000 };

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** The built app, the sandbox engine and the sandbox Purple Flea: three processes with a file each, on ports of their own. */
export class Stack {
  private constructor(
    readonly files: Record<MachineName, string>,
    readonly urls: Record<MachineName, string>,
    readonly machines: Record<MachineName, Machine>,
  ) {}

  /** Puts a stack into a folder; nothing is started. `forgetKeys`: Purple Flea takes no notice of Idempotency-Key. */
  static async in(folder: string, seed: number, forgetKeys: boolean): Promise<Stack> {
    mkdirSync(folder, { recursive: true });
    const ports = await freePorts(machineNames.length);
    const each = <T>(make: (name: MachineName, port: number) => T) =>
      Object.fromEntries(machineNames.map((name, n) => [name, make(name, ports[n] ?? 0)])) as Record<
        MachineName,
        T
      >; // every name is there
    const urls = each((_name, port) => `http://127.0.0.1:${port}`);
    const files = each((name) => join(folder, `${name}.sqlite`));
    const port = each((_name, number) => String(number));
    const machine = (name: MachineName, args: string[], env: Record<string, string>, ready: string) =>
      new Machine({
        name,
        args: [`build/${name === "app" ? "server" : name}.js`, ...args],
        env,
        ready: `${urls[name]}${ready}`,
        logFile: join(folder, `${name}.log`),
      });
    const app = machine(
      "app",
      [],
      {
        APP_MODE: "practice",
        SANDBOX: "off",
        PORT: port.app,
        DATABASE_PATH: files.app,
        SESSION_SECRET: "a session of practice outlives its process here",
        INNGEST_DEV: urls.engine,
        PURPLE_FLEA_API_URL: `${urls["purple-flea"]}/api`,
        PURPLE_FLEA_FAUCET_URL: `${urls["purple-flea"]}/faucet/api`,
        PURPLE_FLEA_API_KEY: API_KEY,
        PURPLE_FLEA_WEBHOOK_SECRET: WEBHOOK_SECRET,
        AGENT_ID: AGENT,
      },
      "/healthz",
    );
    const engine = machine(
      "engine",
      [
        ...["--port", port.engine, "--db", files.engine, "--retry-interval", "1"],
        ...["--sdk-url", `${urls.app}/api/inngest`],
        ...["--clock-follower", `${urls["purple-flea"]}/control/clock`],
        ...["--clock-follower", `${urls.app}/control/clock`],
      ],
      {},
      "/health",
    );
    const purpleFlea = machine(
      "purple-flea",
      [
        ...["--port", port["purple-flea"], "--db", files["purple-flea"], "--seed", String(seed)],
        ...["--clock-url", `${urls.engine}/clock`],
        ...["--webhook-url", `${urls.app}/webhooks/purple-flea`, "--webhook-secret", WEBHOOK_SECRET],
        ...["--api-key", API_KEY],
        ...(forgetKeys ? ["--forget-keys"] : []),
      ],
      {},
      "/control/faults",
    );
    return new Stack(files, urls, { app, engine, "purple-flea": purpleFlea });
  }

  async start(): Promise<void> {
    await Promise.all(machineNames.map((name) => this.machines[name].start()));
    await waitFor("the engine knows the functions", async () => {
      const { functions } = (await (await fetch(`${this.urls.engine}/dev`)).json()) as {
        functions: unknown[];
      }; // the sandbox's own answer
      return functions.length > 0;
    });
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await Promise.all(machineNames.map((name) => this.machines[name].end(signal)));
  }

  /** Reads one of the two files that may be read beside their process. */
  read(name: "app" | "purple-flea", sql: string, ...params: unknown[]): Row[] {
    const file = new Database(this.files[name], { readonly: true, timeout: 5_000 });
    try {
      return file.prepare(sql).all(...params) as Row[]; // the columns that were asked for
    } finally {
      file.close();
    }
  }

  /** The practice clock, ms. @throws when the engine is down */
  async now(): Promise<number> {
    const clock = (await (await fetch(`${this.urls.engine}/clock`)).json()) as { now_ms: number };
    return clock.now_ms; // the sandbox's own answer
  }
  /** Lets time pass, with everything that falls due on the way. */
  advance(ms: number): Promise<void> {
    return post(`${this.urls.engine}/clock/advance`, { ms });
  }
  /** Goes on to a moment at once; what fell due on the way is done then. */
  async setTime(nowMs: number): Promise<void> {
    await post(`${this.urls.engine}/clock/set`, { now_ms: Math.round(nowMs) });
    await this.advance(0);
  }
  /** Sends an event as a price feed would, straight to the engine. */
  send(event: { name: string; data: unknown; id?: string }): Promise<void> {
    return post(`${this.urls.engine}/e/any-key`, event);
  }
  /** Asks Purple Flea for something that only a sandbox can do. */
  control(what: string, body: unknown): Promise<void> {
    return post(`${this.urls["purple-flea"]}/control/${what}`, body);
  }
}

/** Longer than anything asked for here takes: what hangs is a failure, and is told. */
const PATIENCE_MS = 60_000;

/** @throws when nobody answers, or not with 2xx */
async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
}

/** Waits until a check holds. @throws when it does not within the limit */
export async function waitFor(
  what: string | (() => string),
  check: () => Promise<boolean> | boolean,
  limitMs = 90_000,
): Promise<void> {
  for (const end = performance.now() + limitMs; performance.now() < end;) {
    try {
      if (await check()) return;
    } catch {
      // Not there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`timed out: ${typeof what === "string" ? what : what()}`);
}
