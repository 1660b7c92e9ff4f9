import { afterEach, describe, expect, test } from "vitest";
import { DAY, HOUR, openBed, START, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

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
  test("cancelOn may be valid until a moment that is named", async () => {
    bed = openBed((make, effects) => [
      make(
        "f",
        { triggers: [{ event: "t/go" }], cancelOn: [{ event: "t/stop", timeout: new Date(START + HOUR) }] },
        async ({ event, step }) => {
          await step.sleep("nap", "1d");
          effects.push(event.data.n);
        },
      ),
    ]);
    await bed.sync();
    await bed.send("t/go", { n: 1 });
    await bed.pass(HOUR - 1);
    await bed.send("t/stop");
    await bed.send("t/go", { n: 2 });
    await bed.pass(2);
    await bed.send("t/stop");
    await bed.pass(2 * DAY);
    expect(bed.effects).toEqual([2]);
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
});

describe("cancelling what has not begun", () => {
  const cancellable = (config: object): Bed =>
    openBed((make, effects) => [
      make(
        "f",
        { triggers: [{ event: "t/go" }], cancelOn: [{ event: "t/stop" }], ...config },
        ({ event }) => {
          effects.push(event.data.n);
        },
      ),
    ]);
  test("a run whose event lies in the future", async () => {
    bed = cancellable({});
    await bed.sync();
    const event = await bed.send("t/go", { n: 1 }, { ts: bed.engine.now() + HOUR });
    await bed.send("t/stop");
    await bed.pass(DAY);
    expect(bed.effects).toEqual([]);
    expect(await bed.runs(event)).toMatchObject([{ status: "Cancelled" }]);
  });
  test("a run that waits for its turn", async () => {
    bed = cancellable({ throttle: { limit: 1, period: "1h" } });
    await bed.sync();
    await bed.send("t/go", { n: 1 });
    await bed.send("t/go", { n: 2 });
    await bed.pass(1);
    await bed.send("t/stop");
    await bed.pass(DAY);
    expect(bed.effects).toEqual([1]);
  });
  test("an event that a debounce still holds is no run yet: nothing is cancelled", async () => {
    bed = cancellable({ debounce: { period: "1m" } });
    await bed.sync();
    await bed.send("t/go", { n: 1 });
    await bed.send("t/stop");
    await bed.pass(DAY);
    expect(bed.effects).toEqual([1]);
  });
  test("a run between two attempts makes no further one", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }], cancelOn: [{ event: "t/stop" }] }, ({ step }) =>
        step.run("try", () => {
          effects.push("try");
          throw new Error("no");
        }),
      ),
    ]);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(1);
    await bed.send("t/stop");
    await bed.pass(DAY);
    expect(bed.effects).toEqual(["try"]);
  });
});
