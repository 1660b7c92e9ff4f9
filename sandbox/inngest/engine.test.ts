import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { manualClock } from "../../domain/clock";
import { createApi } from "./api";
import { openEngine, type Engine } from "./engine";
import { syncApp } from "./sync";

const START = Date.UTC(2026, 10, 24, 12);
const DAY = 86_400_000;
let folder: string;
let effects: string[];
let engine: Engine;
let handler: (request: Request) => Promise<Response>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "engine-"));
  effects = [];
  const client = new Inngest({
    id: "app",
    isDev: true,
    checkpointing: false,
    baseUrl: "http://127.0.0.1:1",
    logger: { info() {}, warn() {}, error() {}, debug() {} },
  });
  let failures = 0;
  handler = serve({
    client,
    functions: [
      client.createFunction({ id: "week", triggers: [{ event: "t/week" }] }, async ({ event, step }) => {
        await step.run("before", () => void effects.push("before"));
        const got = await step.waitForEvent("answer", {
          event: "t/answer",
          timeout: "7d",
          if: `async.data.id == "${event.data.id}"`,
        });
        await step.run("after", () => void effects.push(got ? "answered" : "timed out"));
      }),
      client.createFunction(
        { id: "shaky", retries: 2, triggers: [{ event: "t/shaky" }] },
        async ({ step }) => {
          await step.run("try", () => {
            effects.push("try");
            if (++failures < 3) throw new Error("not yet");
          });
        },
      ),
      client.createFunction({ id: "morning", triggers: [{ cron: "0 9 * * *" }] }, async ({ step }) => {
        await step.run("tick", () => void effects.push("tick"));
      }),
    ],
    serveOrigin: "http://app.test",
    servePath: "/api/inngest",
  });
  engine = open();
});
afterEach(async () => {
  await engine.stop().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

/** An engine on this test's file and a clock that stands still. */
function open(at = START): Engine {
  const opened = openEngine({
    file: join(folder, "engine.sqlite"),
    clock: manualClock(at),
    random: () => 0,
    fetch: (input, init) => {
      const request = new Request(input instanceof URL ? input.href : input, init);
      request.headers.set("host", "app.test");
      return handler(request);
    },
  });
  opened.start();
  return opened;
}
const send = (name: string, data: object, id?: string) =>
  createApi({ engine, signingKeys: [], eventKeys: [], sdkUrls: [] })(
    new Request("http://127.0.0.1/e/key", {
      method: "POST",
      headers: { host: "127.0.0.1" },
      body: JSON.stringify({ name, data, id }),
    }),
  );
const sync = () => syncApp(engine, "http://app.test/api/inngest", () => START);

describe("the sandbox engine", () => {
  test("seven days pass at once, and the wait times out", async () => {
    expect(await sync()).toBe("synced");
    await send("t/week", { id: "a" });
    await engine.advance(7 * DAY - 1);
    expect(effects.filter((e) => e !== "tick")).toEqual(["before"]);
    await engine.advance(1_000);
    expect(effects.filter((e) => e !== "tick")).toEqual(["before", "timed out"]);
  });

  test("an answer wakes the run it is meant for", async () => {
    await sync();
    await send("t/week", { id: "a" });
    await engine.settled();
    await send("t/answer", { id: "b" });
    await engine.settled();
    expect(effects).toEqual(["before"]);
    await send("t/answer", { id: "a" });
    await engine.advance(1);
    expect(effects).toEqual(["before", "answered"]);
  });

  test("killed in the middle of a wait, a second engine on the file goes on with it", async () => {
    await sync();
    await send("t/week", { id: "a" });
    await engine.settled();
    // The run's next call, which registers the wait, is under way for a moment after its first step.
    await engine.advance(1);
    engine.kill();
    engine = open();
    await sync();
    await send("t/answer", { id: "a" });
    await engine.advance(1);
    expect(effects).toEqual(["before", "answered"]);
  });

  test("two engines on one file: the second refuses", async () => {
    await engine.settled();
    expect(() => open()).toThrow("another engine already works");
  });

  test("attempts follow the back-off table", async () => {
    await sync();
    await send("t/shaky", {});
    await engine.settled();
    expect(effects).toEqual(["try"]);
    await engine.advance(14_999);
    expect(effects).toEqual(["try"]);
    await engine.advance(1);
    await engine.advance(30_000);
    expect(effects).toEqual(["try", "try", "try"]);
  });

  test("a cron runs once a tick on the way, and ticks missed while off are gone", async () => {
    await sync();
    await engine.advance(3 * DAY);
    expect(effects).toEqual(["tick", "tick", "tick"]);
    engine.kill();
    engine = open(START + 2 * DAY);
    await engine.advance(60_000);
    expect(effects).toEqual(["tick", "tick", "tick"]);
  });

  test("the same event id starts one run", async () => {
    await sync();
    await send("t/week", { id: "a" }, "once");
    await send("t/week", { id: "a" }, "once");
    await engine.settled();
    expect(effects).toEqual(["before"]);
  });

  test("only this machine is answered", async () => {
    const api = createApi({ engine, signingKeys: [], eventKeys: [], sdkUrls: [] });
    const ask = (headers: Record<string, string>) => api(new Request("http://127.0.0.1/health", { headers }));
    expect((await ask({ host: "127.0.0.1:8288" })).status).toBe(200);
    expect((await ask({ host: "evil.example" })).status).toBe(403);
    expect((await ask({ host: "127.0.0.1:8288", origin: "https://evil.example" })).status).toBe(403);
  });

  test("ended runs beyond the number that is kept are forgotten", async () => {
    await sync();
    for (let i = 0; i < 3; i++) await send("t/shaky", {});
    await engine.advance(DAY / 24);
    expect(engine.prune(1)).toBe(2);
  });
});
