import { createHash } from "node:crypto";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { recordSync, walletBalance } from "../../db/mirror/balances";
import { beginBet, changeBet, getBet, lostSince, skipBet, type BetRow } from "../../db/mirror/bets";
import {
  committed,
  getIntent,
  mayStillSend,
  openIntent,
  settleIntent,
  type Try,
} from "../../db/mirror/intents";
import { tell } from "../../db/mirror/timeline";
import { pauseReason } from "../../db/read/pauses";
import { isCommand } from "../../db/read/decisions";
import { formatMicro, usdcFromWire, type MicroUsdc } from "../../domain/money";
import { betRequest } from "../events";
import type { Bet, Commitment } from "../purple-flea/port";
import { throwFor } from "../purple-flea/outcomes";
import { verifyBet } from "../purple-flea/provably-fair";
import { by, startOfDay, type Deps } from "../deps";

const ID = "scheduled-casino-bet";

export interface BetPlan {
  ref: string;
  requestKey: string;
  side: "heads" | "tails";
  stakeMicro: MicroUsdc;
  commandId: string | null;
  runId: string;
}
export type BetPlaced =
  | { kind: "placed"; id: string; outcome: string; payout_usdc: string }
  | { kind: "skipped"; reason: string }
  | { kind: "busy" }
  | { kind: "unknown"; reason: string };

/** The bet that a request, or a tick of the schedule, asks for. The event's id is what makes it one bet. */
export function betPlan(
  { read, config }: Deps,
  event: { id?: string; data?: unknown },
  runId: string,
): BetPlan {
  const request = betRequest.safeParse(event.data);
  const asked = request.success ? request.data : null;
  const requestKey = asked ? (event.id ?? runId) : `slot:${event.id ?? runId}`;
  return {
    ref: `bet_${createHash("sha256").update(requestKey).digest("hex").slice(0, 12)}`,
    requestKey,
    side: asked?.side ?? "heads",
    stakeMicro: asked ? usdcFromWire(asked.stake_usdc) : config.casino.stakeMicro,
    commandId: event.id && isCommand(read, event.id) ? event.id : null,
    runId,
  };
}

/** The row of a bet that was not sent yet. */
export const betRow = ({ config }: Deps, plan: BetPlan) => ({
  ref: plan.ref,
  requestKey: plan.requestKey,
  agentId: config.agentId,
  game: "coin_flip",
  params: { side: plan.side },
  stakeMicro: plan.stakeMicro,
  // Ours and nobody else's: a bet that is found at Purple Flea is known by it.
  clientSeed: plan.ref,
  serverSeedHash: null,
  nonce: null,
  runId: plan.runId,
});

/**
 * Places a bet, once per slot or request. One transaction checks the pause, the stake, the day's losses and the balance and
 * writes the intent; then Purple Flea's commitment is read and kept; then the bet is sent. One bet at a time: another between
 * the commitment and the bet would use the seed that was committed to.
 * @throws RetryAfterError or Error when it is known not to have happened
 */
export async function placeBet(deps: Deps, plan: BetPlan): Promise<BetPlaced> {
  const { mirror, clock } = deps;
  const key = `bet:${plan.requestKey}`;
  const started = clock.now();
  const row = betRow(deps, plan);
  const answer = (tx: MirrorWriter, state: "failed" | "skipped" | "unknown", message: string) =>
    answerCommand(tx, plan.commandId, { state, message, runId: plan.runId }, started);
  const opened = inTransaction(mirror, (tx) => {
    const intent = openIntent(
      tx,
      {
        key,
        action: "bet",
        subjectRef: plan.ref,
        amountMicro: plan.stakeMicro,
        commandId: plan.commandId,
        runId: plan.runId,
        lock: "bet",
      },
      started,
      // Without a commitment on the row the bet itself was not sent yet.
      getBet(tx, plan.ref)?.serverSeedHash === null,
    );
    if (intent.kind !== "send") {
      if (intent.kind === "settled" && intent.intent.status === "unknown") {
        changeBet(tx, plan.ref, { status: "unknown", reason: intent.intent.detail }, started);
        answer(tx, "unknown", "The bet was sent and no answer came.");
      }
      return intent;
    }
    const refusal = whyNot(deps, tx, plan.stakeMicro, started);
    if (!refusal) {
      beginBet(tx, row, started);
      return intent;
    }
    settleIntent(tx, key, { status: "refused", detail: refusal }, started);
    skipBet(tx, row, refusal, started);
    answer(tx, "skipped", `Not placed: ${refusal}. Nothing moved.`);
    return { kind: "no" as const, reason: refusal };
  });
  switch (opened.kind) {
    case "no":
      return { kind: "skipped", reason: opened.reason };
    case "busy":
      return { kind: "busy" };
    case "settled": {
      const known = getBet(mirror, plan.ref);
      if (opened.intent.status === "done" && known?.remoteId) return placedAs(known, known.remoteId);
      return opened.intent.status === "refused"
        ? { kind: "skipped", reason: opened.intent.detail ?? "refused" }
        : { kind: "unknown", reason: opened.intent.detail ?? "no answer came" };
    }
    case "send":
      return sendBet(deps, plan.ref, key, opened, {
        functionId: ID,
        runId: plan.runId,
        stepId: "place-bet",
      });
    default:
      return opened satisfies never;
  }
}

const placedAs = (row: Pick<BetRow, "outcome" | "payoutMicro">, id: string): BetPlaced => ({
  kind: "placed",
  id,
  outcome: row.outcome ?? "unknown",
  payout_usdc: formatMicro(row.payoutMicro ?? 0n),
});

function whyNot({ config }: Deps, tx: MirrorWriter, stakeMicro: MicroUsdc, now: number): string | null {
  const paused = pauseReason(tx, "bet");
  if (paused) return paused;
  const { stakeMicro: limit, dailyLossMicro } = config.casino;
  if (stakeMicro > limit) return `the stake is over the limit of ${formatMicro(limit)} USDC`;
  if (lostSince(tx, startOfDay(now)) + stakeMicro > dailyLossMicro)
    return `the day's losses could pass the limit of ${formatMicro(dailyLossMicro)} USDC`;
  const balance = walletBalance(tx);
  if (balance !== undefined && balance - (committed(tx) - stakeMicro) < stakeMicro)
    return "insufficient balance";
  return null;
}

/**
 * Reads the commitment, sends the bet of an intent that was just opened, once, and writes what came of it. A try that another one
 * has taken over while it waited for the commitment sends nothing and changes nothing: it is busy.
 * @throws as placeBet
 */
export async function sendBet(
  { mirror, purpleFlea, clock }: Deps,
  ref: string,
  key: string,
  { idempotencyKey, tries }: Try,
  step: { functionId: string; runId: string; stepId: string },
): Promise<BetPlaced> {
  const before = getBet(mirror, ref);
  if (!before) throw new Error(`the mirror has no bet ${ref}`);
  let commitment: Commitment;
  try {
    commitment = await purpleFlea.casinoCommitment();
  } catch (error) {
    const detail = error instanceof Error ? error.message : "no commitment";
    inTransaction(mirror, (tx) => {
      if (mayStillSend(tx, key, tries)) settleIntent(tx, key, { status: "not_done", detail }, clock.now());
    });
    throw error;
  }
  const earlier = before.nonce === null ? null : { hash: before.serverSeedHash, nonce: before.nonce };
  const mine = inTransaction(mirror, (tx) => {
    if (!mayStillSend(tx, key, tries)) return false;
    const { serverSeedHash, nonce } = commitment;
    changeBet(tx, ref, { serverSeedHash, nonce }, clock.now());
    return true;
  });
  if (!mine) return { kind: "busy" };
  const outcome = await purpleFlea.placeBet({
    game: "coin_flip",
    side: isTails(before.params) ? "tails" : "heads",
    stakeMicro: before.stakeMicro,
    clientSeed: before.clientSeed,
    idempotencyKey,
  });
  const now = clock.now();
  const result = inTransaction(mirror, (tx): Exclude<BetPlaced, { kind: "busy" }> => {
    const answer = (state: "confirmed" | "failed" | "unknown", message: string) =>
      answerCommand(tx, getIntent(tx, key)?.commandId, { state, message, runId: step.runId }, now);
    switch (outcome.kind) {
      case "done": {
        const bet = outcome.value;
        settleIntent(tx, key, { status: "done", remoteId: bet.id }, now);
        // A key that was honoured answers with the bet of an earlier try, which the earlier commitment binds.
        if (earlier && bet.nonce === earlier.nonce)
          changeBet(tx, ref, { serverSeedHash: earlier.hash, nonce: earlier.nonce }, now);
        recordBet(tx, ref, bet, now);
        const payout = formatMicro(bet.payoutMicro);
        tell(tx, {
          subject: { type: "bet", ref },
          kind: "settled",
          at: now,
          title: `Bet ${bet.outcome}`,
          detail: `stake ${formatMicro(before.stakeMicro)}, payout ${payout} USDC`,
          actor: by(step.functionId),
          runId: step.runId,
          stepId: step.stepId,
        });
        answer("confirmed", `Bet ${bet.outcome}: payout ${payout} USDC.`);
        return { kind: "placed", id: bet.id, outcome: bet.outcome, payout_usdc: payout };
      }
      case "refused":
        settleIntent(tx, key, { status: "refused", detail: outcome.message }, now);
        changeBet(tx, ref, { status: "refused", reason: outcome.message, settledAt: now }, now);
        answer("failed", `Refused: ${outcome.message}. Nothing moved.`);
        return { kind: "skipped", reason: outcome.message };
      case "unknown":
        settleIntent(tx, key, { status: "unknown", detail: outcome.reason }, now);
        changeBet(tx, ref, { status: "unknown", reason: outcome.reason }, now);
        answer("unknown", "The bet was sent and no answer came.");
        return { kind: "unknown", reason: outcome.reason };
      case "not-done":
        settleIntent(tx, key, { status: "not_done", detail: outcome.reason }, now);
        return { kind: "skipped", reason: outcome.reason };
      default:
        return outcome satisfies never;
    }
  });
  // Known not to have happened: the step is tried again.
  return outcome.kind === "not-done" ? throwFor(outcome) : result;
}

const isTails = (params: unknown): boolean =>
  typeof params === "object" && params !== null && "side" in params && params.side === "tails";

/** Writes a bet's outcome as Purple Flea names it. */
export function recordBet(tx: MirrorWriter, ref: string, bet: Bet, now: number): void {
  recordSync(tx, "casino", now);
  const over = bet.outcome === "won" || bet.outcome === "lost";
  changeBet(
    tx,
    ref,
    {
      remoteId: bet.id,
      status: bet.outcome === "won" || bet.outcome === "lost" ? bet.outcome : "unknown",
      outcome: bet.rawOutcome,
      payoutMicro: bet.payoutMicro,
      ...(over && { settledAt: now, reason: null }),
      ...(!over && { reason: `Purple Flea says "${bet.rawOutcome}"` }),
      observedAt: now,
    },
    now,
  );
}

/**
 * Recomputes a bet from its revealed seed and writes whether it holds. Null while the seed is not revealed, and when another
 * bet came between the commitment and this one: then nothing was committed to beforehand that it could be held against.
 */
export function recordVerification(mirror: MirrorWriter, ref: string, bet: Bet, now: number): boolean | null {
  return inTransaction(mirror, (tx) => {
    const row = getBet(tx, ref);
    if (!row || bet.serverSeed === null || (bet.outcome !== "won" && bet.outcome !== "lost")) return null;
    // What is kept was promised to the last try; a bet before it is an earlier one's, whose promise is not kept.
    const { tries = 1 } = getIntent(tx, `bet:${row.requestKey}`) ?? {};
    const earlier = tries > 1 && row.nonce !== null && bet.nonce < row.nonce;
    const fairness = verifyBet({
      committed:
        row.serverSeedHash === null || row.nonce === null || earlier
          ? null
          : { hash: row.serverSeedHash, nonce: row.nonce },
      statedHash: bet.serverSeedHash,
      serverSeed: bet.serverSeed,
      clientSeed: row.clientSeed,
      nonce: bet.nonce,
      stakeMicro: row.stakeMicro,
      outcome: bet.outcome,
      payoutMicro: bet.payoutMicro,
    });
    const verified = fairness.kind === "unproven" ? null : fairness.kind === "verified";
    changeBet(
      tx,
      ref,
      {
        serverSeed: bet.serverSeed,
        verified,
        verification: fairness.kind === "verified" ? `roll ${fairness.roll.toFixed(9)}` : fairness.detail,
      },
      now,
    );
    return verified;
  });
}
