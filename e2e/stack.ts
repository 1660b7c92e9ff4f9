import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { closeDatabase, openWriter } from "../db/connection";
import { seedMirror, type SeedPlan } from "../db/factories";
import { freePorts, practiceDesk, sandboxControls, waitFor } from "../sandbox/processes";

export interface Account {
  email: string;
  password: string;
}
export const operatorAccount: Account = { email: "operator@practice.test", password: "practice-operator-1" };
export const viewerAccount: Account = { email: "viewer@practice.test", password: "practice-viewer-1" };

type Controls = ReturnType<typeof sandboxControls>;

/** The built app with both sandbox services, on ports and files of its own. */
export interface Stack extends Pick<
  Controls,
  "engineUrl" | "purpleFleaUrl" | "advance" | "now" | "books" | "setFault" | "send" | "pauseEngine"
> {
  url: string;
  /** Moves the practice clock past days in which nothing is to happen: what would have fallen due on the way does not run. */
  skip(ms: number): Promise<void>;
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

/** Starts a stack with an empty history. `env` adds to the app's environment. */
export async function startStack(env: Record<string, string> = {}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "operator-e2e-"));
  const ports = await freePorts();
  const url = `http://127.0.0.1:${ports.appPort}`;
  const databasePath = join(folder, "operator.sqlite");
  let output = "";
  let reader: Database.Database | undefined;
  const controls = sandboxControls(ports);
  const app = practiceDesk({
    ...ports,
    databasePath,
    folder,
    retryInterval: "1",
    env: {
      PATH: process.env.PATH ?? "",
      // A sign-in outlives a restart.
      SESSION_SECRET: "a-secret-of-this-stack-and-no-other",
      ...env,
    },
    says: (text) => (output += text),
  });

  const stack: Stack = {
    ...controls,
    url,
    async skip(ms) {
      // A wait that is just being asked for would begin after the days that were skipped.
      await controls.pauseEngine();
      await controls.setTime((await controls.now()) + ms);
      await stack.resumeEngine();
    },
    resumeEngine: async () => void (await controls.resumeEngine()),
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
      await waitFor(
        () => `${sql} (last row ${JSON.stringify(row)})\n${output.slice(-2000)}`,
        async () => {
          row = stack.query<T>(sql, ...params)[0];
          return Promise.resolve(condition(row));
        },
      );
      return row as T; // the condition held for it
    },
    async start() {
      await app.start().catch((error: unknown) => {
        throw new Error(`${String(error)}\n${output}`);
      });
      await controls.introduced();
    },
    terminate: () => app.end("SIGTERM"),
    output: () => output,
    folder,
    pid: () => app.pid,
    async kill() {
      await app.end("SIGKILL");
      // The children see their parent go and stop by themselves; the ports are free again when they have.
      await waitFor("the sandbox stops with the app", async () => {
        const answers = await Promise.all(
          [controls.engineUrl, controls.purpleFleaUrl].map((u) =>
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
      await app.end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await stack.start();
  return stack;
}
