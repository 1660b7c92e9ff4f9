import { go, one, type Case, type Kit } from "../case";

const timed =
  ({ effect, pause }: Kit, name: string, ms: number) =>
  async () => {
    await pause(ms);
    effect(name);
    return name;
  };

/** Steps side by side. */
export const parallel: Case[] = [
  one(
    "parallel",
    {},
    ({ effect, pause }) =>
      async ({ step }) => {
        const work = (name: string, ms: number) =>
          step.run(name, async () => {
            effect(`${name} start`);
            await pause(ms);
            effect(`${name} end`);
            return name;
          });
        const both = await Promise.all([work("slow", 600), work("quick", 50)]);
        return step.run("after", () => (effect("after"), both.join()));
      },
    go(),
    { unordered: true },
  ),
  one(
    "parallel-one-fails",
    { retries: 1 },
    ({ effect }) =>
      async ({ step, attempt }) => {
        await Promise.all([
          step.run("good", () => (effect("good"), 1)),
          step.run("bad", () => {
            effect(`bad attempt ${attempt}`);
            throw new Error("bad");
          }),
        ]);
      },
    go(),
    { unordered: true, watchMs: 7_000 },
  ),
  one(
    "parallel-mixed",
    {},
    ({ ev, effect }) =>
      async ({ step }) => {
        const [work, nap, answer] = await Promise.all([
          step.run("work", () => (effect("work"), 1)),
          step.sleep("nap", "2s"),
          step.waitForEvent("answer", { event: ev("answer"), timeout: "20s" }),
        ]);
        return [work, nap === undefined ? "void" : nap, answer?.data ?? null];
      },
    async ({ tell, pass }) => {
      await tell("go");
      await pass(1_000);
      await tell("answer", { yes: true });
    },
    { watchMs: 6_000 },
  ),
  one(
    "branches",
    {},
    ({ effect, pause }) =>
      async ({ step }) => {
        const link = (name: string, ms: number, value: string) =>
          step.run(name, async () => {
            await pause(ms);
            effect(name);
            return value;
          });
        const chain = async (letter: string, ms: number) => {
          const first = await link(`${letter}1`, ms, `${letter}1`);
          return link(`${letter}2`, ms, `${first}${letter}2`);
        };
        return Promise.all([chain("a", 400), chain("b", 50)]);
      },
    go(),
  ),
  one(
    "promise-race",
    {},
    (kit) =>
      async ({ step }) => {
        const first = await Promise.race([
          step.run("slow", timed(kit, "slow", 800)),
          step.run("quick", timed(kit, "quick", 50)),
        ]);
        return step.run("after", () => (kit.effect(`after ${first}`), first));
      },
    go(),
  ),
  one(
    "group-race",
    {},
    (kit) =>
      async ({ step, group }) => {
        const first = await group.parallel({ mode: "race" }, () =>
          Promise.race([
            step.run("slow", timed(kit, "slow", 1_500)),
            step.run("quick", timed(kit, "quick", 50)),
          ]),
        );
        return step.run("after", () => (kit.effect(`after ${first}`), first));
      },
    go(),
    { watchMs: 6_000 },
  ),
];
