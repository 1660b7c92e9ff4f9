import type { MirrorWriter } from "../../db/connection";
import { changeEscrow, tellEscrow, type EscrowRow } from "../../db/mirror/escrows";
import { getIntent } from "../../db/mirror/intents";
import { intentKeys } from "../../domain/keys";
import type { Escrow } from "../purple-flea/port";
import type { Source } from "./protocol";

/** What is told of an escrow besides its status, by a reading or by the answer to a call. */
export const factsOf = (
  row: EscrowRow,
  upstream: Pick<Escrow, "feeMicro" | "referralMicro" | "txHash"> & { rawStatus?: string },
) => ({
  rawStatus: upstream.rawStatus,
  feeMicro: upstream.feeMicro ?? undefined,
  netMicro: upstream.feeMicro === null ? undefined : row.amountMicro - upstream.feeMicro,
  referralMicro: upstream.referralMicro ?? undefined,
  txHash: upstream.txHash ?? undefined,
});

/** Writes the counterparty's confirmation as Purple Flea names it, once. */
export function recordConfirmedUpstream(
  tx: MirrorWriter,
  row: EscrowRow,
  { confirmedAt, confirmedBy }: Escrow,
  source: Source,
  now: number,
): void {
  if (confirmedAt === null || row.confirmedAt !== null) return;
  const confirmed = {
    // Their clock may run ahead of ours; nothing here was confirmed in the future.
    confirmedAt: Math.min(confirmedAt, now),
    confirmedBy: confirmedBy ?? "counterparty",
    confirmationProof: "upstream" as const,
  };
  changeEscrow(tx, row.ref, confirmed, now, now);
  tellEscrow(tx, row.ref, {
    kind: "confirmed",
    at: now,
    title: "Confirmed by the counterparty",
    detail: "read at Purple Flea",
    ...source,
  });
}

/** Writes what Purple Flea says of an escrow that is not over. */
export function mirrorOpenEscrow(
  tx: MirrorWriter,
  row: EscrowRow,
  upstream: Escrow & { status: Exclude<Escrow["status"], "released" | "refunded"> },
  now: number,
): void {
  const facts = factsOf(row, upstream);
  switch (upstream.status) {
    case "disputed":
      changeEscrow(tx, row.ref, { ...facts, status: "disputed", reason: null }, now, now);
      return;
    case "unknown": {
      const reason = `Purple Flea says "${upstream.rawStatus}"`;
      changeEscrow(tx, row.ref, { ...facts, status: "unknown", reason }, now, now);
      return;
    }
    case "locked":
    case "completed": {
      // "Locked" does not say that a call in flight, or one of unknown outcome, was not executed: it may arrive yet.
      const end = getIntent(tx, intentKeys.escrowEnd(row.ref))?.status;
      const status = end === "open" || end === "unknown" ? undefined : "pending";
      // Why its end came to nothing stands until that is tried again.
      const reason = row.retryAt === null ? null : undefined;
      changeEscrow(tx, row.ref, { ...facts, status, reason }, now, now);
      return;
    }
    default:
      upstream.status satisfies never;
  }
}
