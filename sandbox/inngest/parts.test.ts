import { describe, expect, test } from "vitest";
import { retryAfter, retryDelay } from "./backoff";
import { parseCron } from "./cron";
import { parseDuration, wakeTime } from "./durations";
import { compile, ExpressionError, holds, keyOf } from "./expression";
import { parseFunctions, RegistrationError } from "./registration";
import { indexTriggers } from "./triggers";

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
  ])("%s with %j and %j is %s", (text, event, incoming, expected) => {
    expect(holdsFor(text, event, incoming)).toBe(expected);
  });
  test("what is no expression does not compile", () => {
    expect(() => compile("async.data.id == (")).toThrow(ExpressionError);
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
    expect(() => parseCron("@daily")).toThrow("five fields");
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
