import { afterEach, describe, expect, test } from "vitest";
import { DAY, HOUR, openBed, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

describe("races", () => {
  const racing = (winner: "event" | "sleep") => async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step, group }) => {
        const first = await group.parallel({ mode: "race" }, () =>
          Promise.race([
            step.waitForEvent("answer", { event: "t/answer", timeout: "3h" }).then(() => "event"),
            step.sleep("nap", "1h").then(() => "sleep"),
            step
              .waitForSignal("sig", { signal: "s", timeout: "2h", onConflict: "fail" })
              .then(() => "signal"),
          ]),
        );
        effects.push(first);
      }),
    ]);
    await bed.sync();
    const id = await bed.send("t/go");
    await bed.pass(1);
    if (winner === "event") await bed.send("t/answer");
    await bed.pass(HOUR);
    expect(new Set(bed.effects)).toEqual(new Set([winner]));
    // Who lost goes on: the run is over with the last of them.
    expect(await bed.runs(id)).toMatchObject([{ status: "Running" }]);
    await bed.pass(3 * HOUR);
    expect(new Set(bed.effects)).toEqual(new Set([winner]));
    expect(await bed.runs(id)).toMatchObject([{ status: "Completed" }]);
  };
  test("a wait that is answered before the sleep is over", racing("event"));
  test("a sleep that is over before anybody answers", racing("sleep"));

  test("groups within groups end with what each of them gave", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        const pair = (name: string) =>
          Promise.all([
            step.run(`${name}1`, () => `${name}1`),
            step.sleep(`${name}-nap`, "5m").then(() => step.run(`${name}2`, () => `${name}2`)),
          ]);
        const all = await Promise.all([pair("a"), pair("b"), step.run("c", () => "c")]);
        effects.push(all.flat().join());
      }),
    ]);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["a1,a2,b1,b2,c"]);
  });
});

const plans = () =>
  Promise.all(
    bed.requests
      .filter((request) => request.method === "POST")
      .map(async (request) => (await request.json()).ctx.disable_immediate_execution as boolean),
  );

describe("groups", () => {
  const result = async (body: Parameters<Parameters<Parameters<typeof openBed>[0]>[0]>[2]) => {
    bed = openBed((make) => [make("f", { retries: 1, triggers: [{ event: "t/go" }] }, body)], {
      retryIntervalMs: 1_000,
    });
    await bed.sync();
    const id = await bed.send("t/go");
    await bed.pass(DAY);
    const [run] = await bed.runs(id);
    return run?.status === "Completed" ? run.output : run?.status;
  };
  const failing = (name: string) => () => {
    throw new Error(name);
  };

  test("a step that fails may be made good in its own branch, while the others go on", async () => {
    const made = await result(({ step }) =>
      Promise.all([
        step.run("a", failing("a")).catch(() => step.run("instead", () => "instead")),
        step.sleep("nap", "1h").then(() => step.run("b", () => "b")),
      ]),
    );
    expect(made).toEqual(["instead", "b"]);
  });
  test("all that fail are told, each with its own error", async () => {
    const settled = await result(async ({ step }) => {
      const all = await Promise.allSettled([
        step.run("a", failing("no a")),
        step.run("b", () => "b"),
        step.run("c", failing("no c")),
      ]);
      return all.map((one: { reason?: Error; value?: unknown }) => one.reason?.message ?? one.value);
    });
    expect(settled).toEqual(["no a", "b", "no c"]);
  });
  test("a step that nobody catches fails the run when the last of its group is done", async () => {
    const status = await result(({ step }) =>
      Promise.all([step.run("a", failing("a")), step.sleep("nap", "1h")]),
    );
    expect(status).toBe("Failed");
    expect(await plans()).toHaveLength(4);
  });
  test("the same name within groups is numbered through", async () => {
    const numbers = await result(async ({ step }) => {
      const all: unknown[] = [];
      for (const ten of [0, 10]) {
        const pair = [1, 2].map((n) => step.run("same", () => ten + n));
        all.push(...(await Promise.all(pair)));
      }
      return all;
    });
    expect(numbers).toEqual([1, 2, 11, 12]);
  });
  test("more steps than there are workers are all done", async () => {
    const count = await result(async ({ step }) => {
      const all = await Promise.all(Array.from({ length: 120 }, (_, n) => step.run(`s${n}`, () => n)));
      return new Set(all).size;
    });
    expect(count).toBe(120);
  });
  test("what loses a race by failing is not heard of; what wins by failing is", async () => {
    const heard = await result(async ({ step, group }) => {
      const race = (name: string, first: Promise<unknown>, second: Promise<unknown>) =>
        group
          .parallel({ mode: "race" }, () => Promise.race([first, second]))
          .catch((error: unknown) => (error instanceof Error ? `${name}: ${error.message}` : ""));
      const early = () => step.sleep("nap", "1m").then(() => "nap");
      const one = await race(
        "one",
        step.run("bad", failing("bad")),
        step.sleep("late", "1h").then(() => "late"),
      );
      const two = await race(
        "two",
        early(),
        step.sleep("later", "2h").then(() => step.run("worse", failing("worse"))),
      );
      return [one, two];
    });
    expect(heard).toEqual(["one: bad", "nap"]);
  });
});

describe("planning", () => {
  test("goes on after a sleep that came last, until a step ends it", async () => {
    bed = openBed((make) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        await Promise.all([step.run("work", () => 1), step.sleep("nap", "1m")]);
        await step.sleep("another", "1m");
        await step.run("planned", () => 2);
        await step.run("at once", () => 3);
      }),
    ]);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    // The start, the planned work, after the nap, after the other, the planned step, the one at once, the end.
    expect(await plans()).toEqual([false, true, true, true, true, false, false]);
  });
  test("ends with a wait that came last", async () => {
    bed = openBed((make) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        const wait = step.waitForEvent("answer", { event: "t/answer", timeout: "1h" });
        await Promise.all([step.run("work", () => 1), wait]);
      }),
    ]);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(1);
    await bed.send("t/answer");
    await bed.pass(1);
    expect(await plans()).toEqual([false, true, false]);
  });
  test("a planned step that is called late is told what has come about meanwhile", async () => {
    bed = openBed((make) => [
      make("f", { concurrency: 1, triggers: [{ event: "t/go" }] }, async ({ step }) => {
        await Promise.all([step.run("a", () => 1), step.run("b", () => 2)]);
      }),
    ]);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(1);
    const bodies = await Promise.all(
      bed.requests.filter((request) => request.method === "POST").map((request) => request.json()),
    );
    expect(bodies.map((body) => body.ctx.stack)).toMatchObject([
      { stack: [], current: 0 },
      { stack: [], current: 0 },
      { stack: [expect.any(String)], current: 0 },
      { stack: [expect.any(String), expect.any(String)], current: 2 },
    ]);
  });
});
