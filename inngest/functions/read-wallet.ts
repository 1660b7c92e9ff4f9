import { inTransaction } from "../../db/connection";
import { recordBalance, recordSync } from "../../db/mirror/balances";
import type { MicroUsdc } from "../../domain/money";
import type { Deps } from "../deps";

/**
 * Reads the wallet at Purple Flea into the mirror. It is dated with the moment before the read: what is done while the read is
 * under way counts as not yet in it.
 */
export async function readWallet({ purpleFlea, mirror, clock }: Deps): Promise<MicroUsdc> {
  const asked = clock.now();
  const { balanceMicro } = await purpleFlea.balance();
  inTransaction(mirror, (tx) => {
    recordBalance(tx, "wallet", balanceMicro, true, asked);
    recordSync(tx, "wallet", asked);
  });
  return balanceMicro;
}
