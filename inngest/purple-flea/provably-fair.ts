import { createHash, createHmac } from "node:crypto";
import type { MicroUsdc } from "../../domain/money";

/** What is known about a bet once its seed is revealed. */
export interface RevealedBet {
  /** What Purple Flea had committed to before the bet was placed; null when that was not recorded. */
  committed: { hash: string; nonce: number } | null;
  /** The commitment the bet itself names. */
  statedHash: string;
  serverSeed: string;
  clientSeed: string;
  nonce: number;
  stakeMicro: MicroUsdc;
  outcome: "won" | "lost";
  payoutMicro: MicroUsdc;
}

export type Fairness =
  | { kind: "verified"; /** From 0 up to, not including, 1. */ roll: number }
  /** Its sums hold, but nothing that was committed to before the bet binds its seed. */
  | { kind: "unproven"; /** For people. */ detail: string }
  | {
      kind: "not-verified";
      reason: "commitment" | "nonce" | "outcome" | "payout";
      /** For people. */
      detail: string;
    };

/** First 52 bits of HMAC-SHA256(server seed, `<client seed>:<nonce>`) as a fraction of 2^52. [ours] */
export function rollOf(serverSeed: string, clientSeed: string, nonce: number): number {
  const digest = createHmac("sha256", serverSeed).update(`${clientSeed}:${nonce}`).digest("hex");
  return parseInt(digest.slice(0, 13), 16) / 2 ** 52;
}

/** What a won coin flip pays, the stake included: 1.98 times the stake, half up to one micro. */
export function coinFlipPayout(stakeMicro: MicroUsdc): MicroUsdc {
  return (stakeMicro * 198n + 50n) / 100n;
}

/**
 * Recomputes a coin flip from its seeds: the seed is the one committed to, the roll decides, the payout follows. A bet of
 * somebody else between the commitment and this one moves the nonce on, and with it perhaps the seed: that proves nothing
 * against Purple Flea, and nothing for it.
 */
export function verifyBet(bet: RevealedBet): Fairness {
  const { committed, nonce } = bet;
  const hash = createHash("sha256").update(bet.serverSeed).digest("hex");
  if (hash !== bet.statedHash.toLowerCase())
    return refuse("commitment", "the revealed seed is not the one that the bet names");
  const bound = committed !== null && committed.hash.toLowerCase() === hash;
  if (committed && nonce < committed.nonce)
    return refuse("nonce", `the bet used nonce ${nonce}, ${committed.nonce} was committed to`);
  if (committed && nonce === committed.nonce && !bound)
    return refuse("commitment", "the revealed seed is not the one that was committed to before the bet");
  const roll = rollOf(bet.serverSeed, bet.clientSeed, nonce);
  const outcome = roll < 0.5 ? "won" : "lost";
  if (outcome !== bet.outcome)
    return refuse("outcome", `the seeds say ${outcome}, Purple Flea said ${bet.outcome}`);
  const payout = outcome === "won" ? coinFlipPayout(bet.stakeMicro) : 0n;
  if (payout !== bet.payoutMicro) return refuse("payout", "the payout is not what this outcome pays");
  if (bound) return { kind: "verified", roll };
  const why = committed
    ? `nonce ${committed.nonce} was committed to and another bet took it; this one used ${nonce}`
    : "no commitment was recorded before it";
  return { kind: "unproven", detail: `cannot be proven: ${why}. The outcome follows from the seeds` };
}

const refuse = (reason: Extract<Fairness, { kind: "not-verified" }>["reason"], detail: string): Fairness => ({
  kind: "not-verified",
  reason,
  detail,
});
