import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY, MINUTE, openBed, START, type Bed } from "./testing";

let bed: Bed;
beforeEach(() => {
  let failures = 0;
  bed = openBed((make, effects) => [
    make("week", { triggers: [{ event: "t/week" }] }, async ({ event, step }) => {
      await step.run("before", () => void effects.push("before"));
      const got = await step.waitForEvent("answer", {
        event: "t/answer",
        timeout: "7d",
        if: `async.data.id == "${event.data.id}"`,
      });
      await step.run("after", () => void effects.push(got ? "answered" : "timed out"));
    }),
    make("shaky", { retries: 2, triggers: [{ event: "t/shaky" }] }, async ({ step }) => {
      await step.run("try", () => {
        effects.push("try");
        if (++failures < 3) throw new Error("not yet");
      });
    }),
    make("morning", { triggers: [{ cron: "0 9 * * *" }] }, async ({ step }) => {
      await step.run("tick", () => void effects.push(`tick ${new Date(bed.engine.now()).toISOString()}`));
    }),
  ]);
});
afterEach(() => bed.close());
const effects = () => bed.effects.filter((effect) => !effect.startsWith("tick"));

describe("the sandbox engine's time", () => {
  test("passes seven days at once, and the wait times out", async () => {
    expect(await bed.sync()).toBe("synced");
    await bed.send("t/week", { id: "a" });
    await bed.pass(7 * DAY - 1);
    expect(effects()).toEqual(["before"]);
    await bed.pass(1_000);
    expect(effects()).toEqual(["before", "timed out"]);
  });

  test("stands still for an answer, which wakes the run it is meant for", async () => {
    await bed.sync();
    await bed.send("t/week", { id: "a" });
    await bed.engine.settled();
    await bed.send("t/answer", { id: "b" });
    await bed.engine.settled();
    expect(effects()).toEqual(["before"]);
    await bed.send("t/answer", { id: "a" });
    await bed.engine.settled();
    expect(effects()).toEqual(["before", "answered"]);
  });

  test("puts attempts apart as the back-off table says", async () => {
    await bed.sync();
    await bed.send("t/shaky");
    await bed.pass(14_999);
    expect(effects()).toEqual(["try"]);
    await bed.pass(1);
    expect(effects()).toEqual(["try", "try"]);
    await bed.pass(30_000);
    expect(effects()).toEqual(["try", "try", "try"]);
  });

  test("brings a cron's ticks one by one, each at its own time; those missed while off are gone", async () => {
    await bed.sync();
    await bed.pass(2 * DAY);
    expect(bed.effects).toEqual(["tick 2032-01-06T09:00:00.000Z", "tick 2032-01-07T09:00:00.000Z"]);
    bed.kill();
    bed.reopen(START + 2 * DAY);
    await bed.pass(MINUTE);
    expect(bed.effects).toHaveLength(2);
  });

  test("does not pass while the engine is switched off", async () => {
    await bed.sync();
    bed.engine.pause();
    expect((await bed.ask("POST", "/e/key", "{}")).status).toBe(503);
    expect((await bed.ask("GET", "/clock")).status).toBe(200);
    bed.engine.resume();
    await bed.send("t/week", { id: "a" });
    await bed.engine.settled();
    expect(effects()).toEqual(["before"]);
  });

  test("is moved over HTTP, by whole milliseconds", async () => {
    await bed.sync();
    const advance = (ms: unknown) => bed.ask("POST", "/clock/advance", JSON.stringify({ ms }));
    expect(await (await advance(90_000)).json()).toMatchObject({ offset_ms: 90_000 });
    expect((await advance(-1)).status).toBe(400);
    expect((await advance("soon")).status).toBe(400);
  });
});

describe("what falls due on the way", () => {
  /** Twelve runs that sleep for times of their own, then act at once; what they did, with the time. */
  const history = async (): Promise<string[]> => {
    const other = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ event, step }) => {
        await step.sleep("nap", event.data.minutes * MINUTE);
        await step.run("act", () => {
          effects.push(`${(other.engine.now() - START) / MINUTE}: ${event.data.n}`);
        });
      }),
    ]);
    await other.sync();
    for (let n = 0; n < 12; n++) await other.send("t/go", { n, minutes: (n * 7) % 5 });
    await other.pass(DAY);
    await other.close();
    return other.effects;
  };
  test("comes at its own time, in order, and the same way every time", async () => {
    const first = await history();
    expect(first).toEqual([...first].sort((a, b) => parseInt(a) - parseInt(b)));
    expect(first.map((line) => parseInt(line))).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4]);
    expect(await history()).toEqual(first);
  });
});

describe("what is over", () => {
  test("is forgotten beyond the number that is kept, with its steps and events; what goes on stays", async () => {
    await bed.sync();
    const first = await bed.send("t/shaky");
    await bed.pass(DAY / 24);
    for (let i = 0; i < 2; i++) await bed.send("t/shaky");
    const waiting = await bed.send("t/week", { id: "a" });
    await bed.pass(DAY / 24);
    const count = (table: string) =>
      bed.ctx.store.get<{ n: number }>(`select count(*) n from ${table}`)?.n ?? 0;
    const before = count("events");
    expect(bed.engine.prune(2)).toBe(1);
    expect(await bed.runs(first)).toEqual([]);
    expect((await bed.ask("GET", `/v1/events/${first}`).then((reply) => reply.json())).status).toBe(404);
    expect(await bed.runs(waiting)).toMatchObject([{ status: "Running" }]);
    // Its own event, and the one that said it was over.
    expect(count("events")).toBe(before - 2);
  });
});
