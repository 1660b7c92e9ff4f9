import type { EndedBy } from "../../../domain/ended-by";
import type { MicroUsdc } from "../../../domain/money";

/** How an escrow ends, as it is asked for. */
export type EndAction = "release" | "cancel";

/** How an escrow ended. Amounts in micro-USDC, times in ms; null is what nobody told. */
export interface End {
  as: "released" | "refunded";
  feeMicro: MicroUsdc | null;
  referralMicro: MicroUsdc | null;
  txHash: string | null;
  at: number;
  by: EndedBy;
  rawStatus?: string;
}
