import { afterEach, describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, openBed, START, type Bed } from "./testing";

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
  test("the reply names the run that was woken", async () => {
    bed = waitsForSignal("fail");
    await bed.sync();
    const event = await bed.send("t/go", { n: 1 });
    await bed.pass(1);
    const [run] = await bed.runs(event);
    const reply = await bed.ask("POST", "/v1/signals", JSON.stringify({ signal: "s", data: 1 }));
    expect(await reply.json()).toMatchObject({ data: { run_id: run?.run_id } });
  });
  test("nobody who waits is told in so many words; without a name it is no signal", async () => {
    bed = waitsForSignal("fail");
    const reply = async (body: unknown) => {
      const said = await bed.ask("POST", "/v1/signals", JSON.stringify(body));
      return [said.status, (await said.json()) as unknown];
    };
    expect(await reply({ signal: "s" })).toEqual([
      404,
      { error: "No signal found", data: null, status: 404 },
    ]);
    for (const body of [{}, { signal: "" }, { signal: 1 }, "s", null])
      expect((await reply(body))[0]).toBe(400);
  });
  test("a step that sends one learns which run it woke, or that it woke none", async () => {
    bed = openBed((make) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        const [, sent] = await Promise.all([
          step.waitForSignal("wait", { signal: "s", timeout: "1h", onConflict: "fail" }),
          step.sendSignal("send", { signal: "s", data: 1 }),
        ]);
        return [sent, await step.sendSignal("again", { signal: "s", data: 2 })];
      }),
    ]);
    await bed.sync();
    const event = await bed.send("t/go");
    await bed.pass(1);
    const [run] = await bed.runs(event);
    expect(run?.output).toEqual([{ runId: run?.run_id }, {}]);
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

describe("waiting for an event", () => {
  const waits = (options: object, more: object = {}): Bed =>
    openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }], ...more }, async ({ step }) => {
        const got = await step.waitForEvent("answer", { event: "t/answer", timeout: "1h", ...options });
        effects.push(got ? JSON.stringify(got.data) : "timed out");
      }),
    ]);
  const started = async (data: object = {}) => {
    await bed.sync();
    await bed.send("t/go", data);
    await bed.pass(1);
  };

  test("until a moment that was named", async () => {
    bed = waits({ timeout: new Date(START + 30 * MINUTE) });
    await started();
    await bed.pass(30 * MINUTE - 2);
    expect(bed.effects).toEqual([]);
    await bed.pass(1);
    expect(bed.effects).toEqual(["timed out"]);
  });
  test("until a moment that is past is over at once", async () => {
    bed = waits({ timeout: new Date(START - DAY) });
    await started();
    expect(bed.effects).toEqual(["timed out"]);
  });
  test("a tick before its time is over, the event is still in time; a tick after, it is not", async () => {
    bed = waits({});
    await started();
    await bed.pass(HOUR - 2);
    await bed.send("t/answer", { n: 1 });
    await bed.pass(1);
    expect(bed.effects).toEqual(['{"n":1}']);
    await bed.send("t/go");
    await bed.pass(HOUR);
    await bed.send("t/answer", { n: 2 });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(['{"n":1}', "timed out"]);
  });
  test("its condition sees the event's user, version and time", async () => {
    bed = waits({ if: `async.user.id == "u" && async.v == "2" && async.ts == ${START + 5}.0` });
    await started();
    await bed.send("t/answer", {}, { user: { id: "u" }, v: "2" });
    await bed.send("t/answer", { right: true }, { user: { id: "u" }, v: "2", ts: START + 5 });
    await bed.pass(1);
    expect(bed.effects).toEqual(['{"right":true}']);
  });
  test("the event that started the run is the one its condition means by event", async () => {
    bed = waits({ if: "async.data.limit > event.data.limit" });
    await started({ limit: 5 });
    await bed.send("t/answer", { limit: 5 });
    await bed.send("t/answer", { limit: 5.5 });
    await bed.pass(1);
    expect(bed.effects).toEqual(['{"limit":5.5}']);
  });
  test("two waits in a row for the same event take one each", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        for (const id of ["one", "two"]) {
          const got = await step.waitForEvent(id, { event: "t/answer", timeout: "1h" });
          effects.push(`${id} ${got?.data.n}`);
        }
      }),
    ]);
    await started();
    for (const n of [1, 2, 3]) {
      await bed.send("t/answer", { n });
      await bed.pass(1);
    }
    expect(new Set(bed.effects)).toEqual(new Set(["one 1", "two 2"]));
  });
  test("two waits side by side for the same event take the same one", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        const wait = (id: string) => step.waitForEvent(id, { event: "t/answer", timeout: "1h" });
        const got = await Promise.all([wait("one"), wait("two")]);
        effects.push(got.map((event) => event?.data.n).join());
      }),
    ]);
    await started();
    await bed.send("t/answer", { n: 1 });
    await bed.pass(1);
    expect(bed.effects).toEqual(["1,1"]);
  });
  test("the end of another function is an event like any other", async () => {
    bed = openBed((make, effects) => [
      make("other", { triggers: [{ event: "t/other" }] }, () => 42),
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        const got = await step.waitForEvent("end", {
          event: "inngest/function.finished",
          timeout: "1h",
          if: "async.data.function_id == 'app-other'",
        });
        effects.push(String(got?.data.result));
      }),
    ]);
    await started();
    await bed.send("t/other");
    await bed.pass(1);
    expect(bed.effects).toEqual(["42"]);
  });
});

test("nothing that falls due is called while those who follow the clock have not moved yet", async () => {
  bed = openBed(
    (make, effects) => [
      make("sleeper", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        await step.sleep("hour", HOUR);
        await step.run("woken", () => void effects.push("woken"));
      }),
      make("other", { triggers: [{ event: "t/other" }] }, () => void bed.effects.push("other")),
    ],
    {
      onTimeMoved: async () => {
        await bed.send("t/other");
        for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate);
        bed.effects.push("followed");
      },
    },
  );
  await bed.sync();
  await bed.send("t/go");
  await bed.pass(HOUR);
  expect(bed.effects[0]).toBe("followed");
  expect(bed.effects.slice(1).sort()).toEqual(["other", "woken"]);
});
