import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { promiseOf, rollFor } from "../../sandbox/purple-flea/chance";
import { coinFlipPayout, rollOf, verifyBet, type RevealedBet } from "./provably-fair";

const hash = (seed: string) => createHash("sha256").update(seed).digest("hex");
/** An honest bet of these seeds. */
function honest(serverSeed: string, clientSeed: string, nonce: number, stakeMicro = 5_000_000n): RevealedBet {
  const won = rollOf(serverSeed, clientSeed, nonce) < 0.5;
  return {
    committed: { hash: hash(serverSeed), nonce },
    statedHash: hash(serverSeed),
    serverSeed,
    clientSeed,
    nonce,
    stakeMicro,
    outcome: won ? "won" : "lost",
    payoutMicro: won ? coinFlipPayout(stakeMicro) : 0n,
  };
}
const seeds = fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), fc.nat({ max: 1_000_000 }));

describe("a coin flip is recomputed from its seeds", () => {
  test("the roll is the one of an independent reckoning, from 0 up to 1", () => {
    fc.assert(
      fc.property(seeds, ([server, client, nonce]) => {
        const roll = rollOf(server, client, nonce);
        expect(roll).toBe(rollFor(server, client, nonce));
        expect(roll >= 0 && roll < 1).toBe(true);
        expect(promiseOf(server)).toBe(hash(server));
      }),
    );
  });
  test("an honest bet is verified", () => {
    fc.assert(
      fc.property(seeds, ([server, client, nonce]) => {
        expect(verifyBet(honest(server, client, nonce)).kind).toBe("verified");
      }),
    );
  });
  test("another seed, outcome or payout is not, and says which", () => {
    fc.assert(
      fc.property(seeds, ([server, client, nonce]) => {
        const bet = honest(server, client, nonce);
        const kinds = (changed: Partial<RevealedBet>) => {
          const found = verifyBet({ ...bet, ...changed });
          return found.kind === "not-verified" ? found.reason : found.kind;
        };
        expect(kinds({ serverSeed: `${server}x` })).toBe("commitment");
        expect(kinds({ serverSeed: `${server}x`, statedHash: hash(`${server}x`) })).toBe("commitment");
        expect(kinds({ outcome: bet.outcome === "won" ? "lost" : "won" })).toBe("outcome");
        expect(kinds({ payoutMicro: bet.payoutMicro + 1n })).toBe("payout");
      }),
    );
  });
  test("an earlier nonce than the one committed to is not; a later one of the same seed is", () => {
    const bet = honest("seed", "client", 6);
    const committed = (nonce: number, seed = "seed") => ({ ...bet, committed: { hash: hash(seed), nonce } });
    expect(verifyBet(committed(7))).toMatchObject({ kind: "not-verified", reason: "nonce" });
    expect(verifyBet(committed(5)).kind).toBe("verified");
  });
  test("a later nonce of another seed proves nothing either way, but its sums must hold", () => {
    const bet = { ...honest("seed 6", "client", 6), committed: { hash: hash("seed 5"), nonce: 5 } };
    expect(verifyBet(bet)).toMatchObject({ kind: "unproven" });
    expect(verifyBet({ ...bet, committed: null }).kind).toBe("unproven");
    const lied = { ...bet, outcome: bet.outcome === "won" ? ("lost" as const) : ("won" as const) };
    expect(verifyBet(lied)).toMatchObject({ kind: "not-verified", reason: "outcome" });
  });
});
