import { NonRetriableError, RetryAfterError } from "inngest";
import { go, one, type Case } from "../case";

/** Steps one after the other, what they return, how they fail. */
export const steps: Case[] = [
  one(
    "serial",
    {},
    ({ effect }) =>
      async ({ event, step }) => {
        const a = await step.run("a", () => (effect("a"), { n: event.data.n }));
        const b = await step.run("b", () => (effect("b"), a.n + 1));
        const c = await step.run("c", () => (effect("c"), [a, b]));
        return { a, b, c };
      },
    go({ n: 1 }),
  ),
  one(
    "no-steps",
    {},
    ({ effect }) =>
      () => (effect("body"), "done"),
    go(),
  ),
  one(
    "shapes",
    {},
    () =>
      async ({ step }) => [
        await step.run("undefined", () => undefined),
        await step.run("null", () => null),
        await step.run("date", () => new Date(0)),
        await step.run("nested", () => ({ a: undefined, b: null, c: [undefined, 1] })),
        await step.run("empty", () => ""),
        await step.run("zero", () => 0),
        await step.run("false", () => false),
      ],
    go(),
  ),
  one(
    "same-id",
    {},
    ({ effect }) =>
      async ({ step }) => {
        const seen: number[] = [];
        for (let i = 0; i < 3; i++) seen.push(await step.run("same", () => (effect(`same ${i}`), i)));
        return seen;
      },
    go(),
  ),
  one(
    "attempt-resets",
    { retries: 1 },
    ({ effect, nth }) =>
      async ({ step, attempt }) => {
        for (const [index, name] of ["one", "two"].entries()) {
          await step.run(name, () => {
            effect(`${name} attempt ${attempt}`);
            if (nth(name) === 1) throw new Error("first try");
            return index + 1;
          });
        }
        return "ok";
      },
    go(),
    { watchMs: 9_000 },
  ),
  one(
    "step-fails-caught",
    { retries: 1 },
    ({ effect }) =>
      async ({ step, attempt }) => {
        try {
          await step.run("charge", () => {
            effect(`charge attempt ${attempt}`);
            throw new TypeError("card refused");
          });
          return undefined;
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          const { name, message } = error;
          await step.run("compensate", () => (effect(`compensate attempt ${attempt}`), { name, message }));
          return { caught: message };
        }
      },
    go(),
    { watchMs: 7_000 },
  ),
  {
    name: "step-fails-uncaught",
    functions: ({ fn, ev, effect }) => [
      fn(
        "",
        {
          retries: 1,
          triggers: [{ event: ev("go") }],
          onFailure: async ({ event, error, step }) => {
            await step.run("tell", () => (effect(`onFailure ${error.message}`), event.data.event.data));
          },
        },
        async ({ step, attempt }) => {
          await step.run("ok", () => (effect("ok"), 1));
          await step.run("charge", () => {
            effect(`charge attempt ${attempt}`);
            throw new Error("no");
          });
          await step.run("never", () => effect("never"));
        },
      ),
    ],
    drive: go({ order: 7 }),
    watchMs: 9_000,
  },
  one(
    "non-retriable-step",
    { retries: 3 },
    ({ effect }) =>
      async ({ step, attempt }) => {
        try {
          await step.run("refused", () => {
            effect(`refused attempt ${attempt}`);
            throw new NonRetriableError("402 no money");
          });
          return undefined;
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          return { caught: error.message, name: error.name };
        }
      },
    go(),
  ),
  one(
    "non-retriable-uncaught",
    { retries: 3 },
    ({ effect }) =>
      async ({ step, attempt }) => {
        await step.run("refused", () => {
          effect(`refused attempt ${attempt}`);
          throw new NonRetriableError("402 no money");
        });
      },
    go(),
  ),
  one(
    "body-throws",
    { retries: 2 },
    ({ effect, nth }) =>
      async ({ step, attempt }) => {
        effect(`body attempt ${attempt}`);
        if (nth("body") === 1) throw new Error("first call");
        return step.run("a", () => (effect("a"), 1));
      },
    go(),
    { watchMs: 5_000 },
  ),
  one(
    "body-non-retriable",
    { retries: 2 },
    ({ effect }) =>
      ({ attempt }) => {
        effect(`body attempt ${attempt}`);
        throw new NonRetriableError("stop");
      },
    go(),
  ),
  one(
    "retry-after",
    { retries: 2 },
    ({ effect, nth }) =>
      async ({ step }) => {
        await step.run("limited", () => {
          effect("limited");
          if (nth("limited") === 1) throw new RetryAfterError("429", 3_000);
          return "ok";
        });
      },
    go(),
    { watchMs: 8_000 },
  ),
  one(
    "zero-retries",
    { retries: 0 },
    ({ effect }) =>
      async ({ step, attempt, maxAttempts }) => {
        await step.run("once", () => {
          effect(`once attempt ${attempt} of ${maxAttempts}`);
          throw new Error("no");
        });
      },
    go(),
  ),
];
