import { referenceFunction } from "inngest";
import { afterEach, describe, expect, test } from "vitest";
import { DAY, HOUR, openBed, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

const waitsForSignal = (onConflict: "fail" | "replace"): Bed =>
  openBed((make, effects) => [
    make("f", { triggers: [{ event: "t/go" }] }, async ({ event, step }) => {
      const got = await step.waitForSignal("wait", { signal: "s", timeout: "1h", onConflict });
      effects.push(`${event.data.n} ${got ? JSON.stringify(got.data) : "timed out"}`);
    }),
  ]);
const signal = async (data: unknown) =>
  (await bed.ask("POST", "/v1/signals", JSON.stringify({ signal: "s", data }))).status;

describe("signals", () => {
  test("nobody who waits is a 404; who waits gets the data, once", async () => {
    bed = waitsForSignal("fail");
    await bed.sync();
    expect(await signal(1)).toBe(404);
    await bed.send("t/go", { n: 1 });
    await bed.pass(1);
    expect(await signal({ x: 1 })).toBe(200);
    expect(await signal({ x: 2 })).toBe(404);
    await bed.pass(1);
    expect(bed.effects).toEqual(['1 {"x":1}']);
  });
  test("a wait runs into its time-out", async () => {
    bed = waitsForSignal("fail");
    await bed.sync();
    await bed.send("t/go", { n: 1 });
    await bed.pass(HOUR + 1);
    expect(bed.effects).toEqual(["1 timed out"]);
  });
  test("a second wait for the same fails its run", async () => {
    bed = waitsForSignal("fail");
    await bed.sync();
    const [, second] = [await bed.send("t/go", { n: 1 }), await bed.send("t/go", { n: 2 })];
    await bed.pass(1);
    expect(await bed.runs(second)).toMatchObject([{ status: "Failed" }]);
    await signal(1);
    await bed.pass(1);
    expect(bed.effects).toEqual(["1 1"]);
  });
  test("a second wait that replaces the first gets the signal; the first runs into its time-out", async () => {
    bed = waitsForSignal("replace");
    await bed.sync();
    await bed.send("t/go", { n: 1 });
    await bed.pass(1);
    await bed.send("t/go", { n: 2 });
    await bed.pass(1);
    await signal(1);
    await bed.pass(2 * HOUR);
    expect(bed.effects).toEqual(["2 1", "1 timed out"]);
  });
});

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

describe("planning", () => {
  const plans = () =>
    Promise.all(
      bed.requests
        .filter((request) => request.method === "POST")
        .map(async (request) => (await request.json()).ctx.disable_immediate_execution as boolean),
    );
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

describe("invoking", () => {
  const calls = (config: object, body: (effects: string[]) => unknown, reference = "app-callee"): Bed =>
    openBed((make, effects) => [
      make("callee", { triggers: [{ event: "t/callee" }], ...config }, async ({ step }) => {
        await step.sleep("nap", "1m");
        return body(effects);
      }),
      make("caller", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        try {
          const value = await step.invoke("call", {
            function: referenceFunction({ functionId: reference.replace("app-", "") }),
            data: { x: 1 },
          });
          effects.push(JSON.stringify(value?.name ?? value));
          return value;
        } catch (error) {
          effects.push(error instanceof Error ? `${error.name}: ${error.message}` : "");
          return null;
        }
      }),
    ]);
  test("a function by reference hands over what it returned", async () => {
    bed = calls({}, () => 42);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["42"]);
  });
  test("a function that is not there throws in the caller", async () => {
    bed = calls({}, () => 42, "app-nobody");
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    expect(bed.effects[0]).toContain("could not find function with ID: app-nobody");
  });
  test("a callee that is cancelled makes the step succeed with the system event", async () => {
    bed = calls({ cancelOn: [{ event: "t/stop" }] }, () => 42);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(1);
    await bed.send("t/stop");
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(['"inngest/function.finished"']);
  });
});

describe("cancelling", () => {
  test("cancelOn is valid for as long as it says", async () => {
    bed = openBed((make, effects) => [
      make(
        "f",
        { triggers: [{ event: "t/go" }], cancelOn: [{ event: "t/stop", match: "data.id", timeout: "1h" }] },
        async ({ event, step }) => {
          await step.sleep("nap", "1d");
          effects.push(event.data.id);
        },
      ),
    ]);
    await bed.sync();
    await bed.send("t/go", { id: "a" });
    await bed.send("t/go", { id: "b" });
    await bed.pass(HOUR - 1);
    await bed.send("t/stop", { id: "a" });
    await bed.pass(2);
    await bed.send("t/stop", { id: "b" });
    await bed.pass(2 * DAY);
    expect(bed.effects).toEqual(["b"]);
  });
  test("a run is not cancelled by its own event, but by the next of that name", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }], cancelOn: [{ event: "t/go" }] }, async ({ event, step }) => {
        await step.sleep("nap", "1h");
        effects.push(event.data.n);
      }),
    ]);
    await bed.sync();
    await bed.send("t/go", { n: 1 });
    await bed.send("t/go", { n: 2 });
    await bed.pass(DAY);
    expect(bed.effects).toEqual([2]);
  });
  test("a wait that cannot be made ends the run before what stands beside it begins", async () => {
    bed = openBed((make, effects) => {
      const callee = make("callee", { triggers: [{ event: "t/c" }] }, () => void effects.push("callee"));
      return [
        callee,
        make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
          await Promise.all([
            step.invoke("call", { function: callee, data: {} }),
            step.waitForEvent("answer", { event: "t/answer", timeout: "1h", if: "nonsense(" }),
          ]);
        }),
      ];
    });
    await bed.sync();
    const id = await bed.send("t/go");
    await bed.pass(DAY);
    expect(bed.effects).toEqual([]);
    expect(await bed.runs(id)).toMatchObject([{ status: "Failed" }]);
  });
  test("onFailure has two attempts of its own", async () => {
    bed = openBed(
      (make, effects) => [
        make(
          "f",
          {
            retries: 0,
            triggers: [{ event: "t/go" }],
            onFailure: ({ error, attempt }) => {
              effects.push(`${error.message} ${attempt}`);
              throw new Error("again");
            },
          },
          () => {
            throw new Error("broken");
          },
        ),
      ],
      { retryIntervalMs: 1_000 },
    );
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["broken 0", "broken 1"]);
  });
});
