import { readFileSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { openEngine } from "../src/engine";
import { DAY, door, HOUR, MINUTE, openBed, START, until, type Bed } from "./testing";
import { manualClock } from "../src/clock";

let bed: Bed;
afterEach(() => bed.close());

/** Three steps with a wait of a week between the first and the last. */
const threeSteps = () =>
  openBed((make, effects) => [
    make("week", { triggers: [{ event: "t/week" }] }, async ({ step }) => {
      await step.run("before", () => void effects.push("before"));
      const got = await step.waitForEvent("answer", { event: "t/answer", timeout: "7d" });
      await step.run("after", () => void effects.push(got ? "answered" : "timed out"));
      return "done";
    }),
  ]);

describe("an engine that is killed", () => {
  test("in the middle of a wait: the next one on the file goes on with it", async () => {
    bed = threeSteps();
    await bed.sync();
    const id = await bed.send("t/week");
    await bed.pass(1);
    bed.kill();
    bed.reopen();
    await bed.pass(8 * DAY);
    expect(bed.effects).toEqual(["before", "timed out"]);
    expect(await bed.runs(id)).toMatchObject([{ status: "Completed", output: "done" }]);
  });

  test("while an app's answer is on its way: the step is called again, with the same attempt", async () => {
    const first = door();
    bed = openBed((make, effects) => [
      make("slow", { triggers: [{ event: "t/slow" }] }, async ({ step, attempt }) => {
        await step.run("work", async () => {
          effects.push(`attempt ${attempt}`);
          if (effects.length === 1) await first.opened;
        });
      }),
    ]);
    await bed.sync();
    const id = await bed.send("t/slow");
    await until(() => bed.effects.length === 1);
    bed.kill();
    first.open();
    bed.reopen();
    await bed.pass(1);
    expect(bed.effects).toEqual(["attempt 0", "attempt 0"]);
    expect(await bed.runs(id)).toMatchObject([{ status: "Completed" }]);
  });

  test("writes nothing afterwards, though the app still answers it", async () => {
    const late = door();
    bed = openBed((make, effects) => [
      make("slow", { triggers: [{ event: "t/slow" }] }, async ({ step }) => {
        await step.run("work", async () => {
          effects.push("begun");
          await late.opened;
          effects.push("ended");
        });
      }),
    ]);
    await bed.sync();
    await bed.send("t/slow");
    await until(() => bed.effects.length === 1);
    bed.kill();
    const left = readFileSync(bed.file);
    late.open();
    await until(() => bed.effects.length === 2);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(bed.file).equals(left)).toBe(true);
    await expect(bed.ask("POST", "/e/key", JSON.stringify({ name: "t/slow" }))).rejects.toThrow();
  });

  test("in the middle of passing time: the call ends, and the next engine begins where it was", async () => {
    const held = door();
    bed = openBed((make, effects) => [
      make("nap", { triggers: [{ event: "t/nap" }] }, async ({ step }) => {
        await step.sleep("nap", "1h");
        await step.run("work", async () => {
          effects.push("awake");
          if (effects.length === 1) await held.opened;
        });
      }),
    ]);
    await bed.sync();
    await bed.send("t/nap");
    const passing = bed.pass(DAY);
    await until(() => bed.effects.length === 1);
    bed.kill();
    await passing;
    bed.reopen(START);
    expect(bed.engine.now()).toBe(START + HOUR);
    await bed.pass(1);
    expect(bed.effects).toEqual(["awake", "awake"]);
  });

  test("and was off while several sleeps ended: they end in the order they fell due", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        const nap = (minutes: number) => step.sleep(`nap ${minutes}`, minutes * MINUTE).then(() => minutes);
        effects.push(await Promise.race([nap(50), nap(10), nap(30)]));
      }),
    ]);
    await bed.sync();
    await bed.send("t/go");
    await bed.engine.settled();
    bed.kill();
    bed.reopen(START + DAY);
    await bed.pass(1);
    expect(bed.effects).toEqual([10]);
  });

  test("between a parallel group's steps: what has a result is not called again", async () => {
    const second = door();
    bed = openBed((make, effects) => [
      make("pair", { triggers: [{ event: "t/pair" }] }, async ({ step }) => {
        await Promise.all([
          step.run("quick", () => void effects.push("quick")),
          step.run("slow", async () => {
            effects.push("slow");
            if (effects.filter((effect) => effect === "slow").length === 1) await second.opened;
          }),
        ]);
        await step.run("after", () => void effects.push("after"));
      }),
    ]);
    await bed.sync();
    await bed.send("t/pair");
    await until(() => bed.effects.length === 2);
    // The quick one's answer is taken in before the kill.
    await until(() => bed.ctx.store.get("select 1 from memo") !== undefined);
    bed.kill();
    second.open();
    bed.reopen();
    await bed.pass(1);
    expect(bed.effects.sort()).toEqual(["after", "quick", "slow", "slow"]);
  });

  test("while a debounce holds an event and a batch gathers others: both start when they would have", async () => {
    bed = openBed((make, effects) => [
      make("held", { debounce: { period: "1m" }, triggers: [{ event: "t/held" }] }, ({ event }) => {
        effects.push(`held ${event.data.n}`);
      }),
      make(
        "many",
        { batchEvents: { maxSize: 3, timeout: "60s" }, triggers: [{ event: "t/many" }] },
        ({ events }) => {
          effects.push(`many ${events.length}`);
        },
      ),
    ]);
    await bed.sync();
    for (const name of ["t/held", "t/many"]) for (const n of [1, 2]) await bed.send(name, { n });
    bed.kill();
    bed.reopen();
    await bed.send("t/many", { n: 3 });
    await bed.pass(1);
    expect(bed.effects).toEqual(["many 3"]);
    await bed.pass(2 * MINUTE);
    expect(bed.effects).toEqual(["many 3", "held 2"]);
  });

  test("between a race's winner and its losers: who won stays who won", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step, group }) => {
        const first = await group.parallel({ mode: "race" }, () =>
          Promise.race([
            step.waitForEvent("answer", { event: "t/answer", timeout: "1h" }).then(() => "event"),
            step.sleep("nap", "30m").then(() => "nap"),
          ]),
        );
        await step.run("act", () => void effects.push(first));
      }),
    ]);
    await bed.sync();
    const id = await bed.send("t/go");
    await bed.pass(1);
    await bed.send("t/answer");
    await bed.engine.settled();
    bed.kill();
    bed.reopen();
    await bed.pass(DAY);
    expect(bed.effects).toEqual(["event"]);
    expect(await bed.runs(id)).toMatchObject([{ status: "Completed" }]);
  });

  test("while a callee works: the step that invoked it gets its result from the next one", async () => {
    bed = openBed((make, effects) => {
      const callee = make("callee", { triggers: [] }, async ({ step }) => {
        await step.sleep("nap", "1h");
        return 42;
      });
      return [
        callee,
        make("caller", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
          effects.push(await step.invoke("call", { function: callee, data: {} }));
        }),
      ];
    });
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(MINUTE);
    bed.kill();
    bed.reopen();
    await bed.pass(HOUR);
    expect(bed.effects).toEqual([42]);
  });

  test("an SDK that repeats a request gets the same ids, and one run comes of it", async () => {
    bed = threeSteps();
    await bed.sync();
    const body = JSON.stringify({ name: "t/week", data: {} });
    const seed = { "x-inngest-event-id-seed": "1700000000000,AAAAAAAAAAAAAA==" };
    const first: unknown = await (await bed.ask("POST", "/e/key", body, seed)).json();
    await bed.pass(1);
    bed.kill();
    bed.reopen();
    expect(await (await bed.ask("POST", "/e/key", body, seed)).json()).toEqual(first);
    await bed.pass(1);
    expect(bed.effects).toEqual(["before"]);
  });
});

describe("one file", () => {
  test("is held by one engine: a second is refused, and gets it when the first is gone", async () => {
    bed = threeSteps();
    const second = () => openEngine({ file: bed.file, clock: manualClock(START), random: () => 0 });
    expect(second).toThrow("another engine already works on");
    bed.kill();
    second().kill();
  });

  test("of another version is refused, not emptied", async () => {
    bed = threeSteps();
    bed.kill();
    const db = new Database(bed.file);
    db.pragma("user_version = 1");
    db.close();
    expect(() => bed.reopen()).toThrow("written by another version");
    expect(statSync(bed.file).size).toBeGreaterThan(0);
  });
});
