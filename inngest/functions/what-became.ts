import type { MirrorWriter } from "../../db/connection";
import { answerCommand, reviseAnswers } from "../../db/mirror/answers";
import { changeBet, changeClaim, getClaim } from "../../db/mirror/bets";
import { changeEscrow, getEscrow, tellEscrow } from "../../db/mirror/escrows";
import { settleIntent, type Intent } from "../../db/mirror/intents";
import { tell, type TimelineEntry } from "../../db/mirror/timeline";
import { applyTradeNews, getTrade, settleAlert } from "../../db/mirror/trades";
import { decisionsAbout } from "../../db/read/decisions";
import type { Actor } from "../../domain/ids";
import { escrowSums, formatMicro, type MicroUsdc } from "../../domain/money";
import type { Bet, Escrow, Order } from "../purple-flea/port";
import { mirrorUpstream } from "./mirror-upstream";
import { newsOf } from "./place-order";
import { recordBet } from "./place-bet";
import { by, DAY_MS, startOfDay, type Deps } from "../deps";
import { endActionOf, settleEnd } from "./settle-end";

/** What is known now of a call whose outcome was not. */
export type Fact =
  | { action: "order"; order: Order }
  | { action: "escrow-create"; escrow: Escrow }
  | { action: "bet"; bet: Bet }
  /** Null is what nobody told. */
  | { action: "claim"; amountMicro: MicroUsdc | null; txHash: string | null; claimedAt: number | null };
/** Who says so. */
export interface Source {
  /** For the story: "read at Purple Flea", "decided by Olive". */
  words: string;
  actor: Actor;
  runId: string;
}

/** What a call's row is called on a timeline. */
export function subjectOf(intent: Intent): TimelineEntry["subject"] {
  const type =
    intent.action === "order"
      ? "trade"
      : intent.action === "bet"
        ? "bet"
        : intent.action === "claim"
          ? "claim"
          : "escrow";
  return { type, ref: intent.subjectRef };
}

/** Writes that an unknown call did happen: intent, row, alert, story and the command that asked for it. */
export function recordHappened(
  deps: Deps,
  tx: MirrorWriter,
  intent: Intent,
  fact: Fact,
  source: Source,
  now: number,
): void {
  const { key, subjectRef: ref } = intent;
  const found = (remoteId: string | undefined, title: string) => {
    settleIntent(tx, key, { status: "done", remoteId, detail: source.words }, now);
    tell(tx, {
      subject: subjectOf(intent),
      kind: "found",
      nth: String(intent.tries),
      at: now,
      title,
      detail: source.words,
      actor: source.actor,
      runId: source.runId,
    });
    answerAskers(tx, intent, { state: "confirmed", message: `${title}.`, runId: source.runId }, now);
  };
  switch (fact.action) {
    case "order": {
      const alertId = getTrade(tx, ref)?.alertId;
      if (fact.order.status === "rejected") {
        applyTradeNews(tx, ref, newsOf(fact.order), now, now);
        return recordNotHappened(tx, intent, "Purple Flea rejected the order", source, now);
      }
      applyTradeNews(tx, ref, newsOf(fact.order), now, now);
      if (alertId) settleAlert(tx, alertId, "traded", now, { tradeRef: ref });
      return found(fact.order.id, `The order exists: ${fact.order.id}`);
    }
    case "escrow-create": {
      const row = getEscrow(tx, ref);
      if (!row) return;
      const { escrow } = fact;
      const feeMicro = escrow.feeMicro ?? escrowSums(row.amountMicro).fee;
      const deadline = (escrow.createdAt ?? intent.createdAt) + row.timeoutHours * 3_600_000;
      changeEscrow(
        tx,
        ref,
        {
          remoteId: escrow.id,
          status: "pending",
          rawStatus: escrow.rawStatus,
          feeMicro,
          netMicro: row.amountMicro - feeMicro,
          lockedAt: escrow.createdAt ?? intent.createdAt,
          expiresAt: Math.min(deadline, escrow.expiresAt ?? deadline),
        },
        now,
        now,
      );
      found(escrow.id, `The escrow exists: ${escrow.id}`);
      mirrorUpstream(deps, tx, getEscrow(tx, ref) ?? row, escrow, now, source.runId);
      return;
    }
    case "bet":
      recordBet(tx, ref, fact.bet, now);
      return found(fact.bet.id, `The bet exists: ${fact.bet.id}, ${fact.bet.outcome}`);
    case "claim": {
      const claim = getClaim(tx, ref);
      const day = claim ? Date.parse(`${claim.utcDay}T00:00:00Z`) : startOfDay(now);
      const known = claim?.status === "claimed" ? claim.settledAt : null;
      changeClaim(
        tx,
        ref,
        {
          status: "claimed",
          amountMicro: fact.amountMicro,
          txHash: fact.txHash,
          reason: fact.amountMicro === null ? "the amount was not told" : null,
          // Their clock may run ahead of ours; nothing was claimed in the future.
          settledAt: Math.min(fact.claimedAt ?? known ?? now, now),
          nextEligibleAt: day + DAY_MS,
        },
        now,
      );
      return found(
        fact.txHash ?? undefined,
        fact.amountMicro === null
          ? "The claim was made; its amount was not told"
          : `Claimed ${formatMicro(fact.amountMicro)} USDC`,
      );
    }
    default:
      fact satisfies never;
  }
}

/** Writes that a call did not happen and is over: intent, row, alert, story and the command that asked for it. */
export function recordNotHappened(
  tx: MirrorWriter,
  intent: Intent,
  reason: string,
  source: Source,
  now: number,
): void {
  tell(tx, {
    subject: subjectOf(intent),
    kind: "not-happened",
    nth: String(intent.tries),
    at: now,
    title: "It did not happen",
    detail: `${reason}. Nothing moved.`,
    actor: source.actor,
    runId: source.runId,
  });
  showNotDone(tx, intent, reason, now, source.runId);
}

/** A row whose call is known not to have been made and is not tried again. */
export function showNotDone(
  tx: MirrorWriter,
  intent: Intent,
  reason: string,
  now: number,
  runId: string,
): void {
  const { key, subjectRef: ref } = intent;
  // A day's claim may be asked for once more; every other call is over.
  settleIntent(tx, key, { status: intent.action === "claim" ? "not_done" : "refused", detail: reason }, now);
  switch (intent.action) {
    case "order": {
      applyTradeNews(tx, ref, { status: "refused", reason }, now, now);
      const alertId = getTrade(tx, ref)?.alertId;
      if (alertId) settleAlert(tx, alertId, "refused", now, { reason, tradeRef: ref });
      break;
    }
    case "bet":
      changeBet(tx, ref, { status: "refused", reason, settledAt: now }, now);
      break;
    case "claim":
      changeClaim(tx, ref, { status: "refused", reason, settledAt: now }, now);
      break;
    case "escrow-create":
      changeEscrow(tx, ref, { status: "refused", reason, settledAt: now }, now, now);
      break;
    case "escrow-release":
    case "escrow-cancel":
      changeEscrow(tx, ref, { status: "pending", reason }, now, now);
      break;
    default:
      intent.action satisfies never;
  }
  const message = `Not done: ${reason}. Nothing moved.`;
  answerAskers(tx, intent, { state: "failed", message, runId }, now);
}

/** Answers who asked for a call, and everybody whose decision sent it again and heard nothing either. */
function answerAskers(
  tx: MirrorWriter,
  { key, commandId, decisionCommand }: Intent,
  answer: Parameters<typeof reviseAnswers>[2],
  now: number,
): void {
  answerCommand(tx, commandId, answer, now);
  if (decisionCommand !== commandId) answerCommand(tx, decisionCommand, answer, now);
  reviseAnswers(tx, decisionsAbout(tx, key), answer, now);
}

/** A call that may have been made and has no answer: intent, row and alert say so. */
export function showUnknown(tx: MirrorWriter, intent: Intent, reason: string, now: number): void {
  const { key, subjectRef: ref } = intent;
  settleIntent(tx, key, { status: "unknown", detail: reason }, now);
  const message = `It may have been done; no answer was recorded: ${reason}.`;
  answerCommand(tx, intent.commandId, { state: "unknown", message }, now);
  switch (intent.action) {
    case "order": {
      applyTradeNews(tx, ref, { status: "unknown", reason }, now, now);
      const alertId = getTrade(tx, ref)?.alertId;
      if (alertId) settleAlert(tx, alertId, "unknown", now, { reason, tradeRef: ref });
      return;
    }
    case "bet":
      return changeBet(tx, ref, { status: "unknown", reason }, now);
    case "claim":
      return changeClaim(tx, ref, { status: "unknown", reason }, now);
    case "escrow-create":
      changeEscrow(tx, ref, { status: "unknown", reason }, now, now);
      tellEscrow(tx, ref, {
        kind: `${intent.action}-lost`,
        nth: String(intent.tries),
        at: now,
        title: "No answer was recorded",
        detail: reason,
        actor: by("clean-up"),
      });
      return;
    case "escrow-release":
    case "escrow-cancel": {
      const unknown = { kind: "unknown", reason } as const;
      return settleEnd(tx, ref, endActionOf(intent.action), unknown, { now, actor: by("clean-up") });
    }
    default:
      intent.action satisfies never;
  }
}
