import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { beginClaim, changeClaim, claimBegunBy, getClaim } from "../../db/mirror/bets";
import { getIntent, openIntent, settleIntent, type Intent, type Try } from "../../db/mirror/intents";
import { tell } from "../../db/mirror/timeline";
import { pauseReason } from "../../db/read/pauses";
import { utcDay } from "../../domain/ids";
import { formatMicro } from "../../domain/money";
import { throwFor } from "../purple-flea/outcomes";
import { by, DAY_MS, startOfDay, type Deps } from "../deps";
import { showNotDone } from "./what-became";

const ID = "daily-faucet-claim";
/** Why a claim that came to nothing on its day is not sent any more: it would be another day's. */
export const DAY_IS_OVER = "its day was over before it could be sent";
export const iso = (ms: number): string => new Date(ms).toISOString();

export type Claimed =
  | { kind: "claimed"; key: string; amount_usdc: string; tx_hash: string }
  | { kind: "not-claimed"; key: string; next_eligible: string; reason: string }
  | { kind: "unknown"; key: string; reason: string };

/**
 * Claims for the UTC day on which this is first tried, once per agent and day. A later try stands for the same day: one behind
 * midnight sends nothing, and leaves the next day's claim to who asks for it. The pause and the intent are one transaction.
 * @throws RetryAfterError or Error when it is known not to have happened
 */
export async function claimFaucet(deps: Deps, commandId: string | null, runId: string): Promise<Claimed> {
  const { mirror, clock, config } = deps;
  const started = clock.now();
  const begun = claimBegunBy(mirror, runId);
  const day = begun?.utcDay ?? utcDay(started);
  const ref = `${config.agentId}:${day}`;
  const key = `claim:${ref}`;
  const next = iso(Date.parse(`${day}T00:00:00Z`) + DAY_MS);
  const opened = inTransaction(mirror, (tx) => {
    const answer = (state: "failed" | "skipped" | "unknown", message: string) =>
      answerCommand(tx, commandId, { state, message, runId }, started);
    const before = getIntent(tx, key);
    const refusal = day === utcDay(started) ? pauseReason(tx, "claim") : DAY_IS_OVER;
    // Only for what is known not to have been sent: of the rest it is still asked what became of it.
    if (refusal && (!before || before.status === "not_done")) {
      answer("skipped", `Not claimed: ${refusal}. Nothing moved.`);
      if (begun && before) showNotDone(tx, before, refusal, started, runId);
      return { kind: "no" as const, reason: refusal };
    }
    const intent = openIntent(
      tx,
      { key, action: "claim", subjectRef: ref, amountMicro: 0n, commandId, runId },
      started,
    );
    if (intent.kind === "send") {
      const requestedBy = commandId ? "operator" : "schedule";
      beginClaim(tx, { ref, agentId: config.agentId, utcDay: day, requestedBy, runId }, started);
    } else if (intent.kind === "settled" && intent.intent.status === "unknown") {
      changeClaim(tx, ref, { status: "unknown", reason: intent.intent.detail }, started);
      // Another run's claim is not this command's: it is settled with its own, and nothing was sent for this one.
      if (intent.intent.runId === runId) answer("unknown", "The claim was sent and no answer came.");
      else
        answer(
          "failed",
          "Not sent: today's claim was sent before and has no answer yet. The faucet is asked what became of it.",
        );
    } else if (intent.kind === "settled" && intent.intent.status === "refused")
      answer("failed", `Refused: ${intent.intent.detail ?? "no reason given"}. Nothing moved.`);
    else answer("failed", `Today's claim was made before. Next possible ${next}. Nothing moved.`);
    return intent;
  });
  if (opened.kind === "no") return { kind: "not-claimed", key, next_eligible: next, reason: opened.reason };
  if (opened.kind === "send")
    return sendClaim(deps, ref, key, opened, {
      functionId: ID,
      runId,
      stepId: "claim-faucet",
    });
  if (opened.kind === "settled" && opened.intent.status === "unknown")
    return { kind: "unknown", key, reason: "no answer came" };
  // This run's own claim, when the step's result was lost after it had been recorded.
  const mine = getClaim(mirror, ref);
  return mine?.runId === runId && mine.status === "claimed" && mine.amountMicro !== null
    ? { kind: "claimed", key, amount_usdc: formatMicro(mine.amountMicro), tx_hash: mine.txHash ?? "" }
    : { kind: "not-claimed", key, next_eligible: next, reason: "claimed before" };
}

/**
 * Sends the claim of an intent that was just opened, once, and writes what came of it.
 * @throws as claimFaucet
 */
export async function sendClaim(
  { mirror, purpleFlea, clock, config }: Deps,
  ref: string,
  key: string,
  { idempotencyKey }: Try,
  step: { functionId: string; runId: string; stepId: string },
): Promise<Claimed> {
  const outcome = await purpleFlea.claimFaucet({
    agentId: config.agentId,
    wallet: config.agentWallet,
    idempotencyKey,
  });
  const now = clock.now();
  const next = iso(startOfDay(now) + DAY_MS);
  const claimed = inTransaction(mirror, (tx): Claimed => {
    const answer = (state: "confirmed" | "failed" | "unknown", message: string) =>
      answerCommand(tx, getIntent(tx, key)?.commandId, { state, message, runId: step.runId }, now);
    // A webhook or a look may have told of it while the call was still under way: it is of that moment, and stays so.
    const told = getIntent(tx, key)?.status === "done" ? getClaim(tx, ref) : undefined;
    if (told?.status === "claimed" && told.amountMicro !== null)
      return {
        kind: "claimed",
        key,
        amount_usdc: formatMicro(told.amountMicro),
        tx_hash: told.txHash ?? "",
      };
    switch (outcome.kind) {
      case "done": {
        const { amountMicro, txHash } = outcome.value;
        settleIntent(tx, key, { status: "done", remoteId: txHash }, now);
        changeClaim(
          tx,
          ref,
          {
            status: "claimed",
            amountMicro,
            txHash,
            reason: null,
            settledAt: told?.settledAt ?? now,
            nextEligibleAt: startOfDay(now) + DAY_MS,
          },
          now,
        );
        tell(tx, {
          subject: { type: "claim", ref },
          kind: "claimed",
          at: now,
          title: `Claimed ${formatMicro(amountMicro)} USDC`,
          actor: by(step.functionId),
          runId: step.runId,
          stepId: step.stepId,
        });
        answer("confirmed", `${formatMicro(amountMicro)} USDC claimed.`);
        return { kind: "claimed", key, amount_usdc: formatMicro(amountMicro), tx_hash: txHash };
      }
      case "refused":
        settleIntent(tx, key, { status: "refused", detail: outcome.message }, now);
        changeClaim(tx, ref, { status: "refused", reason: outcome.message, settledAt: now }, now);
        answer("failed", `Refused: ${outcome.message}. Nothing moved.`);
        return { kind: "not-claimed", key, next_eligible: next, reason: outcome.message };
      case "unknown":
        settleIntent(tx, key, { status: "unknown", detail: outcome.reason }, now);
        changeClaim(tx, ref, { status: "unknown", reason: outcome.reason }, now);
        answer("unknown", "The claim was sent and no answer came.");
        return { kind: "unknown", key, reason: outcome.reason };
      case "not-done":
        settleIntent(tx, key, { status: "not_done", detail: outcome.reason }, now);
        return { kind: "not-claimed", key, next_eligible: next, reason: outcome.reason };
      default:
        return outcome satisfies never;
    }
  });
  // Known not to have happened: the step is tried again.
  return outcome.kind === "not-done" && claimed.kind !== "claimed" ? throwFor(outcome) : claimed;
}

/**
 * Puts a claim on record that nobody here asked for on its day: one that was sent before midnight and heard after it, or that was
 * made past this desk. `claimedAt` is Purple Flea's word, ms.
 */
export function adoptClaim(
  tx: MirrorWriter,
  agentId: string,
  claimedAt: number,
  runId: string,
  now: number,
): Intent | undefined {
  const day = utcDay(claimedAt);
  const ref = `${agentId}:${day}`;
  const key = `claim:${ref}`;
  openIntent(tx, { key, action: "claim", subjectRef: ref, amountMicro: 0n, runId }, now);
  beginClaim(tx, { ref, agentId, utcDay: day, requestedBy: "nobody here", runId }, Math.min(claimedAt, now));
  return getIntent(tx, key);
}
