import { NonRetriableError } from "inngest";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { changeEscrow, getEscrow, tellEscrow, type EscrowRow } from "../../db/mirror/escrows";
import { getIntent, openIntent, settleIntent } from "../../db/mirror/intents";
import { getDecision } from "../../db/read/decisions";
import { pauseReason } from "../../db/read/pauses";
import { formatMicro } from "../../domain/money";
import { throwFor } from "../purple-flea/outcomes";
import { mirrorUpstream } from "./mirror-upstream";
import { by, type Setting } from "./setting";

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
  action: "release" | "cancel";
  /** In words: an operator's name, the counterparty, the time-out. */
  decidedBy: string;
}

/**
 * Releases or cancels, once. Each try reads the escrow first: one that is over is recorded as it ended, and only one that
 * Purple Flea still calls locked is acted on, so that a try whose answer was lost may be followed by another.
 * @throws NonRetriableError when refused, Error or RetryAfterError when it is worth another try
 */
export async function endEscrow(
  setting: Setting,
  ref: string,
  ending: Ending,
  runId: string,
): Promise<Ended | { status: "held"; reason: string }> {
  const { mirror, read, purpleFlea, clock } = setting;
  const row = getEscrow(mirror, ref);
  if (!row?.remoteId) throw new NonRetriableError(`escrow ${ref} is not known at Purple Flea`);
  const remoteId = row.remoteId;
  const upstream = await purpleFlea.escrow(remoteId);
  const key = `escrow-end:${ref}`;
  const step = ending.action === "release" ? "release-escrow" : "cancel-escrow";
  const opened = inTransaction(mirror, (tx) => {
    const now = clock.now();
    if (upstream.status === "released" || upstream.status === "refunded") {
      mirrorUpstream(setting, tx, row, upstream, now, runId);
      return { kind: "over" as const };
    }
    if (upstream.status === "disputed" || upstream.status === "unknown") {
      mirrorUpstream(setting, tx, row, upstream, now, runId);
      return {
        kind: "held" as const,
        reason:
          upstream.status === "disputed"
            ? "disputed at Purple Flea"
            : `Purple Flea says "${upstream.rawStatus}"`,
      };
    }
    const paused = ending.action === "release" ? pauseReason(tx, "escrow-release") : null;
    if (paused) return { kind: "held" as const, reason: paused };
    const intent = openIntent(
      tx,
      {
        key,
        action: ending.action === "release" ? "escrow-release" : "escrow-cancel",
        subjectRef: ref,
        amountMicro: row.amountMicro,
        runId,
      },
      now,
      true,
    );
    if (intent.kind === "send") {
      changeEscrow(
        tx,
        ref,
        { status: ending.action === "release" ? "releasing" : "cancelling", reason: null },
        now,
        now,
      );
      tellEscrow(tx, ref, {
        kind: `${ending.action}-intent`,
        at: now,
        title: ending.action === "release" ? "Release sent" : "Cancel sent",
        detail: `decided by ${ending.decidedBy}; Purple Flea says "${upstream.rawStatus}"`,
        actor: by(ID),
        runId,
        stepId: step,
      });
    }
    return intent;
  });
  if (opened.kind === "over") return endOf(getEscrow(mirror, ref) ?? row);
  if (opened.kind === "held") return { status: "held", reason: opened.reason };
  if (opened.kind !== "send") throw new NonRetriableError(`escrow ${ref} already has another end under way`);

  const outcome =
    ending.action === "release"
      ? await purpleFlea.releaseEscrow(remoteId, { idempotencyKey: opened.idempotencyKey })
      : await purpleFlea.cancelEscrow(remoteId, { idempotencyKey: opened.idempotencyKey });
  const now = clock.now();
  switch (outcome.kind) {
    case "done":
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "done" }, now);
        const decision = getDecision(read, ref);
        if ("txHash" in outcome.value) {
          const { feeMicro, referralMicro, txHash } = outcome.value;
          changeEscrow(
            tx,
            ref,
            {
              status: "released",
              reason: null,
              feeMicro,
              netMicro: row.amountMicro - feeMicro,
              referralMicro: referralMicro ?? undefined,
              txHash,
              settledAt: now,
              settledBy: ending.decidedBy,
            },
            now,
            now,
          );
          tellEscrow(tx, ref, {
            kind: "released",
            at: now,
            title: `Released ${formatMicro(row.amountMicro - feeMicro)} USDC`,
            detail: `fee ${formatMicro(feeMicro)} USDC${referralMicro === null ? "" : `, referral ${formatMicro(referralMicro)} USDC`}`,
            actor: by(ID),
            runId,
            stepId: step,
          });
          answerCommand(
            tx,
            decision?.commandId,
            {
              state: decision?.decision === "cancel" ? "failed" : "confirmed",
              message: "Released at Purple Flea.",
              runId,
            },
            now,
          );
        } else {
          changeEscrow(
            tx,
            ref,
            { status: "refunded", reason: null, settledAt: now, settledBy: ending.decidedBy },
            now,
            now,
          );
          tellEscrow(tx, ref, {
            kind: "refunded",
            at: now,
            title: `Refunded ${formatMicro(row.amountMicro)} USDC`,
            detail: `decided by ${ending.decidedBy}`,
            actor: by(ID),
            runId,
            stepId: step,
          });
          answerCommand(
            tx,
            decision?.commandId,
            {
              state: decision?.decision === "release" ? "failed" : "confirmed",
              message: "Cancelled and refunded at Purple Flea.",
              runId,
            },
            now,
          );
        }
      });
      return endOf(getEscrow(mirror, ref) ?? row);
    case "unknown":
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "unknown", detail: outcome.reason }, now);
        const reason = `${ending.action} sent, no answer: ${outcome.reason}. Purple Flea is asked what became of it`;
        changeEscrow(tx, ref, { status: "unknown", reason }, now, now);
        tellEscrow(tx, ref, {
          kind: `${ending.action}-unknown`,
          nth: String(now),
          at: now,
          title: "No answer came",
          detail: outcome.reason,
          actor: by(ID),
          runId,
          stepId: step,
        });
      });
      throw new Error(`outcome unknown: ${outcome.reason}`);
    case "refused": {
      // The wrong state: another look says which one it is.
      const after = outcome.status === 409 ? await purpleFlea.escrow(remoteId) : null;
      const over = after?.status === "released" || after?.status === "refunded";
      inTransaction(mirror, (tx) => {
        if (after && over) {
          // This call was refused and did not end it; one before it may have been heard.
          if (getIntent(tx, key)?.tries === 1)
            settleIntent(tx, key, { status: "not_done", detail: outcome.message }, now);
          return mirrorUpstream(setting, tx, getEscrow(tx, ref) ?? row, after, clock.now(), runId);
        }
        const title = `${ending.action === "release" ? "Release" : "Cancel"} refused`;
        const reason = `${ending.action} refused: ${outcome.message}`;
        settleIntent(tx, key, { status: "not_done", detail: outcome.message }, now);
        changeEscrow(tx, ref, { status: "pending", reason }, now, now);
        tellEscrow(tx, ref, {
          kind: `${ending.action}-refused`,
          nth: String(now),
          at: now,
          title,
          detail: outcome.message,
          actor: by(ID),
          runId,
          stepId: step,
        });
      });
      if (over) return endOf(getEscrow(mirror, ref) ?? row);
      if (outcome.status === 409) throw new Error(`refused: ${outcome.message}`);
      return throwFor(outcome);
    }
    case "not-done":
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "not_done", detail: outcome.reason }, now);
        changeEscrow(
          tx,
          ref,
          { status: "pending", reason: `${ending.action} not done yet: ${outcome.reason}` },
          now,
          now,
        );
      });
      return throwFor(outcome);
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
