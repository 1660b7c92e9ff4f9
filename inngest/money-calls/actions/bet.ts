import { z } from "zod";
import { inTransaction, type MirrorWriter } from "../../../db/connection";
import { recordSync } from "../../../db/mirror/balances";
import { beginBet, betByRemoteId, changeBet, getBet, lostSince, type BetRow } from "../../../db/mirror/bets";
import { getIntent, mayStillSend } from "../../../db/mirror/intents";
import { listReported } from "../../../db/read/candidates";
import { isCommand } from "../../../db/read/decisions";
import { betRequestKey, intentKeys } from "../../../domain/keys";
import { formatMicro, usdcFromWire, type MicroUsdc } from "../../../domain/money";
import { startOfDay, type Deps } from "../../deps";
import { betRequest } from "../../events";
import type { Bet, Commitment } from "../../purple-flea/port";
import { verifyBet } from "../../purple-flea/provably-fair";
import { describeCall } from "../call-words";
import { freeFunds } from "../free-funds";
import type { ActionRequest, MoneyAction } from "../protocol";
import { shortRef } from "../short-ref";

export interface BetRequest extends ActionRequest {
  requestKey: string;
  side: "heads" | "tails";
  stakeMicro: MicroUsdc;
}

/** The bet, and what an earlier attempt was bound to: a key that was honoured answers with that attempt's bet. */
interface Placed {
  bet: Bet;
  earlier: Commitment | null;
}

/** The bet that a request, or a tick of the schedule, asks for. The event's id is what makes it one bet. */
export function betRequestOf(
  { read, config }: Deps,
  event: { id?: string; data?: unknown },
  runId: string,
): BetRequest {
  const parsed = betRequest.safeParse(event.data);
  const asked = parsed.success ? parsed.data : null;
  const requestKey = betRequestKey(event.id ?? runId, asked === null);
  return {
    ref: shortRef("bet", requestKey),
    requestKey,
    side: asked?.side ?? "heads",
    stakeMicro: asked ? usdcFromWire(asked.stake_usdc) : config.casino.stakeMicro,
    commandId: event.id && isCommand(read, event.id) ? event.id : null,
    runId,
  };
}

/** The row of a bet that is asked for. */
export const betRow = ({ config }: Deps, { ref, requestKey, side, stakeMicro, runId }: BetRequest) => ({
  ref,
  requestKey,
  agentId: config.agentId,
  game: "coin_flip",
  params: { side },
  stakeMicro,
  // Ours and nobody else's: a bet that is found at Purple Flea is known by it.
  clientSeed: ref,
  serverSeedHash: null,
  nonce: null,
  runId,
});

const summarySchema = z.object({ id: z.string(), outcome: z.string(), payout_usdc: z.string() });

/** A bet: one per slot or request, one in flight at a time, as another would use the seed that was committed to. */
export const bet: MoneyAction<BetRequest, BetRow, Placed, z.output<typeof summarySchema>> = {
  name: "bet",
  subject: "bet",
  functionId: "scheduled-casino-bet",
  steps: { call: "place-bet", giveUp: "record-not-placed" },
  pause: "bet",
  whilePaused: "skip",
  purse: "wallet",
  lock: "bet",
  repeatableAfter: [],
  retriesUnknown: false,
  keepsSkipped: true,
  resumes: null,
  outlivesRun: false,
  summarySchema,

  key: ({ requestKey }) => intentKeys.bet(requestKey),
  amount: (_deps, { stakeMicro }) => stakeMicro,
  load: getBet,
  begin: (deps, tx, request, now) => beginBet(tx, betRow(deps, request), now),
  guard,
  // Without a commitment on the row the bet itself was not sent yet.
  isUnsent: (tx, { ref }) => getBet(tx, ref)?.serverSeedHash === null,

  async call({ mirror, purpleFlea, clock }, row, { idempotencyKey, tries }, key) {
    const commitment = await purpleFlea.casinoCommitment();
    const earlier =
      row.nonce === null || row.serverSeedHash === null
        ? null
        : { serverSeedHash: row.serverSeedHash, nonce: row.nonce };
    const isOurs = inTransaction(mirror, (tx) => {
      if (!mayStillSend(tx, key, tries)) return false;
      const { serverSeedHash, nonce } = commitment;
      changeBet(tx, row.ref, { serverSeedHash, nonce }, clock.now());
      return true;
    });
    if (!isOurs) return { kind: "superseded" };
    const outcome = await purpleFlea.placeBet({
      game: "coin_flip",
      side: isTails(row.params) ? "tails" : "heads",
      stakeMicro: row.stakeMicro,
      clientSeed: row.clientSeed,
      idempotencyKey,
    });
    return outcome.kind === "done" ? { kind: "done", value: { bet: outcome.value, earlier } } : outcome;
  },

  apply(tx, { row }, transition, reason, now) {
    if (!row) return;
    const { ref } = row;
    switch (transition.kind) {
      case "done":
      case "found": {
        const { bet: placed, earlier } = transition.value;
        if (earlier && placed.nonce === earlier.nonce) changeBet(tx, ref, earlier, now);
        recordBet(tx, ref, placed, now);
        return;
      }
      case "unknown":
        return changeBet(tx, ref, { status: "unknown", reason }, now);
      case "skipped":
        return changeBet(tx, ref, { status: "skipped", reason, settledAt: now }, now);
      case "rejected":
        return changeBet(tx, ref, { status: "rejected", reason, settledAt: now }, now);
      case "given-up":
      case "found-missing":
        return changeBet(tx, ref, { status: "not_executed", reason, settledAt: now }, now);
      case "reserved":
      case "not-executed":
        return;
      default:
        transition satisfies never;
    }
  },
  describe(row, transition) {
    const stake = `stake ${formatMicro(row?.stakeMicro ?? 0n)} USDC`;
    return describeCall(
      {
        reserved: stake,
        done({ bet: { outcome, payoutMicro } }) {
          const payout = `payout ${formatMicro(payoutMicro)} USDC`;
          const title = `Bet ${outcome}`;
          return { kind: "settled", title, detail: `${stake}, ${payout}`, receipt: `${title}: ${payout}.` };
        },
        found: ({ bet: { id, outcome } }) => ({ title: `The bet exists: ${id}, ${outcome}` }),
        unknown: { kind: "unknown", mayBe: "The bet may exist", receipt: "The bet was sent" },
        not: "Not placed",
        tellsSkipped: false,
      },
      transition,
    );
  },
  summary: ({ remoteId, outcome, payoutMicro }) =>
    remoteId === null
      ? null
      : { id: remoteId, outcome: outcome ?? "unknown", payout_usdc: formatMicro(payoutMicro ?? 0n) },
  remoteIdOf: (value) => value.bet.id,

  /** A bet can be known again by our own client seed: webhooks name bets, and each is read. */
  async reconcile({ mirror, read, purpleFlea }, intent) {
    const row = getBet(mirror, intent.subjectRef);
    if (!row) return { kind: "needs-a-person" };
    for (const reported of listReported(read, purpleFlea.webhookNames("bet"), intent.createdAt)) {
      const webhook = purpleFlea.readWebhook(reported.envelope);
      if (webhook.kind !== "read" || webhook.news.about !== "bet") continue;
      const { remoteId } = webhook.news;
      if (betByRemoteId(mirror, remoteId)) continue;
      const found = await purpleFlea.bet(remoteId);
      if (found.clientSeed === row.clientSeed)
        return { kind: "executed", value: { bet: found, earlier: null } };
    }
    return { kind: "ask-again" };
  },
  async verifyRemoteId({ mirror, purpleFlea }, intent, remoteId) {
    if (!remoteId) return "Purple Flea's bet id is missing";
    const found = await purpleFlea.bet(remoteId);
    return found.clientSeed === getBet(mirror, intent.subjectRef)?.clientSeed
      ? { value: { bet: found, earlier: null } }
      : `${remoteId} is another bet: it has another client seed`;
  },
  ownerOf: (tx, remoteId) => betByRemoteId(tx, remoteId)?.ref,
};

function guard(
  { config }: Deps,
  tx: MirrorWriter,
  { ref, stakeMicro }: BetRequest,
  now: number,
): string | null {
  const { stakeMicro: limit, dailyLossMicro } = config.casino;
  if (stakeMicro > limit) return `the stake is over the limit of ${formatMicro(limit)} USDC`;
  if (lostSince(tx, startOfDay(now), ref) + stakeMicro > dailyLossMicro)
    return `the day's losses could pass the limit of ${formatMicro(dailyLossMicro)} USDC`;
  const free = freeFunds(tx, stakeMicro);
  return free !== undefined && free < stakeMicro ? "insufficient balance" : null;
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
    const { tries = 1 } = getIntent(tx, intentKeys.bet(row.requestKey)) ?? {};
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
