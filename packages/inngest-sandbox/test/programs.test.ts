import fc from "fast-check";
import { NonRetriableError, type InngestFunction } from "inngest";
import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, openBed } from "./testing";

/** What a random function does, one thing after the other. Names are given out later, so that each is there once. */
type Program =
  | { does: "run"; failsFirst: number }
  | { does: "refuse" }
  | { does: "sleep"; minutes: number }
  | { does: "wait"; answered: boolean; minutes: number }
  | { does: "send" }
  | { does: "all"; branches: Program[][] }
  | { does: "settle"; branches: Program[][]; then: "refuse" | "run" }
  | { does: "invoke"; body: Program[]; fails: boolean }
  | { does: "race"; entrants: { how: "sleep" | "wait" | "chain"; minutes: number }[] };

/** Who takes part in a race: a sleep, a wait that nobody answers, or two steps with a sleep between them. */
const entrant = fc.record({
  how: fc.constantFrom("sleep" as const, "wait" as const, "chain" as const),
  minutes: fc.integer({ min: 1, max: 60 }),
});

const { program } = fc.letrec<{ program: Program[]; node: Program }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ does: fc.constant("run" as const), failsFirst: fc.nat(2) }),
    fc.record({ does: fc.constant("refuse" as const) }),
    fc.record({ does: fc.constant("sleep" as const), minutes: fc.integer({ min: 0, max: 90 }) }),
    fc.record({
      does: fc.constant("wait" as const),
      answered: fc.boolean(),
      minutes: fc.integer({ min: 1, max: 90 }),
    }),
    fc.record({ does: fc.constant("send" as const) }),
    fc.record({
      does: fc.constant("race" as const),
      entrants: fc.uniqueArray(entrant, { minLength: 2, maxLength: 3, selector: (one) => one.minutes }),
    }),
    fc.record({
      does: fc.constant("all" as const),
      branches: fc.array(tie("program"), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({
      does: fc.constant("settle" as const),
      branches: fc.array(tie("program"), { minLength: 1, maxLength: 2 }),
      then: fc.constantFrom("refuse" as const, "run" as const),
    }),
    fc.record({
      does: fc.constant("invoke" as const),
      body: tie("program"),
      fails: fc.boolean(),
    }),
  ),
  program: fc.array(tie("node"), { minLength: 1, maxLength: 4 }),
}));

/** What goes wrong at the nth request to the app: the engine is killed, or the answer is lost, before or after the work. */
interface Trouble {
  at: number;
  how: "kill before" | "kill after" | "cut before" | "cut after";
}
const trouble: fc.Arbitrary<Trouble> = fc.record({
  at: fc.integer({ min: 2, max: 25 }),
  how: fc.constantFrom("kill before", "kill after", "cut before", "cut after"),
});

const ANSWER = "t/answer";
interface Tools {
  step: {
    run(id: string, work: () => unknown): Promise<unknown>;
    sleep(id: string, ms: number): Promise<void>;
    waitForEvent(id: string, options: { event: string; timeout: number; if: string }): Promise<unknown>;
    sendEvent(id: string, event: { name: string; data: object }): Promise<{ ids: string[] }>;
  };
  /** Has the other function perform a part. */
  invoke(id: string, part: Part): Promise<unknown>;
  race<T>(work: () => Promise<T>): Promise<T>;
  tried: Map<string, number>;
}

/** What the invoked function is to do. */
interface Part {
  nodes: Program[];
  path: string;
  fails: boolean;
}
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : "?");

async function perform(nodes: Program[], path: string, tools: Tools): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const [index, node] of nodes.entries())
    results.push(await performOne(node, `${path}.${index}`, tools));
  return results;
}

async function performOne(node: Program, id: string, tools: Tools): Promise<unknown> {
  const { step } = tools;
  switch (node.does) {
    case "run":
      return step.run(id, () => {
        const tries = (tools.tried.get(id) ?? 0) + 1;
        tools.tried.set(id, tries);
        if (tries <= node.failsFirst) throw new Error("not yet");
        return `ran ${id}`;
      });
    case "refuse":
      return step
        .run(id, () => {
          throw new NonRetriableError(`no ${id}`);
        })
        .catch(wordsOf);
    case "sleep":
      return step.sleep(id, node.minutes * MINUTE).then(() => `slept ${id}`);
    case "wait": {
      const timeout = node.answered ? 30 * DAY : node.minutes * MINUTE;
      const wanted = node.answered ? `async.data.id == "${id}"` : "false";
      const got = await step.waitForEvent(id, { event: ANSWER, timeout, if: wanted });
      return got === null ? `nobody at ${id}` : `answered ${id}`;
    }
    case "send":
      return step.sendEvent(id, { name: "t/nobody", data: {} }).then(({ ids }) => ids.length);
    case "race":
      return tools.race(() =>
        Promise.race(
          node.entrants.map(({ how, minutes }, i) =>
            compete(how, `${id}.${i}`, minutes * MINUTE, tools).then(() => `${id} first ${minutes}`),
          ),
        ),
      );
    case "settle": {
      const last = performOne(
        node.then === "run" ? { does: "run", failsFirst: 1 } : { does: "refuse" },
        id,
        tools,
      );
      const branches = node.branches.map((branch, i) => perform(branch, `${id}.${i}`, tools));
      const settled = await Promise.allSettled([...branches, last]);
      return settled.map((one) => (one.status === "fulfilled" ? one.value : wordsOf(one.reason)));
    }
    case "invoke":
      return tools.invoke(id, { nodes: node.body, path: `${id}.i`, fails: node.fails }).catch(wordsOf);
    case "all":
      return Promise.all(node.branches.map((branch, i) => perform(branch, `${id}.${i}`, tools)));
  }
}

async function compete(how: string, id: string, ms: number, { step }: Tools): Promise<void> {
  if (how === "sleep") return step.sleep(id, ms);
  if (how === "wait") return void (await step.waitForEvent(id, { event: ANSWER, timeout: ms, if: "false" }));
  await step.run(`${id} before`, () => 1);
  await step.sleep(`${id} between`, ms);
}

/** As much of the tools that a function is handed as the programs use. */
interface Invoker {
  invoke(id: string, options: { function: InngestFunction.Any; data: Part }): Promise<unknown>;
}
interface Grouper {
  parallel<T>(options: { mode: "race" }, work: () => Promise<T>): Promise<T>;
}
/** Plays a program to its end; answers come as soon as somebody waits for them. */
async function play(
  nodes: Program[],
  troubles: Trouble[],
  concurrency?: number,
): Promise<{ status?: string; output?: unknown }> {
  let requests = 0;
  let killed = false;
  const tried = new Map<string, number>();
  const bed = openBed(
    (make) => {
      const part = make("part", { retries: 20, triggers: [] }, async ({ event, step, group }) => {
        const { nodes: own, path, fails } = event.data as Part; // what the program invoked it with
        const results = await perform(own, path, toolsOf(step, group));
        if (fails) throw new NonRetriableError(`${path} broke after ${JSON.stringify(results)}`);
        return results;
      });
      const toolsOf = (step: Tools["step"] & Invoker, group: Grouper): Tools => ({
        step,
        tried,
        race: (work) => group.parallel({ mode: "race" }, work),
        invoke: (id, data) => step.invoke(id, { function: part, data }),
      });
      return [
        part,
        make("program", { retries: 20, concurrency, triggers: [{ event: "t/go" }] }, ({ step, group }) =>
          perform(nodes, "p", toolsOf(step, group)),
        ),
      ];
    },
    {
      retryIntervalMs: 1_000,
      async between(request, app) {
        requests++;
        const met = troubles.find((one) => one.at === requests);
        if (!met || request.method !== "POST") return app(request);
        if (met.how.endsWith("after")) await app(request);
        if (met.how.startsWith("kill")) {
          killed = true;
          bed.kill();
        }
        throw new TypeError("cut");
      },
    },
  );
  try {
    await bed.sync();
    const id = await bed.send("t/go");
    const answered = new Set<string>();
    for (let i = 0; i < 400; i++) {
      await bed.pass(HOUR);
      if (killed) {
        killed = false;
        bed.reopen();
        continue;
      }
      const [run] = await bed.runs(id);
      if (run && run.status !== "Running") return run;
      const waits = bed.ctx.store.all<{ expression: string }>(
        "select expression from pauses where kind = 'wait' and expression <> 'false'",
      );
      for (const { expression } of waits) {
        const waited = /"(.*)"/.exec(expression)?.[1] ?? "";
        if (answered.has(waited)) continue;
        answered.add(waited);
        await bed.send(ANSWER, { id: waited });
      }
    }
    return {};
  } finally {
    await bed.close();
  }
}

describe("random functions of steps, waits, sleeps, groups and failures", () => {
  test("give the same whether or not engines are killed and answers lost on the way", async () => {
    await fc.assert(
      fc.asyncProperty(
        program,
        fc.uniqueArray(trouble, { minLength: 1, maxLength: 6, selector: (one) => one.at }),
        fc.constantFrom(undefined, 1),
        async (nodes, troubles, concurrency) => {
          const calm = await play(nodes, []);
          expect(calm.status).toBe("Completed");
          const troubled = await play(nodes, troubles, concurrency);
          expect(troubled).toMatchObject({ status: "Completed", output: calm.output });
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);
});
