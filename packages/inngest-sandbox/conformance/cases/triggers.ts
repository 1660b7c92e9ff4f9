import { go, one, type Case } from "../case";

/** What starts a function, and functions that call functions. */
export const triggers: Case[] = [
  {
    name: "trigger-if",
    functions: ({ fn, ev, effect }) => [
      fn("", { triggers: [{ event: ev("go"), if: "event.data.n > 3" }] }, ({ event }) =>
        effect(`ran ${event.data.n}`),
      ),
    ],
    async drive({ tell, pass }) {
      for (const data of [{ n: 1 }, { n: 5 }, { n: "x" }, {}]) {
        await tell("go", data);
        await pass(200);
      }
    },
    watchMs: 2_500,
  },
  {
    name: "two-triggers",
    functions: ({ fn, ev, effect }) => [
      fn("", { triggers: [{ event: ev("go") }, { event: ev("go"), if: "event.data.n == 1" }] }, ({ event }) =>
        effect(`ran ${event.data.n}`),
      ),
    ],
    drive: go({ n: 1 }),
    watchMs: 2_500,
  },
  {
    name: "wildcard",
    unordered: true,
    functions: ({ fn, effect }) => [
      fn("dot", { triggers: [{ event: "t/wildcard.*" }] }, ({ event }) => effect(`dot ${event.name}`)),
      fn("slash", { triggers: [{ event: "t-wildcard/*" }] }, ({ event }) => effect(`slash ${event.name}`)),
    ],
    async drive({ send }) {
      const names = ["t/wildcard.a", "t/wildcard.a.b", "t-wildcard/x", "t-wildcard/x/y", "t/wildcard"];
      await send(names.map((name) => ({ name, data: {} })));
    },
    watchMs: 2_500,
  },
  {
    name: "fan-out",
    unordered: true,
    functions: ({ fn, ev, effect }) => [
      fn("", { triggers: [{ event: ev("go") }] }, ({ step }) =>
        step.sendEvent("tell", [
          { name: ev("child"), data: { n: 1 } },
          { name: ev("child"), data: { n: 2 }, id: "fan-out-2" },
        ]),
      ),
      fn("child", { triggers: [{ event: ev("child") }] }, ({ event }) => effect(`child ${event.data.n}`)),
    ],
    drive: go(),
    watchMs: 3_000,
  },
  {
    name: "invoke",
    functions: ({ fn, ev, effect }) => {
      const callee = fn("callee", { triggers: [{ event: ev("callee") }] }, async ({ event, step }) => {
        const x = await step.run("work", () => (effect("work"), event.data.x * 2));
        return { x, name: event.name };
      });
      return [
        callee,
        fn("", { triggers: [{ event: ev("go") }] }, ({ step }) =>
          step.invoke("call", { function: callee, data: { x: 21 } }),
        ),
      ];
    },
    drive: go(),
    watchMs: 4_000,
  },
  {
    name: "invoke-fails",
    functions: ({ fn, ev, effect }) => {
      const callee = fn("callee", { retries: 0, triggers: [{ event: ev("callee") }] }, () => {
        effect("callee");
        throw new Error("callee broke");
      });
      return [
        callee,
        fn("", { retries: 2, triggers: [{ event: ev("go") }] }, async ({ step }) => {
          try {
            await step.invoke("call", { function: callee, data: {} });
            return undefined;
          } catch (error) {
            if (!(error instanceof Error)) throw error;
            const { name, message } = error;
            effect(`caught ${name}: ${message}`);
            return { name, message };
          }
        }),
      ];
    },
    drive: go(),
    watchMs: 5_000,
  },
  {
    name: "invoke-timeout",
    functions: ({ fn, ev, effect }) => {
      const callee = fn("callee", { triggers: [{ event: ev("callee") }] }, async ({ step }) => {
        await step.sleep("nap", "4s");
        effect("callee done");
        return 1;
      });
      return [
        callee,
        fn("", { retries: 0, triggers: [{ event: ev("go") }] }, async ({ step }) => {
          try {
            return await step.invoke("call", { function: callee, data: {}, timeout: "1s" });
          } catch (error) {
            if (!(error instanceof Error)) throw error;
            const { name, message } = error;
            effect(`caught ${name}`);
            return { name, message };
          }
        }),
      ];
    },
    drive: go(),
    watchMs: 8_000,
  },
  one(
    "fetch",
    {},
    () =>
      async ({ step, event }) => {
        const response = await step.fetch(event.data.url, {
          method: "POST",
          body: JSON.stringify({ a: 1 }),
          headers: { "content-type": "application/json" },
        });
        return { status: response.status, body: await response.json() };
      },
    // The address as the recording has it.
    async ({ tell, echoUrl }) => void (await tell("go", { url: echoUrl })),
    { watchMs: 5_000 },
  ),
];
