import { z } from "zod";
import type { MirrorWriter } from "../../../db/connection";
import { beginClaim, changeClaim, claimBegunBy, getClaim, type ClaimRow } from "../../../db/mirror/bets";
import { getIntent, openIntent, type Intent } from "../../../db/mirror/intents";
import { listReported } from "../../../db/read/candidates";
import { utcDay } from "../../../domain/ids";
import { claimRef, intentKeys } from "../../../domain/keys";
import { formatMicro, type MicroUsdc } from "../../../domain/money";
import { DAY_MS, ON_ITS_WAY_MS, type Deps } from "../../deps";
import { describeCall } from "../call-words";
import type { ActionRequest, MoneyAction } from "../protocol";

export interface ClaimRequest extends ActionRequest {
  agentId: string;
  utcDay: string;
}

/** What is known of a claim that was made; null is what nobody told. */
export interface ClaimMade {
  amountMicro: MicroUsdc | null;
  txHash: string | null;
  /** ms */
  claimedAt: number | null;
}

/** Why a claim that came to nothing on its day is not sent any more: it would be another day's. */
const DAY_IS_OVER = "its day was over before it could be sent";
const iso = (ms: number): string => new Date(ms).toISOString();
/** When the faucet pays again after a claim of this day, ms. */
const dayAfter = (day: string): number => Date.parse(`${day}T00:00:00Z`) + DAY_MS;

/**
 * The claim for the UTC day on which a run first tried it. A later attempt stands for the same day: one behind midnight sends
 * nothing, and leaves the next day's claim to who asks for it.
 */
export function claimRequestOf(
  { mirror, clock, config }: Deps,
  commandId: string | null,
  runId: string,
): ClaimRequest {
  const { agentId } = config;
  const day = claimBegunBy(mirror, runId)?.utcDay ?? utcDay(clock.now());
  return { ref: claimRef(agentId, day), agentId, utcDay: day, commandId, runId };
}

const summarySchema = z.object({ amount_usdc: z.string(), tx_hash: z.string() });

/** The day's claim at the faucet, once per agent and day. */
export const faucetClaim: MoneyAction<ClaimRequest, ClaimRow, ClaimMade, z.output<typeof summarySchema>> = {
  name: "claim",
  subject: "claim",
  functionId: "daily-faucet-claim",
  steps: { call: "claim-faucet", giveUp: "record-not-claimed" },
  pause: "claim",
  whilePaused: "skip",
  purse: null,
  lock: null,
  repeatableAfter: ["skipped", "given-up", "found-missing"],
  retriesUnknown: false,
  keepsSkipped: false,
  resumes: "claim",
  outlivesRun: false,
  summarySchema,

  key: ({ agentId, utcDay: day }) => intentKeys.claim(agentId, day),
  amount: () => 0n,
  load: getClaim,
  begin(_deps, tx, { ref, agentId, utcDay: day, commandId, runId }, now) {
    const requestedBy = commandId ? "operator" : "schedule";
    beginClaim(tx, { ref, agentId, utcDay: day, requestedBy, runId }, now);
  },
  lapsed: (ref, now) => (ref.endsWith(`:${utcDay(now)}`) ? null : DAY_IS_OVER),

  async call({ purpleFlea, clock, config }, _row, { idempotencyKey }) {
    const { agentId, agentWallet: wallet } = config;
    const outcome = await purpleFlea.claimFaucet({ agentId, wallet, idempotencyKey });
    return outcome.kind === "done"
      ? { kind: "done", value: { ...outcome.value, claimedAt: clock.now() } }
      : outcome;
  },

  apply(tx, { row }, transition, reason, now) {
    if (!row) return;
    const { ref } = row;
    switch (transition.kind) {
      case "done":
      case "found": {
        const { amountMicro, txHash, claimedAt } = transition.value;
        const known = row.status === "claimed" ? row.settledAt : null;
        // A webhook or a look may have told of it while the call was still under way: it is of that moment, and stays so.
        const at = transition.kind === "done" ? (known ?? claimedAt) : (claimedAt ?? known);
        changeClaim(
          tx,
          ref,
          {
            status: "claimed",
            amountMicro: amountMicro ?? row.amountMicro,
            txHash: txHash ?? row.txHash,
            reason,
            // Their clock may run ahead of ours; nothing was claimed in the future.
            settledAt: Math.min(at ?? now, now),
            nextEligibleAt: dayAfter(row.utcDay),
          },
          now,
        );
        return;
      }
      case "unknown":
        return changeClaim(tx, ref, { status: "unknown", reason }, now);
      case "rejected":
        return changeClaim(tx, ref, { status: "rejected", reason, settledAt: now }, now);
      case "given-up":
      case "found-missing":
      case "skipped":
        return changeClaim(tx, ref, { status: "not_executed", reason, settledAt: now }, now);
      case "reserved":
      case "not-executed":
        return;
      default:
        transition satisfies never;
    }
  },
  describe: (_row, transition) =>
    describeCall(
      {
        reserved: null,
        done({ amountMicro }) {
          const amount = `${formatMicro(amountMicro ?? 0n)} USDC`;
          return { kind: "claimed", title: `Claimed ${amount}`, receipt: `${amount} claimed.` };
        },
        found: ({ amountMicro }) =>
          amountMicro === null
            ? {
                title: "The claim was made; its amount was not told",
                reason: "the amount was not told",
              }
            : { title: `Claimed ${formatMicro(amountMicro)} USDC` },
        unknown: { kind: "unknown", mayBe: "It may have been made", receipt: "The claim was sent" },
        not: "Not claimed",
        tellsSkipped: false,
      },
      transition,
    ),
  summary: ({ status, amountMicro, txHash, runId }, request) =>
    status === "claimed" && amountMicro !== null && runId === request.runId
      ? { amount_usdc: formatMicro(amountMicro), tx_hash: txHash ?? "" }
      : null,
  remoteIdOf: ({ txHash }) => txHash ?? undefined,

  answerLate(row, { status, detail }) {
    const next = row ? ` Next possible ${iso(dayAfter(row.utcDay))}.` : "";
    switch (status) {
      case "open":
      case "unknown":
        return {
          state: "failed",
          message:
            "Not sent: today's claim was sent before and has no answer yet. It is reconciled with the faucet.",
        };
      case "rejected":
        return { state: "failed", message: `Rejected: ${detail ?? "no reason given"}. Nothing moved.` };
      case "skipped":
      case "given_up":
      case "not_executed":
        return { state: "failed", message: `Not claimed: ${detail ?? "no reason given"}. Nothing moved.` };
      case "done":
        return { state: "failed", message: `Today's claim was made before.${next} Nothing moved.` };
      default:
        return status satisfies never;
    }
  },

  /** The faucet's status tells while its day lasts; a webhook names agent and day. */
  async reconcile({ mirror, read, purpleFlea, clock, config }, intent) {
    const claim = getClaim(mirror, intent.subjectRef);
    if (!claim) return { kind: "needs-a-person" };
    for (const reported of listReported(read, purpleFlea.webhookNames("claim"), intent.createdAt)) {
      const webhook = purpleFlea.readWebhook(reported.envelope);
      if (webhook.kind !== "read" || webhook.news.about !== "claim") continue;
      const { agentId, amountMicro, txHash, claimedAt } = webhook.news;
      if (agentId !== claim.agentId) continue;
      if (utcDay(claimedAt ?? reported.receivedAt) !== claim.utcDay) continue;
      return { kind: "executed", value: { amountMicro, txHash, claimedAt } };
    }
    const asked = clock.now();
    if (utcDay(asked) !== claim.utcDay) return { kind: "needs-a-person" };
    const status = await purpleFlea.faucetStatus(config.agentId);
    // An answer that came after midnight speaks of another day.
    if (utcDay(clock.now()) !== claim.utcDay) return { kind: "needs-a-person" };
    if (!status.canClaim)
      return {
        kind: "executed",
        value: { amountMicro: null, txHash: null, claimedAt: null },
        words: "the faucet says that today's claim was made",
      };
    return asked - intent.updatedAt < ON_ITS_WAY_MS
      ? { kind: "ask-again" }
      : { kind: "not-executed", reason: "the faucet says that today's claim was not made" };
  },
  verifyRemoteId: (_deps, _intent, remoteId) =>
    Promise.resolve({ value: { amountMicro: null, txHash: remoteId ?? null, claimedAt: null } }),
};

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
  const ref = claimRef(agentId, day);
  const key = intentKeys.claim(agentId, day);
  openIntent(tx, { key, action: "claim", subjectRef: ref, amountMicro: 0n, purse: null, runId }, now);
  beginClaim(tx, { ref, agentId, utcDay: day, requestedBy: "nobody here", runId }, Math.min(claimedAt, now));
  return getIntent(tx, key);
}
