import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RetryAfterError } from "inngest";
import { serve } from "inngest/edge";
import { createApi, openEngine, syncApp, type Engine } from "inngest-sandbox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { getRun, listRuns } from "../db/read/runs";
import { openTestDatabase } from "../db/testing";
import { manualClock, type Clock } from "../domain/clock";
import { createInngest } from "./client";
import { cleanUp } from "./functions/clean-up";
import { createJournal } from "./journal";
import { createPurpleFlea } from "./purple-flea/gateway/client";

const START = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;
const quiet = { info() {}, warn() {}, error() {}, debug() {} };

let folder: string;
let db: ReturnType<typeof openTestDatabase>;
let engine: Engine;
let handler: (request: Request) => Promise<Response>;
let calls: { url: string; body: string }[];
let troubles: string[];

/** One app with a function for each thing a journal must tell, on the engine's own clock. */
function start(retryIntervalMs?: number): void {
  const clock = manualClock(START);
  const followed: Clock = { now: () => engine.now() };
  const client = createInngest({
    isDev: true,
    baseUrl: "http://127.0.0.1:1",
    logger: quiet,
    fetch: (input, init) => api(new Request(input instanceof URL ? input.href : input, init)),
    middleware: [
      createJournal({
        mirror: db.writer,
        clock: followed,
        retryIntervalMs,
        log: (message, error) => troubles.push(`${message}: ${String(error)}`),
      }),
    ],
  });
  let tries = 0;
  const double = client.createFunction(
    { id: "double", triggers: [{ event: "t/double" }] },
    ({ event }) => Number(event.data.n) * 2,
  );
  handler = serve({
    client,
    servePath: "/api/inngest",
    serveOrigin: "http://app.test",
    functions: [
      double,
      cleanUp({
        client,
        mirror: db.writer,
        read: db.reader,
        clock: followed,
        purpleFlea: createPurpleFlea({
          fetch,
          apiUrl: "http://127.0.0.1:1",
          faucetUrl: "http://127.0.0.1:1",
          apiKey: "none",
          clock: followed,
        }),
        config: {
          agentId: "ag",
          agentWallet: "0xa1",
          tradeSizeMicro: 1n,
          tradeMinBalanceMicro: 1n,
          tradeMaxAlertAgeMs: 1,
          tradeAfterUnknown: "market",
          casino: { stakeMicro: 1n, dailyLossMicro: 1n },
        },
      }),
      client.createFunction(
        { id: "shaky", retries: 3, triggers: [{ event: "t/shaky" }] },
        async ({ event, step }) => {
          await step.run("release", () => {
            if (++tries >= 3) return { done: tries };
            if (event.data.after) throw new RetryAfterError("503", Number(event.data.after));
            throw new Error(`try ${tries}`);
          });
        },
      ),
      client.createFunction({ id: "doomed", retries: 1, triggers: [{ event: "t/doomed" }] }, () => {
        throw new Error("never");
      }),
      client.createFunction(
        { id: "patient", cancelOn: [{ event: "t/stop" }], triggers: [{ event: "t/patient" }] },
        async ({ step }) => {
          const got = await step.waitForEvent("answer", {
            event: "t/answer",
            timeout: "7d",
            if: 'async.data.id == "a"',
          });
          await step.sleepUntil("morning", new Date(START + 10 * DAY));
          await step.sendEvent("tell", { name: "t/told", data: { got: Boolean(got) } });
          return step.invoke("ask", { function: double, data: { n: 21 } });
        },
      ),
      client.createFunction({ id: "racing", triggers: [{ event: "t/racing" }] }, async ({ step, group }) => {
        await Promise.all([step.run("left", () => "l"), step.run("right", () => "r")]);
        const race = <T>(work: () => Promise<T>) => group.parallel({ mode: "race" }, work);
        await race(() =>
          Promise.race([
            step.waitForEvent("yes", { event: "t/yes", timeout: "1d" }),
            step.waitForEvent("no", { event: "t/no", timeout: "2d" }),
          ]),
        );
        return race(() => step.run("after", () => "over"));
      }),
    ],
  });
  engine = openEngine({
    file: join(folder, "engine.sqlite"),
    clock,
    random: () => 0,
    retryIntervalMs,
    fetch: async (input, init) => {
      const request = new Request(input instanceof URL ? input.href : input, init);
      request.headers.set("host", "app.test");
      calls.push({ url: request.url, body: await request.clone().text() });
      return handler(request);
    },
  });
  engine.start();
}
const api = (request: Request): Promise<Response> => {
  request.headers.set("host", "127.0.0.1");
  return Promise.resolve(createApi({ engine })(request));
};
const send = (name: string, data: object = {}) =>
  api(
    new Request("http://127.0.0.1/e/key", {
      method: "POST",
      body: JSON.stringify({ name, data, ts: engine.now() }),
    }),
  );

/** The one run of a function, with what a page is told of it. */
function told(functionId: string) {
  const [row, ...more] = listRuns(db.reader, { functionId }, "asc", { at: "first" }, 10).rows;
  expect(more).toEqual([]);
  const found = row && getRun(db.reader, row.id);
  if (!found) throw new Error(`no run of ${functionId}`);
  return { ...found, step: (name: string) => found.steps.find((step) => step.name === name) };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  db = openTestDatabase();
  calls = [];
  troubles = [];
});
afterEach(async () => {
  await engine.stop();
  expect(troubles).toEqual([]);
  db.close();
  rmSync(folder, { recursive: true, force: true });
});
async function begin(retryIntervalMs?: number): Promise<void> {
  start(retryIntervalMs);
  expect(await syncApp(engine, "http://app.test/api/inngest")).toBe("synced");
}

describe("attempts", () => {
  test("Retry-After says when the next one starts; each try is kept with its error", async () => {
    await begin();
    await send("t/shaky", { after: 40_000 });
    await engine.settled();
    const first = told("shaky");
    expect(first.run).toMatchObject({
      status: "retrying",
      attempt: 1,
      maxAttempts: 4,
      nextAttemptAt: engine.now() + 40_000,
      error: "503",
    });
    await engine.advance(40_000);
    await engine.advance(40_000);
    const { run, step, attempts } = told("shaky");
    expect(run).toMatchObject({ status: "completed", error: null, nextAttemptAt: null });
    expect(step("release")).toMatchObject({ status: "completed", attempts: 3, output: { done: 3 } });
    expect(attempts.map((one) => [one.attempt, one.error, one.endedAt !== null])).toEqual([
      [1, "503", true],
      [2, "503", true],
      [3, null, true],
    ]);
  });

  test("by the back-off rule alone the moment is not known, and none is written", async () => {
    await begin();
    await send("t/shaky");
    await engine.settled();
    expect(told("shaky").run).toMatchObject({ status: "retrying", nextAttemptAt: null, error: "try 1" });
  });

  test("with an engine of fixed intervals it is", async () => {
    await begin(5_000);
    await send("t/shaky");
    await engine.settled();
    expect(told("shaky").run.nextAttemptAt).toBe(engine.now() + 5_000);
  });

  test("the last one failed: the run has failed, with its message", async () => {
    await begin(1_000);
    await send("t/doomed");
    await engine.settled();
    await engine.advance(1_000);
    expect(told("doomed").run).toMatchObject({ status: "failed", error: "never", attempt: 2 });
  });
});

describe("waits", () => {
  test("tell what they wait for and until when, and how they ended", async () => {
    await begin();
    await send("t/patient");
    await engine.advance(1);
    const waiting = told("patient");
    expect(waiting.run.status).toBe("waiting");
    expect(waiting.step("answer")).toMatchObject({
      kind: "waitForEvent",
      status: "waiting",
      waitsFor: "t/answer",
      input: { event: "t/answer", if: 'async.data.id == "a"' },
    });
    expect(Number(waiting.step("answer")?.waitsUntil) - START).toBeGreaterThanOrEqual(7 * DAY);
    await send("t/answer", { id: "a" });
    await engine.advance(MINUTE);
    const asleep = told("patient");
    expect(asleep.step("answer")).toMatchObject({
      status: "completed",
      output: { name: "t/answer", data: { id: "a" } },
    });
    expect(asleep.step("morning")).toMatchObject({
      kind: "sleep",
      status: "waiting",
      waitsUntil: START + 10 * DAY,
    });
    await engine.advance(10 * DAY);
    const { run, step } = told("patient");
    expect(run).toMatchObject({ status: "completed", output: 42 });
    expect(step("tell")).toMatchObject({ status: "completed", kind: "sendEvent" });
    expect(step("ask")).toMatchObject({
      kind: "invoke",
      status: "completed",
      waitsFor: "double",
      input: { n: 21 },
      output: 42,
    });
    expect(told("double").run).toMatchObject({ status: "completed", output: 42 });
  });

  test("that lost a race stay open until their time, and nothing is listed twice", async () => {
    await begin();
    await send("t/racing");
    await engine.advance(MINUTE);
    await send("t/yes");
    await engine.advance(MINUTE);
    // The SDK lists the wait that lost again with every call: the run ends when that has timed out as well.
    expect(told("racing").run.status).toBe("waiting");
    await engine.advance(2 * DAY);
    const { run, steps } = told("racing");
    expect(run.status).toBe("completed");
    expect(steps.map((step) => [step.name, step.status, step.output])).toEqual([
      ["left", "completed", "l"],
      ["right", "completed", "r"],
      ["yes", "completed", expect.objectContaining({ name: "t/yes" })],
      ["no", "completed", null],
      ["after", "completed", "over"],
    ]);
  });
});

test("a cancelled run ended when it was cancelled, and its wait with it", async () => {
  await begin();
  await send("t/patient");
  await engine.advance(MINUTE);
  const at = engine.now();
  await send("t/stop");
  await engine.settled();
  await engine.advance(5 * MINUTE);
  const { run, step } = told("patient");
  expect(run).toMatchObject({ status: "cancelled", endedAt: at });
  expect(step("answer")).toMatchObject({ status: "dropped", endedAt: at });
});

test("the engine's calls once more, as after a lost answer, change nothing", async () => {
  await begin();
  await send("t/racing");
  await engine.advance(MINUTE);
  await send("t/no");
  await engine.advance(MINUTE);
  await engine.advance(2 * DAY);
  const before = told("racing");
  expect(before.run.status).toBe("completed");
  for (const call of calls.filter((one) => one.url.includes("racing"))) {
    await handler(
      new Request(call.url, {
        method: "POST",
        body: call.body,
        headers: { host: "app.test", "content-type": "application/json" },
      }),
    );
  }
  const after = told("racing");
  expect([after.run, after.steps, after.attempts]).toEqual([before.run, before.steps, before.attempts]);
});
