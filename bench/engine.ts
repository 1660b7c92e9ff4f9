/**
 * The sandbox engine beside an app, each a process of its own. The limit is what the app itself can do: the same three calls a
 * run, made straight at its endpoint by a client that does nothing else.
 */
import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillWithHistory, HISTORY_RUNS } from "./engine-history";
import { ms, percentile, type Row } from "./table";

const ENGINE_PORT = 3480;
const APP_PORT = 3481;
const ENGINE = `http://127.0.0.1:${ENGINE_PORT}`;
const APP = `http://127.0.0.1:${APP_PORT}/api/inngest`;
const RUNS = 600;
const ROUNDS = 5;
const PROBES = 200;
const AT_ONCE = 32;
const EVENTS_A_REQUEST = 500;

interface Ended {
  toFirst: number;
  between: number;
}
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const agent = new Agent({ keepAlive: true });

function post(url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const outgoing = httpRequest(url, { agent, method: "POST", headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => resolve(Buffer.concat(chunks).toString()));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function start(file: string, args: string[], silent = true): ChildProcess {
  return fork(file, args, {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", silent ? "ignore" : "inherit", "inherit", "ipc"],
  });
}
async function stop(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await closed;
}
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The app, and what its runs report when they end. */
async function startApp(): Promise<{ child: ChildProcess; ended(count: number): Promise<Ended[]> }> {
  const child = start(join(import.meta.dirname, "engine-app.ts"), [String(APP_PORT), ENGINE]);
  await new Promise((resolve) => child.once("message", resolve));
  return {
    child,
    ended: (count) =>
      new Promise((resolve) => {
        const all: Ended[] = [];
        const take = (message: Ended) => {
          if (all.push(message) < count) return;
          child.off("message", take);
          resolve(all);
        };
        child.on("message", take);
      }),
  };
}
async function startEngine(file: string): Promise<ChildProcess> {
  const child = start(fileURLToPath(import.meta.resolve("inngest-sandbox/command")), [
    ...["--port", String(ENGINE_PORT), "--sdk-url", APP, "--db", file],
    ...["--retain-runs", String(HISTORY_RUNS)],
  ]);
  await until(async () => {
    const about = (await (await fetch(`${ENGINE}/dev`)).json()) as { functions: unknown[] }; // the engine's own answer
    return about.functions.length > 0;
  });
  return child;
}

/** One run's three calls as the engine makes them, less the engine. */
async function runStraight(index: number): Promise<void> {
  const event = { name: "bench/go", id: String(index), ts: 1, data: { sentAt: 0 }, user: {} };
  const steps: Record<string, { data: unknown }> = {};
  for (let version = -1; ; version = 2) {
    const stack = Object.keys(steps);
    const ctx = {
      run_id: String(index),
      attempt: 0,
      max_attempts: 5,
      stack: { stack, current: stack.length },
    };
    const body = JSON.stringify({ event, events: [event], steps, ctx, version });
    const answer: unknown = JSON.parse(await post(`${APP}?fnId=bench-two-steps&stepId=step`, body));
    if (!Array.isArray(answer)) return;
    const [op] = answer as { id: string; data: unknown }[]; // what a step that ran is answered with
    if (op) steps[op.id] = { data: op.data };
  }
}

/** Runs a second that the app does when it is called straight. */
async function straight(runs: number): Promise<number> {
  let index = 0;
  const began = now();
  const worker = async () => {
    while (index < runs) await runStraight(index++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (runs * 1_000) / (now() - began);
}

/** Runs a second through the engine, all events sent up front. */
async function throughEngine(app: Awaited<ReturnType<typeof startApp>>, runs: number): Promise<number> {
  const done = app.ended(runs);
  const began = now();
  for (let sent = 0; sent < runs; sent += EVENTS_A_REQUEST) {
    const events = Array.from({ length: Math.min(EVENTS_A_REQUEST, runs - sent) }, () => ({
      name: "bench/go",
      data: { sentAt: began },
    }));
    await post(`${ENGINE}/e/bench`, JSON.stringify(events));
  }
  await done;
  return (runs * 1_000) / (now() - began);
}

/** One run at a time on an idle engine. */
async function idle(app: Awaited<ReturnType<typeof startApp>>, runs: number): Promise<Ended[]> {
  const all: Ended[] = [];
  for (let i = 0; i < runs; i++) {
    const done = app.ended(1);
    await post(`${ENGINE}/e/bench`, JSON.stringify({ name: "bench/go", data: { sentAt: now() } }));
    all.push(...(await done));
  }
  return all;
}

function rowsFor(when: string, limit: number, rate: number, probes: Ended[]): Row[] {
  const toFirst = probes.map((probe) => probe.toFirst);
  const between = probes.map((probe) => probe.between);
  return [
    {
      what: `engine, ${when}: two-step runs a second`,
      measured: `${rate.toFixed(0)} (${((rate / limit) * 100).toFixed(0)} % of ${limit.toFixed(0)})`,
      budget: "60 % of the same calls made straight at the app",
      kept: rate >= limit * 0.6,
    },
    {
      what: `engine, ${when}: event to first step, p95`,
      measured: ms(percentile(toFirst, 0.95)),
      budget: "20 ms",
      kept: percentile(toFirst, 0.95) < 20,
    },
    {
      what: `engine, ${when}: between two steps, median`,
      measured: `${ms(percentile(between, 0.5))} (p95 ${ms(percentile(between, 0.95))})`,
      budget: "5 ms",
      kept: percentile(between, 0.5) < 5,
    },
  ];
}

async function measure(when: string, file: string): Promise<Row[]> {
  const app = await startApp();
  const engine = await startEngine(file);
  try {
    app.child.on("message", () => {}); // the calls made straight report as well
    await straight(RUNS);
    await throughEngine(app, RUNS);
    // By turns, so that what else the machine does meets both alike.
    const limits: number[] = [];
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      limits.push(await straight(RUNS));
      rates.push(await throughEngine(app, RUNS));
    }
    return rowsFor(when, percentile(limits, 0.5), percentile(rates, 0.5), await idle(app, PROBES));
  } finally {
    await stop(engine);
    await stop(app.child);
  }
}

/** The engine's part of the table: on an empty file, and on one with a long history. */
export async function engineRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "engine-bench-"));
  try {
    const file = join(folder, "engine.sqlite");
    const fresh = await measure("nothing yet", file);
    await fillWithHistory(file);
    return [...fresh, ...(await measure(`${HISTORY_RUNS.toLocaleString("en")} runs kept`, file))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
