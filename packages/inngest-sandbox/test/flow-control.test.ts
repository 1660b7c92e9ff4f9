import { afterEach, describe, expect, test } from "vitest";
import { door, HOUR, openBed, START, until, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

type Config = Parameters<Parameters<Parameters<typeof openBed>[0]>[0]>[1];
/** A function that says which event it runs for, and when, in seconds. */
const counted = (config: Config): Bed =>
  openBed((make, effects) => [
    make("f", { triggers: [{ event: "t/go" }], ...config }, async ({ event, events, step }) => {
      const all = events.map((one: { data: { n: unknown } }) => one.data.n);
      await step.run("do", () => void effects.push(`${all} at ${(bed.engine.now() - START) / 1_000}`));
      return event.data.n;
    }),
  ]);
async function sendAll(...data: object[]): Promise<void> {
  for (const one of data) await bed.send("t/go", one);
}

describe("throttle", () => {
  test("lets the limit start at once, then one every period over limit", async () => {
    bed = counted({ throttle: { limit: 2, period: "6s" } });
    await bed.sync();
    await sendAll({ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["1 at 0", "2 at 0", "3 at 3", "4 at 6"]);
  });
  test("lets a burst start on top of the limit", async () => {
    bed = counted({ throttle: { limit: 2, period: "6s", burst: 1 } });
    await bed.sync();
    await sendAll({ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["1 at 0", "2 at 0", "3 at 0", "4 at 3", "5 at 6"]);
  });
  test("paces each key by itself", async () => {
    bed = counted({ throttle: { limit: 1, period: "10s", key: "event.data.key" } });
    await bed.sync();
    await sendAll({ n: 1, key: "a" }, { n: 2, key: "b" }, { n: 3, key: "a" });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["1 at 0", "2 at 0", "3 at 10"]);
  });
  test("an event from the future does not hold back those of today", async () => {
    bed = counted({ throttle: { limit: 1, period: "10s" } });
    await bed.sync();
    await bed.send("t/go", { n: "later" }, { ts: START + HOUR });
    await sendAll({ n: 1 }, { n: 2 });
    await bed.pass(2 * HOUR);
    expect(bed.effects).toEqual(["1 at 0", "2 at 10", "later at 3600"]);
  });
});

describe("rateLimit", () => {
  test("spaces starts evenly: of two at once one is dropped, though the limit is two", async () => {
    bed = counted({ rateLimit: { limit: 2, period: "10s" } });
    await bed.sync();
    await sendAll({ n: 1 }, { n: 2 });
    await bed.pass(5_000);
    await sendAll({ n: 3 });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["1 at 0", "3 at 5"]);
  });
  test("lets a tenth of the limit run ahead", async () => {
    bed = counted({ rateLimit: { limit: 20, period: "20s" } });
    await bed.sync();
    await sendAll({ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["1 at 0", "2 at 0", "3 at 0"]);
  });
  test("drops nothing whose key is missing", async () => {
    bed = counted({ rateLimit: { limit: 1, period: "10s", key: "event.data.key" } });
    await bed.sync();
    await sendAll({ n: 1 }, { n: 2 }, { n: 3, key: "a" }, { n: 4, key: "a" });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["1 at 0", "2 at 0", "3 at 0"]);
  });
  test("tells an invoker that its callee was rate limited", async () => {
    bed = openBed((make, effects) => {
      const callee = make(
        "callee",
        { rateLimit: { limit: 1, period: "1h" }, triggers: [{ event: "t/c" }] },
        () => 1,
      );
      return [
        callee,
        make("caller", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
          for (const id of ["one", "two"]) {
            await step
              .invoke(id, { function: callee, data: {} })
              .then((value: unknown) => effects.push(String(value)))
              .catch((error: unknown) => effects.push(error instanceof Error ? error.message : ""));
          }
        }),
      ];
    });
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(1_000);
    expect(bed.effects.at(-1)).toBe("invoked function is rate limited");
  });
});

describe("debounce", () => {
  test("waits no longer than its time-out for a burst that goes on", async () => {
    bed = counted({ debounce: { period: "10s", timeout: "15s" } });
    await bed.sync();
    for (let n = 1; n <= 4; n++) {
      await bed.send("t/go", { n });
      await bed.pass(5_000);
    }
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["3 at 15", "4 at 26"]);
  });
  test("holds each key by itself, and the last event of each wins", async () => {
    bed = counted({ debounce: { period: "5s", key: "event.data.key" } });
    await bed.sync();
    await sendAll({ n: 1, key: "a" }, { n: 2, key: "b" }, { n: 3, key: "a" });
    await bed.pass(HOUR);
    expect(bed.effects.map((effect) => effect.split(" ")[0]).sort()).toEqual(["2", "3"]);
  });
  test("hands its result to the step that invoked it", async () => {
    bed = openBed((make, effects) => {
      const callee = make(
        "callee",
        { debounce: { period: "5s" }, triggers: [{ event: "t/c" }] },
        () => "late",
      );
      return [
        callee,
        make("caller", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
          effects.push(await step.invoke("call", { function: callee, data: {} }));
        }),
      ];
    });
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["late"]);
  });
});

describe("batchEvents", () => {
  test("gathers each key by itself, until it is full or its time is over", async () => {
    bed = counted({ batchEvents: { maxSize: 2, timeout: "30s", key: "event.data.key" } });
    await bed.sync();
    await sendAll({ n: 1, key: "a" }, { n: 2, key: "b" }, { n: 3, key: "a" });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["1,3 at 0", "2 at 30"]);
  });
  test("takes in the same event once, and loses none of those beside it", async () => {
    bed = counted({ batchEvents: { maxSize: 2, timeout: "30s" } });
    await bed.sync();
    for (const [n, id] of ["a", "b", "a", "c", "b"].entries()) await bed.send("t/go", { n }, { id });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["0,1 at 0", "3 at 30"]);
  });
  test("starts at once what its condition leaves out", async () => {
    bed = counted({ batchEvents: { maxSize: 5, timeout: "30s", if: "event.data.small == true" } });
    await bed.sync();
    await sendAll({ n: 1, small: true }, { n: 2 }, { n: 3, small: true });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["2 at 0", "1,3 at 30"]);
  });
});

describe("who goes first", () => {
  test("a higher priority overtakes what came up to ten minutes earlier", async () => {
    const free = door();
    bed = openBed((make, effects) => [
      make(
        "f",
        {
          concurrency: 1,
          priority: { run: "event.data.vip == true ? 300 : 0" },
          triggers: [{ event: "t/go" }],
        },
        async ({ event }) => {
          effects.push(event.data.n);
          if (event.data.n === "first") await free.opened;
        },
      ),
    ]);
    await bed.sync();
    await bed.send("t/go", { n: "first" });
    await until(() => bed.effects.length === 1);
    await sendAll({ n: "plain" }, { n: "vip", vip: true });
    free.open();
    await bed.pass(1);
    expect(bed.effects).toEqual(["first", "vip", "plain"]);
  });

  const atOnce = (config: Config, more: Config = config) => {
    let now = 0;
    const peak = { count: 0 };
    const work = async () => {
      peak.count = Math.max(peak.count, ++now);
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      now--;
    };
    bed = openBed((make) => [
      make("x", { triggers: [{ event: "t/go" }], ...config }, ({ step }) => step.run("work", work)),
      make("y", { triggers: [{ event: "t/go" }], ...more }, ({ step }) => step.run("work", work)),
    ]);
    return peak;
  };
  test("of two limits the narrower one counts", async () => {
    const peak = atOnce(
      { concurrency: [{ limit: 3 }, { limit: 1, key: "event.data.key" }] },
      { triggers: [] },
    );
    await bed.sync();
    await bed.engine.settled();
    await sendAll(...Array.from({ length: 8 }, (_, n) => ({ n, key: n % 2 })));
    await bed.pass(1);
    expect(peak.count).toBe(2);
  });
  test("a limit for the whole environment is shared between functions", async () => {
    const peak = atOnce({ concurrency: { limit: 1, scope: "env", key: '"provider"' } });
    await bed.sync();
    await sendAll({ n: 1 }, { n: 2 }, { n: 3 });
    await bed.pass(1);
    expect(peak.count).toBe(1);
  });
  test("two hundred runs behind three slots are all done", async () => {
    bed = counted({ concurrency: { limit: 1, key: "event.data.key" } });
    await bed.sync();
    const events = Array.from({ length: 200 }, (_, n) => ({ name: "t/go", data: { n, key: n % 3 } }));
    await bed.ask("POST", "/e/key", JSON.stringify(events));
    await bed.pass(1);
    expect(bed.effects).toHaveLength(200);
  });
});

describe("one event, how many runs", () => {
  test("the same id twice in one request starts one run", async () => {
    bed = counted({});
    await bed.sync();
    const event = { id: "same", name: "t/go", data: { n: 1 } };
    await bed.ask("POST", "/e/key", JSON.stringify([event, event]));
    await bed.pass(1);
    expect(bed.effects).toEqual(["1 at 0"]);
  });
  test("after a day the same id starts another", async () => {
    bed = counted({});
    await bed.sync();
    await bed.send("t/go", { n: 1 }, { id: "same" });
    await bed.pass(24 * HOUR - 1);
    await bed.send("t/go", { n: 2 }, { id: "same" });
    await bed.pass(2);
    await bed.send("t/go", { n: 3 }, { id: "same" });
    await bed.pass(1);
    expect(bed.effects).toEqual(["1 at 0", "3 at 86400.001"]);
  });
  test("idempotency goes by what its expression gives", async () => {
    bed = counted({ idempotency: "event.data.shop + '-' + event.data.order" });
    await bed.sync();
    await sendAll(
      { n: 1, shop: "a", order: "1" },
      { n: 2, shop: "a", order: "1" },
      { n: 3, shop: "b", order: "1" },
    );
    await bed.pass(1);
    expect(bed.effects).toEqual(["1 at 0", "3 at 0"]);
  });
  test("a singleton is one run for each key", async () => {
    bed = openBed((make, effects) => [
      make(
        "f",
        { singleton: { mode: "skip", key: "event.data.key" }, triggers: [{ event: "t/go" }] },
        async ({ event, step }) => {
          await step.sleep("nap", "1m");
          effects.push(event.data.n);
        },
      ),
    ]);
    await bed.sync();
    await sendAll({ n: 1, key: "a" }, { n: 2, key: "a" }, { n: 3, key: "b" });
    await bed.pass(HOUR);
    await sendAll({ n: 4, key: "a" });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual([1, 3, 4]);
  });
});
