import type { MirrorWriter } from "../../db/connection";
import { walletBalance } from "../../db/mirror/balances";
import { reservedFunds } from "../../db/mirror/intents";
import type { MicroUsdc } from "../../domain/money";

/**
 * What the wallet has beside what other calls have reserved; undefined while its balance was never read. `ownMicro` is the amount
 * of the intent that was just opened: it is part of what is reserved. micro-USDC.
 */
export function freeFunds(tx: MirrorWriter, ownMicro: MicroUsdc): MicroUsdc | undefined {
  const balance = walletBalance(tx);
  return balance === undefined ? undefined : balance - (reservedFunds(tx, "wallet") - ownMicro);
}
