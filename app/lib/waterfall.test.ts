import { describe, expect, test } from "vitest";
import type { Step, StepAttempt } from "../../db/read/runs";
import { axisOf, lanesOf, spentOf } from "./waterfall";

const DAY = 86_400_000;
const step = (id: string, kind: string, startedAt: number, endedAt: number | null, status: Step["status"] = "completed"): Step => ({
  runId: "r", id, name: id, kind, status, attempts: 1, input: null, output: null, error: null,
  waitsFor: null, waitsUntil: null, startedAt, endedAt, position: 0,
}); // prettier-ignore
const attempt = (stepId: string, n: number, startedAt: number, endedAt: number | null, error: string | null = null): StepAttempt => ({
  runId: "r", stepId, attempt: n, startedAt, endedAt, error,
}); // prettier-ignore
const kinds = (lane?: { pieces: { kind: string; from: number; to: number }[] }) =>
  lane?.pieces.map((piece) => [piece.kind, piece.from, piece.to]);

describe("lanes", () => {
  const run = { queuedAt: 0, startedAt: 40, endedAt: null, nextAttemptAt: 60_000 };
  const lanes = lanesOf(
    run,
    [
      step("create", "run", 40, 1_240),
      step("wait", "waitForEvent", 1_250, 20_000),
      step("release", "run", 20_050, null, "retrying"),
    ],
    [
      attempt("create", 1, 40, 1_240),
      attempt("release", 1, 20_050, 21_000, "503"),
      attempt("release", 2, 25_000, 26_000, "503"),
    ],
    30_000,
  );
  test("tell queueing, work, failure, waiting and back-off apart", () => {
    expect(kinds(lanes[0])).toEqual([
      ["queued", 0, 40],
      ["ran", 40, 1_240],
    ]);
    expect(kinds(lanes[1])).toEqual([["waited", 1_250, 20_000]]);
    expect(kinds(lanes[2])).toEqual([
      ["queued", 20_000, 20_050],
      ["failed", 20_050, 21_000],
      ["backed-off", 21_000, 25_000],
      ["failed", 25_000, 26_000],
      ["backed-off", 26_000, 60_000],
      ["next", 60_000, 60_000],
    ]);
  });
  test("add up", () => {
    expect(spentOf(lanes)).toEqual({ worked: 3_150, waited: 18_750, queued: 90, backedOff: 38_000 });
  });
  test("an attempt whose end nobody wrote is lost and not done", () => {
    const [lane] = lanesOf(
      run,
      [step("s", "run", 40, 900)],
      [attempt("s", 1, 40, null), attempt("s", 2, 500, 900)],
      1_000,
    );
    expect(kinds(lane)).toEqual([
      ["queued", 0, 40],
      ["lost", 40, 500],
      ["ran", 500, 900],
    ]);
  });
  test("without a known moment no next attempt is drawn", () => {
    const [lane] = lanesOf(
      { ...run, nextAttemptAt: null },
      [step("s", "run", 40, null, "retrying")],
      [attempt("s", 1, 40, 100, "x")],
      5_000,
    );
    expect(kinds(lane)?.slice(-1)).toEqual([["backed-off", 100, 5_000]]);
  });
  test("two waits side by side count once", () => {
    const side = lanesOf(run, [step("a", "sleep", 0, 1_000), step("b", "waitForEvent", 0, 4_000)], [], 9_000);
    expect(spentOf(side).waited).toBe(4_000);
  });
});

describe("the axis", () => {
  test("is cut over a long sleep, and moments keep their order on it", () => {
    const lanes = lanesOf(
      { queuedAt: 0, startedAt: 0, endedAt: 6 * DAY + 4_000, nextAttemptAt: null },
      [
        step("a", "run", 0, 1_200),
        step("sleep", "sleep", 1_200, 6 * DAY),
        step("b", "run", 6 * DAY, 6 * DAY + 4_000),
      ],
      [attempt("a", 1, 0, 1_200), attempt("b", 1, 6 * DAY, 6 * DAY + 4_000)],
      7 * DAY,
    );
    const axis = axisOf(lanes, 0, 6 * DAY + 4_000);
    expect(axis.tears).toHaveLength(1);
    const places = [0, 600, 1_200, 3 * DAY, 6 * DAY, 6 * DAY + 2_000, 6 * DAY + 4_000].map(axis.place);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBe(100);
    expect((places[4] ?? 0) - (places[2] ?? 0)).toBeCloseTo(12);
  });
  test("is one piece over a short run, also one of no length", () => {
    const lanes = lanesOf(
      { queuedAt: 0, startedAt: 0, endedAt: 0, nextAttemptAt: null },
      [step("a", "run", 0, 0)],
      [attempt("a", 1, 0, 0)],
      0,
    );
    const axis = axisOf(lanes, 0, 0);
    expect(axis.tears).toEqual([]);
    expect(axis.place(0)).toBe(0);
  });
  test("labels keep their distance", () => {
    const lanes = lanesOf(
      { queuedAt: 0, startedAt: 0, endedAt: 90_000, nextAttemptAt: null },
      [step("a", "run", 0, 90_000)],
      [attempt("a", 1, 0, 90_000)],
      90_000,
    );
    const lefts = axisOf(lanes, 0, 90_000).ticks.map((tick) => tick.left);
    expect(lefts.length).toBeGreaterThan(2);
    lefts.slice(1).forEach((left, index) => expect(left - (lefts[index] ?? 0)).toBeGreaterThanOrEqual(15));
  });
});
