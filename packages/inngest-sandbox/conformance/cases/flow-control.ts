import { one, type Case, type Driver, type FunctionConfig } from "../case";

/** A function of one step that says which event it is about. */
const counted = (
  name: string,
  config: FunctionConfig,
  drive: Case["drive"],
  rest: Partial<Case> = {},
): Case =>
  one(
    name,
    config,
    ({ effect }) =>
      async ({ step, event }) => {
        await step.run("do", () => effect(`do ${event.data.n}`));
        return event.data.n;
      },
    drive,
    rest,
  );

/** A function of two steps of half a second each. */
const holds = (name: string, config: FunctionConfig, drive: Case["drive"], rest: Partial<Case> = {}): Case =>
  one(
    name,
    config,
    ({ effect, pause }) =>
      async ({ step, event }) => {
        for (const which of ["one", "two"]) {
          await step.run(which, async () => {
            effect(`${event.data.n} ${which} start`);
            await pause(500);
            effect(`${event.data.n} ${which} end`);
          });
        }
      },
    drive,
    { watchMs: 8_000, ...rest },
  );

/** Sends `go` with each of these, and lets that much time pass after each. */
const spaced =
  (ms: number, ...data: object[]) =>
  async ({ tell, pass }: Driver) => {
    for (const one of data) {
      await tell("go", one);
      await pass(ms);
    }
  };

export const flowControl: Case[] = [
  counted("event-id", {}, async ({ tell, pass }) => {
    for (const n of [1, 2]) {
      await tell("go", { n }, { id: "event-id-1" });
      await pass(800);
    }
  }),
  {
    name: "event-id-two-functions",
    unordered: true,
    functions: ({ fn, ev, effect }) => [
      fn("x", { triggers: [{ event: ev("go") }] }, ({ event }) => effect(`x ${event.data.n}`)),
      fn("y", { triggers: [{ event: ev("go") }, { event: ev("other") }] }, ({ event }) =>
        effect(`y ${event.data.n}`),
      ),
    ],
    async drive({ tell, pass }) {
      const same = { id: "event-id-two-functions-1" };
      await tell("go", { n: 1 }, same);
      await pass(500);
      await tell("go", { n: 2 }, same);
      await pass(500);
      await tell("other", { n: 3 }, same);
    },
    watchMs: 3_000,
  },
  counted(
    "idempotency",
    { idempotency: "event.data.key" },
    spaced(400, { n: 1, key: "a" }, { n: 2, key: "a" }, { n: 3, key: "b" }),
  ),
  counted("idempotency-null", { idempotency: "event.data.key" }, spaced(400, { n: 1 }, { n: 2 })),
  counted(
    "rate-limit",
    { rateLimit: { limit: 1, period: "4s", key: "event.data.key" } },
    async ({ tell, pass }) => {
      await tell("go", { n: 1, key: "k" });
      await pass(300);
      await tell("go", { n: 2, key: "k" });
      await pass(300);
      await tell("go", { n: 3, key: "other" });
      await pass(4_500);
      await tell("go", { n: 4, key: "k" });
    },
  ),
  counted("throttle", { throttle: { limit: 1, period: "2s" } }, spaced(100, { n: 1 }, { n: 2 }, { n: 3 }), {
    unordered: true,
    watchMs: 9_000,
  }),
  counted(
    "debounce",
    { debounce: { period: "2s", key: "event.data.key" } },
    spaced(500, { n: 1, key: "k" }, { n: 2, key: "k" }, { n: 3, key: "k" }),
    { watchMs: 7_000 },
  ),
  one(
    "batch",
    { batchEvents: { maxSize: 3, timeout: "2s" } },
    ({ effect }) =>
      async ({ event, events, step }) => {
        const all = events.map((each: { data: { n: number } }) => each.data.n);
        await step.run("do", () => effect(`batch ${all} first ${event.data.n}`));
      },
    spaced(250, { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }),
    { watchMs: 7_000 },
  ),
  holds("concurrency-one", { concurrency: 1 }, spaced(250, { n: "A" }, { n: "B" })),
  holds(
    "concurrency-key",
    { concurrency: { limit: 1, key: "event.data.k" } },
    async ({ send }) => {
      const runs = { A: 1, B: 1, C: 2 };
      await send(Object.entries(runs).map(([n, k]) => ({ name: "t/concurrency-key.go", data: { n, k } })));
    },
    { unordered: true },
  ),
  one(
    "concurrency-sleep",
    { concurrency: 1 },
    ({ effect }) =>
      async ({ step, event }) => {
        await step.run("one", () => effect(`${event.data.n} one`));
        await step.sleep("nap", "3s");
        await step.run("two", () => effect(`${event.data.n} two`));
      },
    spaced(300, { n: "A" }, { n: "B" }),
    { watchMs: 8_000 },
  ),
  one(
    "concurrency-retry",
    { concurrency: 1, retries: 2 },
    ({ effect, nth }) =>
      async ({ step, event }) => {
        await step.run("check", () => effect(`${event.data.n} check`));
        await step.run("act", () => {
          effect(`${event.data.n} act`);
          if (event.data.n === "A" && nth("A") === 1) throw new Error("try again");
        });
      },
    spaced(300, { n: "A" }, { n: "B" }),
    { watchMs: 7_000 },
  ),
  holds("singleton-skip", { singleton: { mode: "skip" } }, async ({ tell, pass }) => {
    await tell("go", { n: "A" });
    await pass(600);
    await tell("go", { n: "B" });
    await pass(3_500);
    await tell("go", { n: "C" });
  }),
  one(
    "singleton-cancel",
    { singleton: { mode: "cancel" } },
    ({ effect }) =>
      async ({ step, event }) => {
        await step.run("one", () => effect(`${event.data.n} one`));
        await step.sleep("nap", "2s");
        await step.run("two", () => effect(`${event.data.n} two`));
      },
    spaced(1_000, { n: "A" }, { n: "B" }),
    { watchMs: 6_000 },
  ),
];
