import { go, one, type Case } from "../case";

/** Sleeps, moments and crons. */
export const time: Case[] = [
  one(
    "sleep",
    {},
    ({ effect }) =>
      async ({ step, event }) => {
        const after = (what: string) => step.run(`after-${what}`, () => effect(`after ${what}`));
        await step.sleep("number", 1_500);
        await after("number");
        await step.sleep("string", "1s");
        await after("string");
        await step.sleepUntil("date", new Date(event.data.until));
        await after("date");
        await step.sleepUntil("past", "2020-01-01T00:00:00Z");
        await after("past");
      },
    async ({ tell, now }) => void (await tell("go", { until: new Date(now() + 6_000).toISOString() })),
    { watchMs: 11_000 },
  ),
  one(
    "sleep-compound",
    { retries: 0 },
    ({ effect }) =>
      async ({ step }) => {
        await step.sleep("compound", "1h30m");
        await step.run("after", () => effect("after"));
      },
    go(),
  ),
  one(
    "future-event",
    {},
    ({ effect }) =>
      () =>
        effect("started"),
    async ({ tell, now }) => void (await tell("go", {}, { ts: now() + 3_000 })),
    { watchMs: 6_000 },
  ),
  {
    name: "cron",
    functions: ({ fn, effect }) => [
      fn("", { triggers: [{ cron: "* * * * *" }] }, async ({ event, step }) => {
        await step.run("tick", () => effect("tick"));
        return event;
      }),
    ],
    drive: async () => {},
    watchMs: 63_000,
  },
  {
    name: "cron-and-event",
    functions: ({ fn, ev, effect }) => [
      fn("", { triggers: [{ cron: "TZ=Europe/Paris * * * * *" }, { event: ev("go") }] }, ({ event }) =>
        effect(event.name),
      ),
    ],
    drive: go(),
    watchMs: 63_000,
  },
];
