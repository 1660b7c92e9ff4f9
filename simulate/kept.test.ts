import { describe, expect, test, vi } from "vitest";
import { KEPT } from "./kept";
import { play } from "./play";
import { historyOf } from "./stories";
import { timelineOf } from "./timeline";

// Days of virtual time are seconds of work, and more on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 120_000 });

describe("histories that once broke a rule", () => {
  test.each(KEPT)("$found", async ({ history }) => {
    const { broken } = await play(history);
    expect(broken).toEqual([]);
  });
});

test("a seed's history is the same to the letter each time it is played", async () => {
  const [first, second] = [await play(historyOf(17), true), await play(historyOf(17), true)];
  expect(first.story.length).toBeGreaterThan(100);
  expect(timelineOf(second.story)).toEqual(timelineOf(first.story));
});
