import { expect, test } from "vitest";
import { dayEnd, dayStart } from "./zoned-day";

const at = (iso: string) => Date.parse(iso);

test("a day begins at midnight of its zone", () => {
  expect(dayStart("2026-11-24", "UTC")).toBe(at("2026-11-24T00:00:00Z"));
  expect(dayStart("2026-11-24", "Europe/Berlin")).toBe(at("2026-11-23T23:00:00Z"));
  expect(dayStart("2026-11-24", "America/New_York")).toBe(at("2026-11-24T05:00:00Z"));
  expect(dayStart("2026-11-24", "Asia/Kathmandu")).toBe(at("2026-11-23T18:15:00Z"));
});

test("the day the clocks change is an hour longer or shorter", () => {
  const length = (day: string) => (dayEnd(day, "Europe/Berlin") - dayStart(day, "Europe/Berlin")) / 3_600_000;
  expect(["2026-03-29", "2026-06-01", "2026-10-25"].map(length)).toEqual([23, 24, 25]);
});
