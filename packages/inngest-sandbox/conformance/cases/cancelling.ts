import { go, one, type Case } from "../case";
import { isBag } from "../recording";

const firstRunId = (body: unknown): string => {
  const runs: unknown[] = isBag(body) && Array.isArray(body.data) ? body.data : [];
  return isBag(runs[0]) ? String(runs[0].run_id) : "";
};

/** How runs are ended from outside. */
export const cancelling: Case[] = [
  {
    name: "cancel-on",
    functions: ({ fn, ev, effect }) => [
      fn(
        "",
        {
          triggers: [{ event: ev("go") }],
          cancelOn: [{ event: ev("stop"), if: "event.data.id == async.data.id" }],
          onFailure: () => effect("onFailure"),
        },
        async ({ step }) => {
          await step.run("before", () => effect("before"));
          await step.sleep("nap", "3s");
          await step.run("after", () => effect("after"));
        },
      ),
    ],
    async drive({ tell, pass }) {
      await tell("go", { id: 1 });
      await pass(1_000);
      await tell("stop", { id: 2 });
      await pass(300);
      await tell("stop", { id: 1 });
    },
    watchMs: 7_000,
  },
  {
    name: "cancel-during-step",
    functions: ({ fn, ev, effect, pause }) => [
      fn("", { triggers: [{ event: ev("go") }], cancelOn: [{ event: ev("stop") }] }, async ({ step }) => {
        await step.run("long", async () => {
          effect("long start");
          await pause(2_500);
          effect("long end");
        });
        await step.run("after", () => effect("after"));
      }),
    ],
    async drive({ tell, pass }) {
      await tell("go");
      await pass(1_200);
      await tell("stop");
    },
    watchMs: 6_000,
  },
  {
    name: "cancel-before-run",
    functions: ({ fn, ev, effect }) => [
      fn("", { triggers: [{ event: ev("go") }], cancelOn: [{ event: ev("stop") }] }, async ({ step }) => {
        await step.sleep("nap", "1s");
        await step.run("after", () => effect("after"));
      }),
    ],
    async drive({ tell, pass }) {
      await tell("stop");
      await pass(300);
      await tell("go");
    },
    watchMs: 5_000,
  },
  one(
    "finish-timeout",
    { timeouts: { finish: "2s" } },
    ({ ev, effect }) =>
      async ({ step }) => {
        await step.run("create", () => effect("create"));
        const got = await step.waitForEvent("answer", { event: ev("answer"), timeout: "5s" });
        await step.run("refund", () => effect(`refund ${got}`));
      },
    go(),
    { watchMs: 10_000 },
  ),
  one(
    "start-timeout",
    { timeouts: { start: "1s" }, concurrency: 1 },
    ({ effect, pause }) =>
      async ({ step, event }) => {
        await step.run("long", async () => {
          effect(`start ${event.data.n}`);
          await pause(3_000);
          effect(`end ${event.data.n}`);
        });
      },
    async ({ tell, pass }) => {
      await tell("go", { n: 1 });
      await pass(400);
      await tell("go", { n: 2 });
    },
    { watchMs: 9_000 },
  ),
  one(
    "cancel-by-api",
    {},
    ({ effect }) =>
      async ({ step }) => {
        await step.sleep("nap", "3s");
        await step.run("after", () => effect("after"));
      },
    async ({ tell, pass, ask }) => {
      const [id] = await tell("go");
      await pass(1_500);
      const run = `/v1/runs/${firstRunId((await ask("GET", `/v1/events/${id}/runs`)).body)}`;
      await ask("GET", run);
      await ask("DELETE", run);
      await pass(500);
      await ask("GET", run);
      await ask("DELETE", run);
    },
    { watchMs: 5_000 },
  ),
];
