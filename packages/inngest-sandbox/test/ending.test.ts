import { afterEach, describe, expect, test } from "vitest";
import { DAY, door, HOUR, MINUTE, openBed, START, until, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

interface Listed {
  internal_id: string;
  id: string;
  data: Record<string, unknown>;
}
const systemEvents = async (what: string): Promise<Listed[]> => {
  const reply = await bed.ask("GET", `/v1/events?name=inngest/function.${what}`);
  return ((await reply.json()) as { data: Listed[] }).data; // the engine's own answer
};
const only = <T>(list: T[]): T => {
  const [first, second] = list;
  if (first === undefined || second !== undefined) throw new Error(`expected one, got ${list.length}`);
  return first;
};

describe("what is told of a run that ended", () => {
  const ending = (body: () => unknown): Bed =>
    openBed((make) => [
      make(
        "f",
        { retries: 0, triggers: [{ event: "t/go" }], cancelOn: [{ event: "t/stop" }] },
        async ({ step }) => {
          await step.sleep("nap", "1m");
          return body();
        },
      ),
    ]);
  const run = async (what?: "cancelled") => {
    await bed.sync();
    const event = await bed.send("t/go", { n: 1 });
    await bed.pass(1);
    if (what) await bed.send("t/stop");
    await bed.pass(HOUR);
    const [ended] = await bed.runs(event);
    return { event, id: ended?.run_id ?? "" };
  };

  test("completed: finished, with the result and the event that started it", async () => {
    bed = ending(() => ({ ok: true }));
    const { event, id } = await run();
    const finished = only(await systemEvents("finished"));
    expect(finished.id).toBe(finished.internal_id);
    expect(finished.data).toEqual({
      function_id: "app-f",
      run_id: id,
      event: expect.objectContaining({ id: event, name: "t/go", data: { n: 1 } }),
      events: [expect.objectContaining({ id: event })],
      result: { ok: true },
      _inngest: { status: "Completed" },
    });
    expect([...(await systemEvents("failed")), ...(await systemEvents("cancelled"))]).toEqual([]);
  });
  test("failed: finished and failed say the same; the second has the run's id as its own", async () => {
    bed = ending(() => {
      throw new RangeError("broken");
    });
    const { id } = await run();
    const [finished, failed] = [only(await systemEvents("finished")), only(await systemEvents("failed"))];
    expect(failed.id).toBe(id);
    expect(failed.data).toEqual(finished.data);
    const stack = expect.stringContaining("RangeError: broken");
    expect(failed.data).toMatchObject({
      error: { error: "NonRetriableError", name: "RangeError", message: "broken", stack },
      result: { __serialized: true, name: "RangeError", message: "broken", stack },
      _inngest: { status: "Failed" },
    });
  });
  test("cancelled: finished and cancelled, with neither error nor result", async () => {
    bed = ending(() => 1);
    const { id } = await run("cancelled");
    const [finished, cancelled] = [
      only(await systemEvents("finished")),
      only(await systemEvents("cancelled")),
    ];
    expect(cancelled.id).toBe(id);
    expect(cancelled.data).toEqual(finished.data);
    expect(Object.keys(cancelled.data).sort()).toEqual([
      "_inngest",
      "event",
      "events",
      "function_id",
      "run_id",
    ]);
    expect(cancelled.data._inngest).toEqual({ status: "Cancelled" });
  });
  test("nothing, when it was itself told of an end; but what cleans up after a cancelled run is told of", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }], cancelOn: [{ event: "t/stop" }] }, ({ step }) =>
        step.sleep("nap", "1h"),
      ),
      make("on-finished", { triggers: [{ event: "inngest/function.finished" }] }, ({ event }) => {
        effects.push(`finished ${event.data.function_id}`);
      }),
      make("clean-up", { triggers: [{ event: "inngest/function.cancelled" }] }, ({ event }) => {
        effects.push(`clean up ${event.data.event.data.n}`);
      }),
    ]);
    await run("cancelled");
    expect(bed.effects.sort()).toEqual(["clean up 1", "finished app-clean-up", "finished app-f"]);
  });
  test("for a batch once, with all its events", async () => {
    bed = openBed((make) => [
      make("f", { batchEvents: { maxSize: 2, timeout: "10s" }, triggers: [{ event: "t/go" }] }, () => 1),
    ]);
    await bed.sync();
    await bed.send("t/go", { n: 1 });
    await bed.send("t/go", { n: 2 });
    await bed.pass(1);
    expect(only(await systemEvents("finished")).data).toMatchObject({
      event: { data: { n: 1 } },
      events: [{ data: { n: 1 } }, { data: { n: 2 } }],
    });
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

describe("timeouts", () => {
  test("start counts from the event, finish from the first call", async () => {
    bed = openBed((make, effects) => [
      make(
        "f",
        {
          throttle: { limit: 1, period: "1h" },
          timeouts: { start: "90m", finish: "30m" },
          triggers: [{ event: "t/go" }],
        },
        async ({ event, step }) => {
          effects.push(`start ${event.data.n}`);
          await step.sleep("nap", event.data.nap);
          await step.run("end", () => void effects.push(`end ${event.data.n}`));
        },
      ),
    ]);
    await bed.sync();
    for (const [n, nap] of ["29m", "29m", "29m"].entries()) await bed.send("t/go", { n, nap });
    await bed.pass(DAY);
    expect(bed.effects.filter((effect) => effect.startsWith("end"))).toEqual(["end 0", "end 1"]);
    await bed.send("t/go", { n: 3, nap: "31m" });
    await bed.pass(DAY);
    expect(bed.effects.at(-1)).toBe("start 3");
  });
  test("a step that is under way when the time is over runs to its end, and its result is dropped", async () => {
    const free = door();
    bed = openBed((make, effects) => [
      make("f", { timeouts: { finish: "1m" }, triggers: [{ event: "t/go" }] }, async ({ step }) => {
        await step.run("long", async () => {
          effects.push("begun");
          await free.opened;
          effects.push("ended");
        });
        await step.run("next", () => void effects.push("next"));
      }),
    ]);
    await bed.sync();
    const event = await bed.send("t/go");
    await until(() => bed.effects.length === 1);
    await bed.engine.setTime(START + 2 * MINUTE);
    while ((await bed.runs(event))[0]?.status !== "Cancelled") await new Promise(setImmediate);
    free.open();
    await bed.pass(DAY);
    expect(bed.effects).toEqual(["begun", "ended"]);
  });
});
