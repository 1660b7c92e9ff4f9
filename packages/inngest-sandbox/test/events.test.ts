import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR, openBed, START, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());
beforeEach(async () => {
  bed = openBed((make, effects) => [
    make(
      "f",
      { triggers: [{ event: "t/go" }] },
      ({ event }) => void effects.push(JSON.stringify(event.data)),
    ),
  ]);
  await bed.sync();
});

interface Reply {
  ids: string[];
  status: number;
  error?: string;
}
const post = async (body: unknown): Promise<Reply> => {
  const reply = await bed.ask("POST", "/e/key", typeof body === "string" ? body : JSON.stringify(body));
  const said = (await reply.json()) as Reply; // the engine's own answer
  expect(reply.status).toBe(said.status);
  expect(reply.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  return said;
};
const go = (more: object = {}) => ({ name: "t/go", data: {}, ...more });

describe("an event is refused", () => {
  test.each([
    ["without a name", go({ name: "" })],
    ["with a name that is the engine's own", go({ name: "inngest/anything" })],
    ["with a name longer than 512 characters", go({ name: "x".repeat(513) })],
    ["with data that is a list", go({ data: [1] })],
    ["with data that is a number", go({ data: 1 })],
    ["with an id that is a number", go({ id: 1 })],
    ["with a user that is a text", go({ user: "u" })],
    ["with a version that is a number", go({ v: 1 })],
    ["with a time that is a text", go({ ts: "2026-01-01" })],
    ["with a time that is no whole number", go({ ts: 1.5 })],
    ["with a time before 1980", go({ ts: Date.UTC(1979, 11, 31) })],
    ["with a time after 2100", go({ ts: Date.UTC(2100, 0, 2) })],
    ["that is nothing", null],
    ["that is a text", '"t/go"'],
    ["in a list within a list", [[go()]]],
    ["with a number that has no end", '{"name":"t/go","data":{"n":1e400}}'],
    [
      "with lists within lists without end",
      `{"name":"t/go","data":{"a":${"[".repeat(9_000)}${"]".repeat(9_000)}}}`,
    ],
    ["larger than three megabytes", go({ data: { x: "x".repeat(3 * 1_024 * 1_024) } })],
  ])("%s", async (_what, body) => {
    expect(await post(body)).toMatchObject({ ids: [""], status: 400, error: expect.any(String) });
    await bed.pass(1);
    expect(bed.effects).toEqual([]);
  });
});

describe("an event is taken", () => {
  test.each([
    ["with what nobody knows", go({ extra: 1 })],
    ["with an empty id and no time", go({ id: "", ts: 0 })],
    ["with everything null", go({ id: null, ts: null, user: null, v: null })],
    ["with a name of 512 characters", go({ name: `t/${"x".repeat(510)}` })],
    ["almost as large as three megabytes", go({ data: { x: "x".repeat(3 * 1_024 * 1_024 - 100) } })],
  ])("%s", async (_what, body) => {
    expect(await post(body)).toEqual({ ids: [expect.stringMatching(/^[0-9A-Z]{26}$/)], status: 200 });
  });
  test("less what its sender put where the engine's own things are", async () => {
    await post(go({ data: { a: 1, _inngest: { fn_id: "app-f", correlation_id: "x.y" } } }));
    await bed.pass(1);
    expect(bed.effects).toEqual(['{"a":1}']);
  });
  test("with the sign for an unknown character where a text was cut in the middle of one", async () => {
    await post(go({ data: { text: `${"😀".charAt(0)} \\ud83d 😀` } }));
    await bed.pass(1);
    expect(bed.effects.map((effect) => JSON.parse(effect) as unknown)).toEqual([
      { text: "\uFFFD \\ud83d 😀" },
    ]);
  });
  test("and started late when its time lies ahead", async () => {
    await post(go({ ts: START + HOUR }));
    await bed.pass(HOUR - 1);
    expect(bed.effects).toEqual([]);
    await bed.pass(1);
    expect(bed.effects).toEqual(["{}"]);
  });
  test("and started at once when its time is long past", async () => {
    await post(go({ ts: Date.UTC(2001, 0, 1) }));
    await bed.pass(1);
    expect(bed.effects).toEqual(["{}"]);
  });
});

describe("a list of events", () => {
  test("is taken up to the first bad one", async () => {
    const said = await post([
      go({ data: { n: 1 } }),
      go({ data: { n: 2 } }),
      { data: {} },
      go({ data: { n: 3 } }),
    ]);
    expect(said).toMatchObject({ status: 400, error: "event name is empty" });
    expect(said.ids).toHaveLength(2);
    await bed.pass(1);
    expect(bed.effects).toEqual(['{"n":1}', '{"n":2}']);
  });
  test("has at most five thousand", async () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ name: "t/nobody" }));
    expect((await post(many(5_000))).ids).toHaveLength(5_000);
    expect(await post(many(5_001))).toMatchObject({ ids: [""], status: 400 });
  });
});

describe("the key in the path", () => {
  test("is any, where none was set", async () => {
    expect((await bed.ask("POST", "/e/whatever", JSON.stringify(go()))).status).toBe(200);
  });
  test("must be one of those that were set", async () => {
    await bed.close();
    bed = openBed(() => [], { eventKeys: ["right", "other"] });
    const withKey = (key: string) => bed.ask("POST", `/e/${key}`, JSON.stringify(go()));
    expect([(await withKey("right")).status, (await withKey("other")).status]).toEqual([200, 200]);
    const wrong = await withKey("wrong");
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toEqual({ status: 401, error: "Event key not found" });
  });
  test("is needed: without one nothing is taken in, and nothing said", async () => {
    const reply = await bed.ask("POST", "/e", JSON.stringify(go()));
    expect([reply.status, await reply.text()]).toEqual([200, ""]);
    await bed.pass(1);
    expect(bed.effects).toEqual([]);
  });
});
