import { describe, expect, test } from "vitest";
import { gridOf, standsOf } from "./balance-chart";

const MINUTE = 60_000;
const at = (minute: number, until: number, amountMicro: bigint) => ({
  at: minute * MINUTE,
  seenUntil: until * MINUTE,
  amountMicro,
});
const minutes = ({ stands, gaps }: ReturnType<typeof standsOf>) => ({
  stands: stands.map((one) => [one.from / MINUTE, one.to / MINUTE, one.amountMicro]),
  gaps: gaps.map((one) => [one.from / MINUTE, one.to / MINUTE]),
});

describe("what is known of a balance", () => {
  test("stands until it is seen to change", () => {
    expect(minutes(standsOf([at(0, 55, 7n), at(60, 95, 9n)], 0, 100 * MINUTE))).toEqual({
      stands: [
        [0, 60, 7n],
        [60, 100, 9n],
      ],
      gaps: [],
    });
  });
  test("is not bridged where nothing was read, before, between and after", () => {
    expect(minutes(standsOf([at(20, 40, 7n), at(100, 110, 7n)], 0, 200 * MINUTE))).toEqual({
      stands: [
        [20, 40, 7n],
        [100, 110, 7n],
      ],
      gaps: [
        [0, 20],
        [40, 100],
        [110, 200],
      ],
    });
  });
  test("begins with what stood before, when that was still being read", () => {
    expect(minutes(standsOf([at(-90, -3, 5n), at(2, 50, 6n)], 0, 55 * MINUTE))).toEqual({
      stands: [
        [0, 2, 5n],
        [2, 55, 6n],
      ],
      gaps: [],
    });
    expect(minutes(standsOf([at(-90, -60, 5n), at(2, 50, 6n)], 0, 55 * MINUTE)).gaps).toEqual([[0, 2]]);
  });
  test("is joined in the rhythm it is read in, and not across a time three times as long", () => {
    const hourly = [at(0, 0, 1n), at(60, 60, 2n), at(150, 150, 3n), at(480, 480, 4n)];
    expect(minutes(standsOf(hourly, 0, 490 * MINUTE)).gaps).toEqual([
      [0, 60],
      [150, 480],
    ]);
  });
  test("of nothing is one gap", () => {
    expect(minutes(standsOf([], 0, 10 * MINUTE))).toEqual({ stands: [], gaps: [[0, 10]] });
  });
});

test("the lines of a chart are round and hold everything between them", () => {
  expect(gridOf(10_852_000_000n, 12_508_000_000n).map((line) => Number(line) / 1e6)).toEqual([
    10_500, 11_000, 11_500, 12_000, 12_500, 13_000,
  ]);
  for (const [low, high] of [
    [0n, 1n],
    [5n, 5n],
    [-2_000_000n, 3_000_000n],
    [999_999n, 1_000_001n],
  ] as const) {
    const lines = gridOf(low, high);
    expect(lines[0]).toBeLessThanOrEqual(low);
    expect(lines.at(-1)).toBeGreaterThanOrEqual(high);
    expect(lines.length).toBeLessThan(12);
  }
});
