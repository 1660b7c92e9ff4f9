import { inTransaction } from "../../db/connection";
import { reviseAnswers } from "../../db/mirror/answers";
import { getClaim } from "../../db/mirror/bets";
import { decideIntent, reopenIntent, type Decider, type Intent } from "../../db/mirror/intents";
import { decisionsAbout } from "../../db/read/decisions";
import { pauseReason } from "../../db/read/pauses";
import { utcDay } from "../../domain/ids";
import { DAY_IS_OVER, sendClaim } from "./claim-faucet";
import { sendEscrow } from "./create-escrow";
import { sendBet } from "./place-bet";
import { sendOrder } from "./place-order";
import type { Deps } from "../deps";
import { failed, SETTLE_UNKNOWN, tellDecision, type Operator, type Settled } from "./settlement";
import { showNotDone } from "./what-became";

/** Sends it once more under its old key. What is known not to have been sent is tried again by the step. */
export async function sendAgain(
  deps: Deps,
  intent: Intent,
  decider: Decider,
  actor: Operator,
  runId: string,
): Promise<Settled> {
  const { mirror, clock } = deps;
  const { key, subjectRef: ref, action } = intent;
  if (action === "escrow-release" || action === "escrow-cancel")
    return inTransaction(mirror, (tx): Settled => {
      const now = clock.now();
      if (!decideIntent(tx, key, "repeated", decider, now)) return failed("Nothing was changed; look again.");
      tellDecision(tx, intent, "Decided: do it again", decider, actor, runId, now);
      // The run that takes over reads the escrow first, and acts only while Purple Flea calls it locked.
      return { state: "confirmed", message: "Another run takes it up now.", next: "resume-escrow" };
    });
  const mine = intent.decisionCommand === decider.commandId;
  if (action === "claim" && getClaim(mirror, ref)?.utcDay !== utcDay(clock.now())) {
    if (!mine) return failed("Its day is over: a claim made now would be today's. Nothing was sent");
    if (intent.status === "not_done") {
      inTransaction(mirror, (tx) => showNotDone(tx, intent, DAY_IS_OVER, clock.now(), runId));
      return failed(`Not done: ${DAY_IS_OVER}. Nothing moved.`);
    }
  }
  const opened = inTransaction(mirror, (tx) => {
    const now = clock.now();
    const kind = action === "order" ? "trade" : action;
    const paused = mine ? null : pauseReason(tx, kind);
    if (paused) return { kind: "paused" as const, reason: paused };
    const result = reopenIntent(tx, key, decider, runId, now);
    if (result.kind === "send") {
      tellDecision(tx, intent, "Decided: it did not happen, do it again", decider, actor, runId, now);
      // Earlier decisions that sent it and heard nothing have their answer with this one.
      if (!mine) {
        const message = "It did not happen, as was decided since. It was sent once more.";
        reviseAnswers(tx, decisionsAbout(tx, key), { state: "failed", message, runId }, now);
      }
    }
    return result;
  });
  if (opened.kind === "paused") return failed(`${opened.reason}. Nothing was sent`);
  if (opened.kind === "busy") throw new Error(`another order (${opened.heldBy.subjectRef}) is in flight`);
  if (opened.kind === "settled") {
    const { status, remoteId, detail } = opened.intent;
    return status === "done"
      ? { state: "confirmed", message: `Done: ${remoteId ?? ref}.` }
      : status === "unknown"
        ? { state: "unknown", message: `Sent again, and no answer came: ${detail ?? ""}.`, next: "ask" }
        : failed(`Not sent: ${detail ?? status}. Nothing moved.`);
  }
  const send =
    action === "order" ? sendOrder : action === "bet" ? sendBet : action === "claim" ? sendClaim : sendEscrow;
  const sent = await send(deps, ref, key, opened, {
    functionId: SETTLE_UNKNOWN,
    runId,
    stepId: "settle",
  });
  switch (sent.kind) {
    case "busy":
      throw new Error("another try has taken it over while this one waited; nothing was sent");
    case "placed":
      return {
        state: "confirmed",
        message: `Sent again and done: ${"orderId" in sent ? sent.orderId : sent.id}.`,
      };
    case "created":
      return {
        state: "confirmed",
        message: `Sent again and done: ${sent.remoteId}.`,
        next: "resume-escrow",
      };
    case "claimed":
      return { state: "confirmed", message: `Claimed ${sent.amount_usdc} USDC.` };
    case "unknown":
      return { state: "unknown", message: `Sent again, and no answer came: ${sent.reason}.`, next: "ask" };
    case "refused":
    case "skipped":
    case "not-claimed":
      return failed(`Sent again and refused: ${sent.reason}. Nothing moved.`);
    default:
      return sent satisfies never;
  }
}
