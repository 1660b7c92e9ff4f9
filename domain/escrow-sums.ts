import { ESCROW_FEE_PPM, escrowSums, referralOf, type MicroUsdc } from "./money";

/** An escrow's sums as its row has them, micro-USDC: null is what Purple Flea has not named yet. */
export interface EscrowSums {
  amountMicro: MicroUsdc;
  feeMicro: MicroUsdc | null;
  netMicro: MicroUsdc | null;
  referralMicro: MicroUsdc | null;
  /** Millionths of the amount; null in rows of before the rate was kept: 1 %. */
  feeRatePpm: number | null;
}

/** An escrow's money as it is known: what Purple Flea said where it said something, our own sums where it has not yet. */
export interface EscrowMoney {
  amount: MicroUsdc;
  fee: MicroUsdc;
  net: MicroUsdc;
  referral: MicroUsdc;
  /** The row's own. */
  feePpm: number;
}

export function escrowMoney(row: EscrowSums): EscrowMoney {
  const { amountMicro: amount, feeMicro, netMicro } = row;
  const feePpm = row.feeRatePpm ?? ESCROW_FEE_PPM;
  const fee = feeMicro ?? (netMicro === null ? escrowSums(amount, feePpm).fee : amount - netMicro);
  return {
    amount,
    fee,
    net: netMicro ?? amount - fee,
    referral: row.referralMicro ?? referralOf(fee),
    feePpm,
  };
}

/**
 * What is to be said of an escrow's sums. `wrong`: net and fee do not make the amount, or one of them is below nothing; it
 * is not approved. `rate`: they do, and the fee is not at the row's rate or the referral not 15 % of it; it is only pointed out.
 */
export type SumVerdict = "good" | "rate" | "wrong";

export function checkSums({ amount, fee, net, referral, feePpm }: EscrowMoney): SumVerdict {
  if (net + fee !== amount || net < 0n || fee < 0n) return "wrong";
  return fee === escrowSums(amount, feePpm).fee && referral === referralOf(fee) ? "good" : "rate";
}
