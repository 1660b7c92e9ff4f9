import fc from "fast-check";
import { expect, test } from "vitest";
import type { History, Move } from "./moves";
import { calm } from "./kept/parts";
import { withFewerMoves } from "./shrink";

const confirm = (n: number, after: number): Move => ({ do: "confirm", after, n });
const historyOf = (moves: Move[]): History => ({ ...calm, moves });
/** The moments of the moves, ms since the beginning. */
const moments = ({ moves }: History): Map<Move["do"] | number, number> => {
  let now = 0;
  return new Map(moves.map((move) => [move.do === "confirm" ? move.n : move.do, (now += move.after)]));
};

test("nothing is left but what is needed, and each of it at its own moment", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(10_000), { minLength: 1, maxLength: 30 }),
      fc.infiniteStream(fc.nat(29)),
      async (pauses, needed) => {
        const whole = historyOf(pauses.map((after, n) => confirm(n, after)));
        const wanted = new Set([...needed.take(4)].map((n) => n % pauses.length));
        const breaks = (tried: History) => Promise.resolve([...wanted].every((n) => moments(tried).has(n)));
        const least = await withFewerMoves(whole, breaks);
        expect(new Set(moments(least).keys())).toEqual(wanted);
        for (const [n, at] of moments(least)) expect(at).toBe(moments(whole).get(n));
      },
    ),
  ));

test("a history of which every move is needed stays as it is", async () => {
  const whole = historyOf([confirm(0, 5), confirm(1, 5), confirm(2, 5)]);
  expect(await withFewerMoves(whole, () => Promise.resolve(false))).toEqual(whole);
});
