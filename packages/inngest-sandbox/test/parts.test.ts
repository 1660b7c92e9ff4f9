import { describe, expect, test } from "vitest";
import { retryAfter, retryDelay } from "../src/backoff";
import { parseCron } from "../src/cron";
import { parseDuration, wakeTime } from "../src/durations";
import { compile, ExpressionError, holds, keyOf } from "../src/expression";
import { Ready } from "../src/ready";
import { parseFunctions, RegistrationError } from "../src/registration";
import { indexTriggers } from "../src/triggers";

const holdsFor = (text: string, event: object, incoming: object) =>
  holds(text, { data: event }, { data: incoming });

describe("expressions", () => {
  test.each([
    ["event.data.id == async.data.id", { id: "x" }, { id: "x" }, true],
    ["event.data.id == async.data.id", { id: "x" }, { id: "y" }, false],
    ["event.data.id == async.data.id", {}, {}, true],
    ["event.data.id == async.data.id", {}, { id: "x" }, false],
    ["async.data.gone == null", {}, {}, true],
    ["async.data.s != 'x'", {}, {}, true],
    ["async.data.n == 10", {}, { n: 10 }, true],
    ["async.data.n + 1 > 6", {}, { n: 10 }, false],
    ["async.data.n == '1'", {}, { n: 1 }, false],
    ["!(async.data.n > 3)", {}, {}, true],
    ["async.data.list.exists(x, x == 1)", {}, { list: [1, 2] }, true],
    ["async.data.s > 3 || async.data.ok == true", {}, { s: "x", ok: true }, true],
    ["async.data.gone > 3 || async.data.ok == true", {}, { ok: true }, true],
    ["async.data.deep.er.still == null", {}, {}, true],
    ["async.data['key'] == 'v'", {}, { key: "v" }, true],
    ["async.data['gone'] == null", {}, {}, true],
    ["has(async.data.n)", {}, { n: 1 }, true],
    ["has(async.data.n) || async.data.m == 1", {}, {}, false],
    ["async.name == ''", {}, {}, true],
    ["lowercase(async.data.s) == 'abc'", {}, { s: "ABC" }, true],
    ["async.data.s.startsWith('A') && async.data.s.size() == 3", {}, { s: "ABC" }, true],
    ["b64decode(async.data.s) == 'hi'", {}, { s: "aGk=" }, true],
    ["json_parse(async.data.s).a == 1", {}, { s: '{"a":1}' }, true],
    ["date(async.data.at) < date('2027-01-01T00:00:00Z')", {}, { at: "2026-01-01T00:00:00Z" }, true],
    ["async.data.kind in ['a', 'b']", {}, { kind: "b" }, true],
    ["async.data.n > 3 ? true : false", {}, { n: 4 }, true],
  ])("%s with %j and %j is %s", (text, event, incoming, expected) => {
    expect(holdsFor(text, event, incoming)).toBe(expected);
  });
  test("what is no expression does not compile", () => {
    expect(() => compile("async.data.id == (")).toThrow(ExpressionError);
    expect(() => compile("evnt.data.id == 1")).toThrow("undeclared reference to 'evnt'");
    expect(() => compile("frobnicate(event.data.id)")).toThrow("undeclared reference to 'frobnicate'");
  });
  test("now is the event's own time", () => {
    const at = { id: "1", name: "e", ts: 1_000_000, data: {} };
    expect(holds("now_plus('1m') > date(1030000.0) && now_minus('1m') < date(1000000.0)", at)).toBe(true);
  });
  test("a key whose path is missing is no key", () => {
    expect(keyOf("event.data.key", { data: {} })).toBeUndefined();
    expect(keyOf("event.data.key", { data: { key: "a" } })).toBe("a");
  });
});

describe("time", () => {
  test.each([
    ["1w", 604_800_000],
    ["6d23h59m59s", 604_799_000],
    ["90s", 90_000],
    ["500ms", 500],
    ["", null],
    ["1 hour", null],
    ["-5s", null],
  ])("%j is %j ms", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
  test("a sleep that cannot be read, or lies in the past, is over at once", () => {
    expect(wakeTime("", 1_000)).toBe(1_000);
    expect(wakeTime("2020-01-01T00:00:00Z", 1_800_000_000_000)).toBe(1_800_000_000_000);
  });
  test("the back-off table, its jitter, and a fixed interval", () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 30].map((attempt) => retryDelay(attempt, () => 0) / 1_000);
    expect(delays).toEqual([15, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600, 7_200, 7_200]);
    expect(retryDelay(0, () => 0.999)).toBeLessThan(45_000);
    expect(retryDelay(3, () => 0.5, 1_000)).toBe(1_000);
  });
  test("Retry-After in seconds or as a date, clipped to 1 s and a day", () => {
    expect(retryAfter("3", 0)).toBe(3_000);
    expect(retryAfter("0", 0)).toBe(1_000);
    expect(retryAfter("999999", 0)).toBe(86_400_000);
    expect(retryAfter("nonsense", 0)).toBeNull();
  });
  test("a cron in UTC and in a zone", () => {
    const noon = Date.UTC(2026, 10, 24, 12);
    expect(parseCron("0 9 * * *").next(noon)).toBe(Date.UTC(2026, 10, 25, 9));
    expect(parseCron("TZ=Europe/Paris 0 9 * * *").next(noon)).toBe(Date.UTC(2026, 10, 25, 8));
    for (const text of ["@daily", "0 0 L * *", "0 0 * * 5#2", "0 0 * * * *"])
      expect(() => parseCron(text)).toThrow("five fields");
  });
  test("a cron in the hour that clocks skip is left out that day; in the hour that comes twice it comes once", () => {
    const days = (from: string, count: number) => {
      const seen: string[] = [];
      for (let at = Date.parse(from); seen.length < count;) {
        at = parseCron("TZ=Europe/Paris 30 2 * * *").next(at) ?? NaN;
        seen.push(new Date(at).toISOString());
      }
      return seen;
    };
    expect(days("2026-03-28T12:00:00Z", 1)).toEqual(["2026-03-30T00:30:00.000Z"]);
    expect(days("2026-10-24T12:00:00Z", 2)).toEqual(["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]);
  });
});

describe("registration", () => {
  const fn = (more: object) => [
    {
      id: "app-f",
      name: "f",
      triggers: [{ event: "a/b" }],
      steps: { step: { runtime: { type: "http", url: "http://127.0.0.1/x" } } },
      ...more,
    },
  ];
  test("without retries a function has five attempts", () => {
    expect(parseFunctions("app", fn({}))[0]?.maxAttempts).toBe(5);
  });
  test.each([
    ["an option nobody knows", { warp: 9 }, "warp"],
    [
      "a condition that does not compile",
      { triggers: [{ event: "a", expression: "x == (" }] },
      "does not compile",
    ],
    ["a name that is none", { idempotency: "evnt.data.id" }, "undeclared reference to 'evnt'"],
    [
      "a macro in cancelOn",
      { cancel: [{ event: "a", if: "async.data.list.exists(x, x == event.data.id)" }] },
      "uses exists()",
    ],
    [
      "a function in cancelOn",
      { cancel: [{ event: "a", if: "async.data.name.startsWith(event.data.name)" }] },
      "uses startsWith()",
    ],
    [
      "a cancelOn that is valid for no time",
      { cancel: [{ event: "a", timeout: "a while" }] },
      "neither a duration nor a date",
    ],
    ["six cancelOn", { cancel: Array.from({ length: 6 }, (_, n) => ({ event: `e${n}` })) }, "cancel"],
    ["a debounce longer than a week", { debounce: { period: "8d" } }, "not between 1s and 7d"],
    ["a rate over more than a day", { rateLimit: { limit: 1, period: "25h" } }, "not between 1s and 24h"],
    ["a throttle of half a second", { throttle: { limit: 1, period: "500ms" } }, "not between 1s and 7d"],
    ["a batch that waits for two minutes", { batchEvents: { maxSize: 2, timeout: "2m" } }, "1s and 60s"],
    ["a batch of a hundred and one", { batchEvents: { maxSize: 101, timeout: "2s" } }, "maxSize"],
    [
      "twenty-one retries",
      { steps: { step: { retries: { attempts: 21 }, runtime: { url: "http://127.0.0.1/x" } } } },
      "attempts",
    ],
    ["a limit of the environment without a key", { concurrency: { limit: 1, scope: "env" } }, "needs a key"],
    ["three limits", { concurrency: [1, 2, 3].map((limit) => ({ limit })) }, "concurrency"],
    ["the same cron twice", { triggers: [{ cron: "0 9 * * *" }, { cron: "0 9 * * *" }] }, "twice"],
    ["a wildcard within a name", { triggers: [{ event: "a/*.b" }] }, "wildcard"],
    ["eleven triggers", { triggers: Array.from({ length: 11 }, (_, n) => ({ event: `e${n}` })) }, "triggers"],
    ["a period that is none", { throttle: { limit: 1, period: "soon" } }, "not a duration"],
    [
      "batches with a debounce",
      { batchEvents: { maxSize: 2, timeout: "1s" }, debounce: { period: "1s" } },
      "batchEvents",
    ],
  ])("%s is refused by name", (_what, more, words) => {
    expect(() => parseFunctions("app", fn(more))).toThrow(RegistrationError);
    expect(() => parseFunctions("app", fn(more))).toThrow(words);
  });
  test("a wildcard stands for the rest of a name", () => {
    const triggers = indexTriggers(parseFunctions("app", fn({ triggers: [{ event: "t/w.*" }] })));
    const starts = (name: string) => triggers.startedBy({ name, id: "1", data: {}, ts: 1, user: {} }).length;
    expect(["t/w.a", "t/w.a.b", "t/w", "t/w.", "t/x.a"].map(starts)).toEqual([1, 1, 0, 0, 0]);
  });
});

describe("what is due", () => {
  test("a long line behind one slot holds nobody else up", () => {
    const ready = new Ready();
    const slot = (key: string) => [{ key, limit: 1 }];
    for (let seq = 0; seq < 100_000; seq++) ready.push({ id: `a${seq}`, rank: 1, seq, slots: slot("a") });
    ready.push({ id: "b", rank: 2, seq: 100_000, slots: slot("b") });
    const first = ready.take();
    expect([first?.id, ready.take()?.id, ready.take()]).toEqual(["a0", "b", undefined]);
    for (let seq = 1, held = first; seq < 100_000; seq++) {
      if (held) ready.release(held);
      held = ready.take();
      if (held?.id !== `a${seq}`) throw new Error(`expected a${seq}, got ${held?.id}`);
    }
  });
  test("who needs two slots takes neither until both are free", () => {
    const ready = new Ready();
    const both = { id: "both", rank: 2, seq: 2, slots: ["x", "y"].map((key) => ({ key, limit: 1 })) };
    ready.push({ id: "x1", rank: 1, seq: 1, slots: [{ key: "x", limit: 1 }] });
    ready.push(both);
    ready.push({ id: "y1", rank: 3, seq: 3, slots: [{ key: "y", limit: 1 }] });
    const [x1, y1] = [ready.take(), ready.take()];
    expect([x1?.id, y1?.id, ready.take()]).toEqual(["x1", "y1", undefined]);
    if (x1) ready.release(x1);
    expect(ready.take()).toBeUndefined();
    if (y1) ready.release(y1);
    expect(ready.take()?.id).toBe("both");
  });
  test("a slot that somebody came for in vain goes to the next in its line", () => {
    const ready = new Ready();
    const needs = (id: string, seq: number, ...keys: string[]) =>
      ready.push({ id, rank: 1, seq, slots: keys.map((key) => ({ key, limit: 1 })) });
    needs("x", 1, "x");
    needs("y", 2, "y");
    const [x] = [ready.take(), ready.take()];
    needs("both", 3, "x", "y");
    needs("next", 4, "x");
    expect(ready.take()).toBeUndefined();
    if (x) ready.release(x);
    expect(ready.take()?.id).toBe("next");
  });
});
