import type { MirrorWriter } from "../../db/connection";
import { betByRemoteId, getBet } from "../../db/mirror/bets";
import { escrowByRemoteId, getEscrow } from "../../db/mirror/escrows";
import type { Intent } from "../../db/mirror/intents";
import { getTrade, tradeByRemoteId } from "../../db/mirror/trades";
import { marketOf } from "../../domain/markets";
import { formatMicro } from "../../domain/money";
import type { Deps } from "../deps";
import type { Fact } from "./what-became";

/** What Purple Flea says of the id that was given, or in words why it cannot be this call. */
export async function readFact(
  { mirror, purpleFlea }: Deps,
  intent: Intent,
  remoteId: string | undefined,
): Promise<
  Fact | { action: "escrow-end"; escrow: Awaited<ReturnType<Deps["purpleFlea"]["escrow"]>> } | string
> {
  const ref = intent.subjectRef;
  switch (intent.action) {
    case "order": {
      if (!remoteId) return "Purple Flea's order id is missing";
      const order = await purpleFlea.order(remoteId);
      const trade = getTrade(mirror, ref);
      if (order.asset && trade && marketOf(order.asset) !== marketOf(trade.asset))
        return `${remoteId} is an order for ${order.asset}, this one was for ${trade.asset}`;
      if (order.side && trade && order.side !== trade.side)
        return `${remoteId} is ${order.side}, this one was ${trade.side}`;
      if (order.sizeMicro !== null && order.sizeMicro !== intent.amountMicro)
        return `${remoteId} is over ${formatMicro(order.sizeMicro)} USDC, this one was over ${formatMicro(intent.amountMicro)} USDC`;
      return { action: "order", order };
    }
    case "escrow-create": {
      if (!remoteId) return "Purple Flea's escrow id is missing";
      const escrow = await purpleFlea.escrow(remoteId);
      const row = getEscrow(mirror, ref);
      if (escrow.amountMicro !== intent.amountMicro)
        return `${remoteId} is over ${formatMicro(escrow.amountMicro)} USDC, this one was over ${formatMicro(intent.amountMicro)} USDC`;
      if (row && escrow.counterparty && escrow.counterparty.toLowerCase() !== row.counterparty.toLowerCase())
        return `${remoteId} is for ${escrow.counterparty}, this one was for ${row.counterparty}`;
      return { action: "escrow-create", escrow };
    }
    case "bet": {
      if (!remoteId) return "Purple Flea's bet id is missing";
      const bet = await purpleFlea.bet(remoteId);
      return bet.clientSeed === getBet(mirror, ref)?.clientSeed
        ? { action: "bet", bet }
        : `${remoteId} is another bet: it has another client seed`;
    }
    case "claim":
      return { action: "claim", amountMicro: null, txHash: remoteId ?? null, claimedAt: null };
    case "escrow-release":
    case "escrow-cancel": {
      const row = getEscrow(mirror, ref);
      if (!row?.remoteId) return "the escrow has no id at Purple Flea";
      const escrow = await purpleFlea.escrow(row.remoteId);
      return escrow.status === "released" || escrow.status === "refunded"
        ? { action: "escrow-end", escrow }
        : `Purple Flea says "${escrow.rawStatus}": it did not happen`;
    }
    default:
      return intent.action satisfies never;
  }
}

/** The row an id of Purple Flea's belongs to already, when it is another one. */
export function ownerOf(tx: MirrorWriter, intent: Intent, remoteId: string): string | null {
  const owner =
    intent.action === "order"
      ? tradeByRemoteId(tx, remoteId)
      : intent.action === "bet"
        ? betByRemoteId(tx, remoteId)
        : intent.action === "escrow-create"
          ? escrowByRemoteId(tx, remoteId)
          : undefined;
  return owner && owner.ref !== intent.subjectRef ? owner.ref : null;
}
