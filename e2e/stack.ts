import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { closeDatabase, openWriter } from "../db/connection";
import { seedMirror, type SeedPlan } from "../db/factories";

export interface Account {
  email: string;
  password: string;
}
export const operatorAccount: Account = { email: "operator@practice.test", password: "practice-operator-1" };
export const viewerAccount: Account = { email: "viewer@practice.test", password: "practice-viewer-1" };

/** What Purple Flea's own books say, as its control endpoint tells it. Amounts are micro-USDC as decimal strings. */
export interface Books {
  sum: string;
  accounts: Record<string, string>;
  escrows: { id: string; status: string; amount_micro: string; fee_micro: string; referral_micro: string }[];
  orders: { id: string; asset: string; status: string }[];
  claims: { agent_id: string }[];
  bets: { id: string }[];
}

/** The built app with both sandbox services, on ports and files of its own. */
export interface Stack {
  url: string;
  engineUrl: string;
  purpleFleaUrl: string;
  /** Moves the practice clock, running everything that falls due. */
  advance(ms: number): Promise<void>;
  /** Moves the practice clock past days in which nothing is to happen: what would have fallen due on the way does not run. */
  skip(ms: number): Promise<void>;
  /** Milliseconds, UTC, of the practice clock. */
  now(): Promise<number>;
  books(): Promise<Books>;
  setFault(fault: Record<string, unknown>): Promise<void>;
  /** Sends events as a price feed would, straight to the engine. */
  send(events: unknown): Promise<void>;
  /** Lets the engine take up nothing more, and waits for what is under way. A restart ends the pause. */
  pauseEngine(): Promise<void>;
  /** Lets a paused engine go on. */
  resumeEngine(): Promise<void>;
  /** Changes the product's file behind its back, as only somebody with the disk could. */
  tamper(sql: string, ...params: unknown[]): void;
  /** Reads the product's database. */
  query<T>(sql: string, ...params: unknown[]): T[];
  /** Fills the product's database with a made-up history. */
  seed(plan: SeedPlan): void;
  /** Waits until the query's first row satisfies the condition, and returns it. */
  until<T>(sql: string, condition: (row: T | undefined) => boolean, ...params: unknown[]): Promise<T>;
  /** Ends the app with SIGKILL, leaving what it had on disk; the sandbox goes with it. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Asks the app to end (SIGTERM); its exit code when it has. */
  terminate(): Promise<number | null>;
  /** What the app and its sandbox have said so far. */
  output(): string;
  /** Where all files of this stack are. */
  folder: string;
  /** The app's process id. */
  pid(): number;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
}

async function waitUntil(
  what: string | (() => string),
  check: () => Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (await check().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`timed out: ${typeof what === "string" ? what : what()}`);
}

/** Starts a stack with an empty history. `env` adds to the app's environment. */
export async function startStack(env: Record<string, string> = {}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "operator-e2e-"));
  const [port, enginePort, purpleFleaPort] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const engineUrl = `http://127.0.0.1:${enginePort}`;
  const purpleFleaUrl = `http://127.0.0.1:${purpleFleaPort}`;
  const databasePath = join(folder, "operator.sqlite");
  let app: ChildProcess | undefined;
  let output = "";
  let reader: Database.Database | undefined;

  const stack: Stack = {
    url,
    engineUrl,
    purpleFleaUrl,
    advance: (ms) => post(`${engineUrl}/clock/advance`, { ms }),
    async skip(ms) {
      // A wait that is just being asked for would begin after the days that were skipped.
      await stack.pauseEngine();
      await post(`${engineUrl}/clock/set`, { now_ms: (await stack.now()) + ms });
      await stack.resumeEngine();
    },
    async now() {
      const clock = (await (await fetch(`${engineUrl}/clock`)).json()) as { now_ms: number };
      return clock.now_ms;
    },
    async books() {
      return (await (await fetch(`${purpleFleaUrl}/control/books`)).json()) as Books;
    },
    setFault: (fault) => post(`${purpleFleaUrl}/control/faults`, fault),
    send: (events) => post(`${engineUrl}/e/any-key`, events),
    async pauseEngine() {
      await post(`${engineUrl}/control/pause`, {});
      await waitUntil("the calls under way are answered", async () => {
        const state = (await (await fetch(`${engineUrl}/control/state`)).json()) as { under_way: number };
        return state.under_way === 0;
      });
    },
    resumeEngine: () => post(`${engineUrl}/control/resume`, {}),
    tamper(sql, ...params) {
      const writer = new Database(databasePath);
      writer.prepare(sql).run(...params);
      writer.close();
    },
    query<T>(sql: string, ...params: unknown[]) {
      reader ??= new Database(databasePath, { readonly: true });
      // The caller names the columns it asks for.
      return reader.prepare(sql).all(...params) as T[];
    },
    seed(plan) {
      const writer = openWriter(databasePath, "db/migrations", "kill");
      seedMirror(writer, plan);
      closeDatabase(writer);
    },
    async until<T>(sql: string, condition: (row: T | undefined) => boolean, ...params: unknown[]) {
      let row: T | undefined;
      await waitUntil(
        () => `${sql} (last row ${JSON.stringify(row)})\n${output.slice(-2000)}`,
        async () => {
          row = stack.query<T>(sql, ...params)[0];
          return Promise.resolve(condition(row));
        },
      );
      return row as T; // the condition held for it
    },
    async start() {
      app = spawn(process.execPath, ["build/server.js"], {
        env: {
          PATH: process.env.PATH ?? "",
          NODE_ENV: "production",
          APP_MODE: "practice",
          PORT: String(port),
          DATABASE_PATH: databasePath,
          // A sign-in outlives a restart.
          SESSION_SECRET: "a-secret-of-this-stack-and-no-other",
          SANDBOX_FOLDER: folder,
          SANDBOX_ENGINE_PORT: String(enginePort),
          SANDBOX_PURPLE_FLEA_PORT: String(purpleFleaPort),
          SANDBOX_RETRY_INTERVAL: "1",
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const keep = (chunk: Buffer) => {
        output += chunk.toString();
      };
      app.stdout?.on("data", keep);
      app.stderr?.on("data", keep);
      await waitUntil(`the app at ${url}\n${output}`, async () => (await fetch(`${url}/healthz`)).ok);
      await waitUntil(
        "the sandbox Purple Flea",
        async () => (await fetch(`${purpleFleaUrl}/control/books`)).ok,
      );
      await waitUntil("the engine knows the functions", async () => {
        const info = (await (await fetch(`${engineUrl}/dev`)).json()) as { functions?: unknown[] };
        return (info.functions?.length ?? 0) > 0;
      });
    },
    async terminate() {
      const dead = new Promise((resolve) => app?.once("close", resolve));
      app?.kill("SIGTERM");
      await dead;
      return app?.exitCode ?? null;
    },
    output: () => output,
    folder,
    pid: () => app?.pid ?? 0,
    async kill() {
      const dead = new Promise((resolve) => app?.once("close", resolve));
      app?.kill("SIGKILL");
      await dead;
      // The children see their parent go and stop by themselves; the ports are free again when they have.
      await waitUntil("the sandbox stops with the app", async () => {
        const answers = await Promise.all(
          [engineUrl, purpleFleaUrl].map((u) =>
            fetch(u, { redirect: "manual" }).then(
              () => true,
              () => false,
            ),
          ),
        );
        return !answers.includes(true);
      });
    },
    async close() {
      reader?.close();
      const dead = new Promise((resolve) => app?.once("close", resolve));
      if (app && app.exitCode === null && app.signalCode === null) {
        app.kill("SIGTERM");
        await dead;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await stack.start();
  return stack;
}
