import { createHash } from "node:crypto";
import { z } from "zod";
import { inTransaction, type Writer } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { recordSync, walletBalance } from "../../db/mirror/balances";
import { beginBet, changeBet, getBet, lostSince, skipBet } from "../../db/mirror/bets";
import { committed, openIntent, settleIntent } from "../../db/mirror/intents";
import { tell } from "../../db/mirror/timeline";
import { isCommand, pauseReason } from "../../db/read/decisions";
import { formatMicro, usdcFromWire, type MicroUsdc } from "../../domain/money";
import { betRequested, eventIdFor, outcomeUnknown } from "../events";
import type { Bet } from "../purple-flea/contract";
import { throwFor } from "../purple-flea/outcomes";
import { verifyBet } from "../purple-flea/provably-fair";
import { by, startOfDay, type Setting } from "./setting";

const ID = "scheduled-casino-bet";

/** What only a request carries; a schedule's tick has none of it. */
const requestSchema = z.object({
  stake_usdc: z.union([z.number(), z.string()]),
  side: z.enum(["heads", "tails"]),
});

interface BetPlan {
  ref: string;
  requestKey: string;
  side: "heads" | "tails";
  stakeMicro: MicroUsdc;
  clientSeed: string;
  serverSeedHash: string;
  nonce: number;
  commandId: string | null;
  runId: string;
}
type Placed =
  | { kind: "placed"; id: string; outcome: string; payout_usdc: string }
  | { kind: "skipped"; reason: string }
  | { kind: "unknown"; reason: string };

/** One bet per schedule slot or request, within the stake and the day's loss limit, checked against its commitment. */
export function scheduledCasinoBet(setting: Setting) {
  const { client, mirror, read, purpleFlea, clock, config } = setting;
  const { cron } = config.casino;
  return client.createFunction(
    {
      id: ID,
      name: "Scheduled casino bet",
      retries: 3,
      triggers: [...(cron ? [{ cron }] : []), betRequested],
    },
    async ({ event, step, runId }) => {
      const request = requestSchema.safeParse(event.data);
      const asked = request.success ? request.data : null;
      const requestKey = asked ? (event.id ?? runId) : `slot:${event.id ?? runId}`;
      const ref = `bet_${createHash("sha256").update(requestKey).digest("hex").slice(0, 12)}`;
      const commitment = await step.run("get-commitment", async () => {
        const { serverSeedHash, nonce } = await purpleFlea.casinoCommitment();
        return { server_seed_hash: serverSeedHash, nonce };
      });
      const plan = (): BetPlan => ({
        ref,
        requestKey,
        side: asked?.side ?? "heads",
        stakeMicro: asked ? usdcFromWire(asked.stake_usdc) : config.casino.stakeMicro,
        clientSeed: ref,
        serverSeedHash: commitment.server_seed_hash,
        nonce: commitment.nonce,
        commandId: event.id && isCommand(read, event.id) ? event.id : null,
        runId,
      });
      const placed = await step.run("place-bet", () => placeBet(plan()));
      if (placed.kind === "skipped") return { skipped: true, reason: placed.reason };
      if (placed.kind === "unknown") {
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create(
            { intent_key: `bet:${requestKey}` },
            { id: eventIdFor("outcome.unknown", `bet:${requestKey}`) },
          ),
        );
        return { unknown: true, reason: placed.reason };
      }
      const verified = await step.run("verify-bet", async () =>
        recordVerification(mirror, ref, await purpleFlea.bet(placed.id), clock.now()),
      );
      return { bet_id: placed.id, outcome: placed.outcome, payout_usdc: placed.payout_usdc, verified };
    },
  );

  async function placeBet(plan: BetPlan): Promise<Placed> {
    const key = `bet:${plan.requestKey}`;
    const started = clock.now();
    const row = {
      ref: plan.ref,
      requestKey: plan.requestKey,
      agentId: config.agentId,
      game: "coin_flip",
      params: { side: plan.side },
      stakeMicro: plan.stakeMicro,
      clientSeed: plan.clientSeed,
      serverSeedHash: plan.serverSeedHash,
      nonce: plan.nonce,
      runId: plan.runId,
    };
    const answer = (tx: Writer, state: "confirmed" | "failed" | "unknown", message: string) =>
      answerCommand(tx, plan.commandId, { state, message, runId: plan.runId }, clock.now());
    const opened = inTransaction(mirror, (tx) => {
      const intent = openIntent(
        tx,
        { key, action: "bet", subjectRef: plan.ref, amountMicro: plan.stakeMicro, runId: plan.runId },
        started,
      );
      if (intent.kind !== "send") {
        if (intent.kind === "settled" && intent.intent.status === "unknown") {
          changeBet(tx, plan.ref, { status: "unknown", reason: intent.intent.detail }, started);
          answer(tx, "unknown", "The bet was sent and no answer came.");
        }
        return intent;
      }
      const refusal = whyNot(tx, plan.stakeMicro, started);
      if (!refusal) {
        beginBet(tx, row, started);
        return intent;
      }
      settleIntent(tx, key, { status: "refused", detail: refusal }, started);
      skipBet(tx, row, refusal, started);
      answer(tx, "failed", `Not placed: ${refusal}. Nothing moved.`);
      return { kind: "no" as const, reason: refusal };
    });
    if (opened.kind === "no") return { kind: "skipped", reason: opened.reason };
    if (opened.kind === "busy") throw new Error("bets hold no lock");
    if (opened.kind === "settled") {
      const known = getBet(mirror, plan.ref);
      if (opened.intent.status === "done" && known?.remoteId)
        return {
          kind: "placed",
          id: known.remoteId,
          outcome: known.outcome ?? "unknown",
          payout_usdc: formatMicro(known.payoutMicro ?? 0n),
        };
      return opened.intent.status === "refused"
        ? { kind: "skipped", reason: opened.intent.detail ?? "refused" }
        : { kind: "unknown", reason: opened.intent.detail ?? "no answer came" };
    }
    const outcome = await purpleFlea.placeBet({
      game: "coin_flip",
      side: plan.side,
      stakeMicro: plan.stakeMicro,
      clientSeed: plan.clientSeed,
      idempotencyKey: opened.idempotencyKey,
    });
    const now = clock.now();
    const result = inTransaction(mirror, (tx): Placed => {
      switch (outcome.kind) {
        case "done": {
          settleIntent(tx, key, { status: "done", remoteId: outcome.value.id }, now);
          recordBet(tx, plan.ref, outcome.value, now);
          tell(tx, {
            subject: { type: "bet", ref: plan.ref },
            kind: "settled",
            at: now,
            title: `Bet ${outcome.value.outcome}`,
            detail: `stake ${formatMicro(plan.stakeMicro)}, payout ${formatMicro(outcome.value.payoutMicro)} USDC`,
            actor: by(ID),
            runId: plan.runId,
            stepId: "place-bet",
          });
          answer(
            tx,
            "confirmed",
            `Bet ${outcome.value.outcome}: payout ${formatMicro(outcome.value.payoutMicro)} USDC.`,
          );
          return {
            kind: "placed",
            id: outcome.value.id,
            outcome: outcome.value.outcome,
            payout_usdc: formatMicro(outcome.value.payoutMicro),
          };
        }
        case "refused":
          settleIntent(tx, key, { status: "refused", detail: outcome.message }, now);
          changeBet(tx, plan.ref, { status: "refused", reason: outcome.message, settledAt: now }, now);
          answer(tx, "failed", `Refused: ${outcome.message}. Nothing moved.`);
          return { kind: "skipped", reason: outcome.message };
        case "unknown":
          settleIntent(tx, key, { status: "unknown", detail: outcome.reason }, now);
          changeBet(tx, plan.ref, { status: "unknown", reason: outcome.reason }, now);
          answer(tx, "unknown", "The bet was sent and no answer came.");
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

  function whyNot(tx: Writer, stakeMicro: MicroUsdc, now: number): string | null {
    const paused = pauseReason(read, "bet");
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
}

/** Writes a bet's outcome as Purple Flea names it. */
export function recordBet(tx: Writer, ref: string, bet: Bet, now: number): void {
  recordSync(tx, "casino", now);
  const over = bet.outcome === "won" || bet.outcome === "lost";
  changeBet(
    tx,
    ref,
    {
      remoteId: bet.id,
      status: over && bet.outcome !== "pending" ? (bet.outcome === "won" ? "won" : "lost") : "unknown",
      outcome: bet.rawOutcome,
      payoutMicro: bet.payoutMicro,
      ...(over && { settledAt: now }),
      ...(!over && { reason: `Purple Flea says "${bet.rawOutcome}"` }),
      observedAt: now,
    },
    now,
  );
}

/** Recomputes the bet from its revealed seed and writes whether it holds. Null while the seed is not revealed. */
export function recordVerification(mirror: Writer, ref: string, bet: Bet, now: number): boolean | null {
  return inTransaction(mirror, (tx) => {
    const row = getBet(tx, ref);
    if (!row || bet.serverSeed === null || (bet.outcome !== "won" && bet.outcome !== "lost")) return null;
    const fairness = verifyBet({
      committedHash: row.serverSeedHash ?? "",
      committedNonce: row.nonce ?? -1,
      serverSeed: bet.serverSeed,
      clientSeed: row.clientSeed,
      nonce: bet.nonce,
      stakeMicro: row.stakeMicro,
      outcome: bet.outcome,
      payoutMicro: bet.payoutMicro,
    });
    changeBet(
      tx,
      ref,
      {
        serverSeed: bet.serverSeed,
        verified: fairness.kind === "verified",
        verification: fairness.kind === "verified" ? `roll ${fairness.roll.toFixed(9)}` : fairness.detail,
      },
      now,
    );
    return fairness.kind === "verified";
  });
}
