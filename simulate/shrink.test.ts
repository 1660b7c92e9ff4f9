import { expect, test } from "vitest";
import { anyHistory } from "./moves";
import { shrinkWhile } from "./shrink";
import { historyOf } from "./stories";

test("every history can be made smaller", () => {
  for (let seed = 1; seed <= 200; seed++)
    expect(anyHistory.canShrinkWithoutContext(historyOf(seed)), String(seed)).toBe(true);
});

test("little is left but what is needed", async () => {
  const whole = historyOf(3);
  const needed = [...new Set(whole.moves.map((move) => move.do))].slice(0, 3);
  const least = await shrinkWhile(whole, ({ moves }) =>
    Promise.resolve(needed.every((what) => moves.some((move) => move.do === what))),
  );
  expect(least.moves.map((move) => move.do).sort()).toEqual([...needed].sort());
});
