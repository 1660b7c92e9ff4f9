import { go, one, type Case, type Driver } from "../case";

type WaitOptions = { if?: string; match?: string; timeout?: string };

/** A function that waits for `answer` and says what came of it. */
const waits = (name: string, options: WaitOptions, drive: Case["drive"], rest: Partial<Case> = {}): Case =>
  one(
    name,
    {},
    ({ ev, effect }) =>
      async ({ step }) => {
        const wait = { event: ev("answer"), timeout: "6s", ...options };
        const got = await step.waitForEvent("answer", wait);
        await step.run("after", () => effect(got ? `got ${JSON.stringify(got.data)}` : "timed out"));
        return got === null ? null : { data: got.data, id: got.id !== undefined, name: got.name };
      },
    drive,
    { watchMs: 9_000, ...rest },
  );

/** Starts a run with `start` and answers it with each of `answers`, half a second apart. */
const answered =
  (start: object, ...answers: object[]) =>
  async ({ tell, pass }: Driver) => {
    await tell("go", start);
    await pass(1_000);
    for (const answer of answers) {
      await tell("answer", answer);
      await pass(500);
    }
  };
const SAME_ID = "event.data.id == async.data.id";

export const waiting: Case[] = [
  waits(
    "wait-literal",
    { if: "async.data.id == 'esc_1'" },
    answered({}, { id: "esc_2" }, { id: "esc_1", ok: 1 }),
  ),
  waits("wait-trigger-path", { if: SAME_ID }, answered({ id: "x" }, { id: "y" }, { id: "x" })),
  waits("wait-match", { match: "data.id" }, answered({ id: "x" }, { id: "x" })),
  waits("wait-null-null", { if: SAME_ID }, answered({ other: 1 }, { unrelated: true })),
  waits("wait-null-real", { if: SAME_ID }, answered({}, { id: "x" })),
  waits("wait-any", {}, answered({}, { any: 1 })),
  waits("wait-timeout", { timeout: "2s" }, go()),
  waits("wait-empty-timeout", { timeout: "1h30m" }, go()),
  waits("wait-bad-expression", { if: "async.data.id == (" }, go()),
  waits("wait-macro", { if: "async.data.list.exists(x, x == 1)" }, answered({}, { list: [1, 2] })),
  waits(
    "wait-arithmetic",
    {
      if: "async.data.amount >= event.data.min && (async.data.kind == 'a' || async.data.kind == 'b') && !(async.data.void == true)",
    },
    answered({ min: 10 }, { amount: 9, kind: "a" }, { amount: 10.5, kind: "b" }),
  ),
  one(
    "wait-too-early",
    {},
    ({ ev, effect, pause }) =>
      async ({ step }) => {
        await step.run("busy", async () => {
          effect("busy start");
          await pause(1_500);
          effect("busy end");
        });
        const got = await step.waitForEvent("answer", { event: ev("answer"), timeout: "4s" });
        await step.run("after", () => effect(got ? "got it" : "timed out"));
        return got === null;
      },
    async ({ tell, pass }) => {
      await tell("go");
      await pass(700);
      await tell("answer");
    },
    { watchMs: 10_000 },
  ),
  one(
    "wait-send-together",
    {},
    ({ ev, effect }) =>
      async ({ step }) => {
        const [got] = await Promise.all([
          step.waitForEvent("answer", { event: ev("answer"), timeout: "5s" }),
          step.sendEvent("ask", { name: ev("answer"), data: { self: 1 } }),
        ]);
        effect(got ? "got it" : "timed out");
        return got?.data ?? null;
      },
    go(),
    { watchMs: 8_000 },
  ),
  waits(
    "wait-two-runs",
    { if: "async.data.id == 'both'" },
    async ({ send, tell, pass }) => {
      await send([1, 2].map((n) => ({ name: "t/wait-two-runs.go", data: { n } })));
      await pass(1_200);
      for (const k of [1, 2]) {
        await tell("answer", { id: "both", k });
        await pass(500);
      }
    },
    { unordered: true },
  ),
  one(
    "wait-same-event-as-trigger",
    { concurrency: 5 },
    ({ ev, effect }) =>
      async ({ step, event }) => {
        const got = await step.waitForEvent("next", { event: ev("go"), timeout: "3s" });
        await step.run("after", () =>
          effect(`run ${event.data.n} ${got ? `got ${got.data.n}` : "timed out"}`),
        );
      },
    async ({ tell, pass }) => {
      await tell("go", { n: 1 });
      await pass(1_000);
      await tell("go", { n: 2 });
    },
    { watchMs: 8_000 },
  ),
  {
    name: "signal",
    functions: ({ fn, ev, effect }) => [
      fn("wait", { triggers: [{ event: ev("go") }] }, async ({ step }) => {
        const got = await step.waitForSignal("sig", {
          signal: "t-signal-1",
          timeout: "6s",
          onConflict: "fail",
        });
        effect(got ? "signalled" : "timed out");
        return got;
      }),
      fn("send", { triggers: [{ event: ev("fire") }] }, ({ step }) =>
        step.sendSignal("fire", { signal: "t-signal-1", data: { x: 1 } }),
      ),
    ],
    async drive({ tell, pass }) {
      await tell("go");
      await pass(1_000);
      await tell("fire");
    },
    watchMs: 5_000,
  },
  waits("event-id-wakes-wait", { if: "async.data.id == 'w'" }, async ({ tell, pass }) => {
    const again = { id: "event-id-wakes-wait-a" };
    await tell("answer", { id: "w" }, again);
    await tell("go");
    await pass(1_200);
    await tell("answer", { id: "w" }, again);
  }),
];
