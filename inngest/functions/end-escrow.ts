import { NonRetriableError } from "inngest";
import { inTransaction } from "../../db/connection";
import { getEscrow, type EscrowRow } from "../../db/mirror/escrows";
import { getIntent, openIntent, settleIntent } from "../../db/mirror/intents";
import { pauseReason } from "../../db/read/pauses";
import { formatMicro } from "../../domain/money";
import { throwFor } from "../purple-flea/outcomes";
import type { EndAction } from "./end-words";
import { mirrorUpstream } from "./mirror-upstream";
import { by, type Deps } from "../deps";
import { nextRetry, settleEnd } from "./settle-end";

const ID = "escrow-lifecycle";

/** What an escrow's end was, as the function returns it. */
export type Ended =
  | {
      status: "released";
      escrow_id: string;
      tx_hash: string | null;
      fee_usdc: string;
      referral_earned: string | null;
    }
  | { status: "cancelled"; escrow_id: string };
/** Why it ends, and who decided. */
export interface Ending {
  action: EndAction;
  /** In words: an operator's name, the counterparty, the time-out. */
  decidedBy: string;
}
/** What stands in the way for now: a pause, a dispute, or Purple Flea's no. */
type NotYet = { status: "held"; reason: string } | { status: "rejected"; reason: string; retry_at: number };

/**
 * Releases or cancels, once. Each try reads the escrow first: one that is over is recorded as it ended, and only one that
 * Purple Flea still calls locked is acted on, so that a try whose answer was lost may be followed by another.
 * @throws NonRetriableError when another end is under way, Error or RetryAfterError when it is worth another try
 */
export async function endEscrow(
  deps: Deps,
  ref: string,
  { action, decidedBy }: Ending,
  runId: string,
): Promise<Ended | NotYet> {
  const { mirror, purpleFlea, clock } = deps;
  const row = getEscrow(mirror, ref);
  if (!row?.remoteId) throw new NonRetriableError(`escrow ${ref} is not known at Purple Flea`);
  const remoteId = row.remoteId;
  const upstream = await purpleFlea.escrow(remoteId);
  const key = `escrow-end:${ref}`;
  const settling = (now: number) => ({ now, actor: by(ID), runId, stepId: `${action}-escrow` });
  const opened = inTransaction(mirror, (tx) => {
    const now = clock.now();
    if (upstream.status === "released" || upstream.status === "refunded") {
      mirrorUpstream(deps, tx, row, upstream, now, runId);
      return { kind: "over" as const };
    }
    if (upstream.status === "disputed" || upstream.status === "unknown") {
      mirrorUpstream(deps, tx, row, upstream, now, runId);
      return {
        kind: "held" as const,
        reason:
          upstream.status === "disputed"
            ? "disputed at Purple Flea"
            : `Purple Flea says "${upstream.rawStatus}"`,
      };
    }
    const paused = action === "release" ? pauseReason(tx, "escrow-release") : null;
    if (paused) return { kind: "held" as const, reason: paused };
    const intent = openIntent(
      tx,
      { key, action: `escrow-${action}`, subjectRef: ref, amountMicro: row.amountMicro, runId },
      now,
      true,
    );
    if (intent.kind === "send") {
      const sent = { kind: "sent", decidedBy, rawStatus: upstream.rawStatus } as const;
      settleEnd(tx, ref, action, sent, settling(now));
    }
    return intent;
  });
  if (opened.kind === "over") return endOf(getEscrow(mirror, ref) ?? row);
  if (opened.kind === "held") return { status: "held", reason: opened.reason };
  if (opened.kind !== "send") throw new NonRetriableError(`escrow ${ref} already has another end under way`);

  const { idempotencyKey } = opened;
  const outcome =
    action === "release"
      ? await purpleFlea.releaseEscrow(remoteId, { idempotencyKey })
      : await purpleFlea.cancelEscrow(remoteId, { idempotencyKey });
  const now = clock.now();
  switch (outcome.kind) {
    case "done": {
      const ended = { settledAt: now, settledBy: decidedBy };
      inTransaction(mirror, (tx) => {
        if (!("txHash" in outcome.value)) {
          const refunded = { kind: "refunded", amountMicro: row.amountMicro, decidedBy } as const;
          return settleEnd(tx, ref, action, refunded, { ...settling(now), values: ended });
        }
        const { feeMicro, referralMicro, txHash } = outcome.value;
        const netMicro = row.amountMicro - feeMicro;
        const released = { kind: "released", netMicro, feeMicro, referralMicro } as const;
        const values = { ...ended, feeMicro, netMicro, referralMicro: referralMicro ?? undefined, txHash };
        settleEnd(tx, ref, action, released, { ...settling(now), values });
      });
      return endOf(getEscrow(mirror, ref) ?? row);
    }
    case "unknown": {
      const { reason } = outcome;
      inTransaction(mirror, (tx) => settleEnd(tx, ref, action, { kind: "unknown", reason }, settling(now)));
      throw new Error(`outcome unknown: ${reason}`);
    }
    case "refused": {
      // The wrong state: another look says which one it is.
      const after = outcome.status === 409 ? await purpleFlea.escrow(remoteId) : null;
      const { message } = outcome;
      if (after?.status === "released" || after?.status === "refunded") {
        inTransaction(mirror, (tx) => {
          // This call was refused and did not end it; one before it may have been heard.
          if (getIntent(tx, key)?.tries === 1)
            settleIntent(tx, key, { status: "not_done", detail: message }, now);
          mirrorUpstream(deps, tx, getEscrow(tx, ref) ?? row, after, clock.now(), runId);
        });
        return endOf(getEscrow(mirror, ref) ?? row);
      }
      const retryAt = inTransaction(mirror, (tx) => {
        const at = outcome.status === 409 ? undefined : nextRetry(tx, ref, action, now);
        settleEnd(tx, ref, action, { kind: "rejected", message }, { ...settling(now), retryAt: at });
        return at;
      });
      if (retryAt === undefined) throw new Error(`rejected: ${message}`);
      return { status: "rejected", reason: message, retry_at: retryAt };
    }
    case "not-done": {
      const { reason } = outcome;
      inTransaction(mirror, (tx) =>
        settleEnd(tx, ref, action, { kind: "not-executed", reason }, settling(now)),
      );
      return throwFor(outcome);
    }
    default:
      return outcome satisfies never;
  }
}

/** The end of an escrow that is over, as the guide's function returns it: with Purple Flea's id. */
export function endOf(row: EscrowRow): Ended {
  const escrow_id = row.remoteId ?? row.ref;
  if (row.status !== "released") return { status: "cancelled", escrow_id };
  return {
    status: "released",
    escrow_id,
    tx_hash: row.txHash,
    fee_usdc: formatMicro(row.feeMicro ?? 0n),
    referral_earned: row.referralMicro === null ? null : formatMicro(row.referralMicro),
  };
}
