import { NonRetriableError } from "inngest";
import { z } from "zod";
import type { MirrorWriter } from "../../../db/connection";
import { answerCommand } from "../../../db/mirror/answers";
import { recordSync } from "../../../db/mirror/balances";
import { changeEscrow, getEscrow, isOver, type EscrowRow } from "../../../db/mirror/escrows";
import { getIntent } from "../../../db/mirror/intents";
import { timesTold } from "../../../db/mirror/timeline";
import { getDecision } from "../../../db/read/decisions";
import { endedByItself, type EndedBy } from "../../../domain/ended-by";
import { intentKeys, type IntentKey } from "../../../domain/keys";
import { formatMicro } from "../../../domain/money";
import type { EscrowStatus } from "../../../domain/statuses";
import { functionActor, HOUR_MS, MINUTE_MS, ON_ITS_WAY_MS } from "../../deps";
import type { Cancel, Escrow, Release } from "../../purple-flea/port";
import type { ActionRequest, CallOutcome, MoneyAction, Source, Transition } from "../protocol";
import { factsOf, mirrorOpenEscrow, recordConfirmedUpstream } from "../mirror-escrow";
import { settle } from "../settle";
import { answerTo, describeEnd } from "./escrow-end-words";
import type { End, EndAction } from "./end-of-escrow";

export interface EndRequest extends ActionRequest {
  /** In words: an operator's name, the counterparty, the time-out. */
  decidedBy: string;
  /** The operator's decision it carries out; null when it is not an operator's. Absent in steps of earlier builds. */
  decision?: string | null;
}

/** What an escrow's end was, as the function returns it: with Purple Flea's id. */
const summarySchema = z.union([
  z.object({
    status: z.literal("released"),
    escrow_id: z.string(),
    tx_hash: z.string().nullable(),
    fee_usdc: z.string(),
    referral_earned: z.string().nullable(),
  }),
  z.object({ status: z.literal("cancelled"), escrow_id: z.string() }),
]);
export type Ended = z.output<typeof summarySchema>;

/** The end of an escrow that is over. */
export function endedAs(row: EscrowRow): Ended {
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

const underWay: Record<EndAction, EscrowStatus> = { release: "releasing", cancel: "cancelling" };

/**
 * Releases or cancels, once. Each attempt reads the escrow first: one that is over is recorded as it ended, and only one that
 * Purple Flea still calls locked is acted on, so that an attempt whose answer was lost may be followed by another.
 */
const endAction = (action: EndAction): MoneyAction<EndRequest, EscrowRow, End, Ended> => ({
  name: `escrow-${action}`,
  subject: "escrow",
  functionId: "escrow-lifecycle",
  steps: { call: `${action}-escrow`, giveUp: "record-not-ended" },
  // A cancel brings money back and is never paused.
  pause: action === "release" ? "escrow-release" : null,
  whilePaused: "hold",
  purse: null,
  lock: null,
  repeatableAfter: ["rejected", "given-up", "found-missing", "skipped"],
  retriesUnknown: true,
  keepsSkipped: false,
  resumes: "escrow",
  outlivesRun: true,
  summarySchema,

  key: ({ ref }) => intentKeys.escrowEnd(ref),
  amount: ({ mirror }, { ref }) => getEscrow(mirror, ref)?.amountMicro ?? 0n,
  load: getEscrow,
  begin: () => undefined,
  reservedDetail: ({ decidedBy }) => `decided by ${decidedBy}`,
  // The precheck has ruled out that an attempt before this one was executed.
  isUnsent: () => true,

  async precheck({ mirror, purpleFlea }, { ref, runId, decision: asked }) {
    const before = getEscrow(mirror, ref);
    if (!before?.remoteId) throw new NonRetriableError(`escrow ${ref} is not known at Purple Flea`);
    const upstream = await purpleFlea.escrow(before.remoteId);
    return (tx, now) => {
      const source = { actor: functionActor("escrow-lifecycle"), runId };
      if (upstream.status !== "locked" && upstream.status !== "completed")
        recordEscrow(tx, ref, upstream, source, now);
      if (upstream.status === "released" || upstream.status === "refunded") return { kind: "final" };
      if (upstream.status === "disputed") return { kind: "blocked", reason: "disputed at Purple Flea" };
      if (upstream.status === "unknown")
        return { kind: "blocked", reason: `Purple Flea says "${upstream.rawStatus}"` };
      const decision = getDecision(tx, ref);
      if (asked !== undefined && (decision?.commandId ?? null) !== asked)
        return { kind: "blocked", reason: "another decision is on record now", until: now };
      if (decision && decision.effectiveAt > now)
        return { kind: "blocked", reason: "its decision is not in effect yet", until: decision.effectiveAt };
      return { kind: "go" };
    };
  },

  async call({ mirror, purpleFlea, clock }, row, { idempotencyKey, tries }, key) {
    const remoteId = row.remoteId ?? "";
    const by = whoEnds(mirror, row.ref, action);
    const outcome =
      action === "release"
        ? await purpleFlea.releaseEscrow(remoteId, { idempotencyKey })
        : await purpleFlea.cancelEscrow(remoteId, { idempotencyKey });
    if (outcome.kind === "done") return { kind: "done", value: endOf(outcome.value, by, clock.now()) };
    if (outcome.kind !== "rejected" || outcome.status !== 409) return outcome;
    // The wrong state: another look says which one it is.
    return afterConflict(await purpleFlea.escrow(remoteId), outcome.message, { ref: row.ref, key, tries });
  },

  apply(tx, { row }, transition, reason, now) {
    if (!row) return;
    const { ref } = row;
    switch (transition.kind) {
      case "reserved":
        changeEscrow(tx, ref, { status: underWay[action], reason, retryAt: null }, now, now);
        return;
      case "done":
      case "found": {
        const { as, at, by } = transition.value;
        const end = {
          status: as,
          reason,
          retryAt: null,
          settledAt: at,
          settledBy: by.name,
          settledByKind: by.kind,
        };
        changeEscrow(
          tx,
          ref,
          { ...factsOf(row, transition.value), ...end },
          Math.max(now, row.observedAt),
          now,
        );
        return;
      }
      case "unknown":
        changeEscrow(tx, ref, { status: "unknown", reason, retryAt: null }, now, now);
        return;
      case "rejected":
      case "given-up":
      case "not-executed":
      case "found-missing":
      case "skipped": {
        const retryAt = "retryAt" in transition ? (transition.retryAt ?? null) : null;
        changeEscrow(tx, ref, { status: "pending", reason, retryAt }, now, now);
        return;
      }
      default:
        transition satisfies never;
    }
  },
  describe: (row, transition, context) => describeEnd(action, row, transition, context),
  summary: (row) => (isOver(row.status) ? endedAs(row) : null),
  remoteIdOf: () => undefined,
  decisionAbout: getDecision,
  retryAt: (tx, ref, now) => nextRetry(tx, ref, action, now),

  async reconcile({ mirror, purpleFlea, clock }, intent) {
    const row = getEscrow(mirror, intent.subjectRef);
    if (!row?.remoteId) return { kind: "needs-a-person" };
    const upstream = await purpleFlea.escrow(row.remoteId);
    switch (upstream.status) {
      case "released":
      case "refunded":
        return { kind: "executed", value: foundEnd(mirror, row.ref, upstream, clock.now()) };
      case "locked":
      case "completed":
        return clock.now() - intent.updatedAt < ON_ITS_WAY_MS
          ? { kind: "ask-again" }
          : { kind: "not-executed", reason: `Purple Flea still says "${upstream.rawStatus}"` };
      case "disputed":
      case "unknown": {
        const source = { actor: functionActor("reconcile-unknown") };
        return { kind: "ask-again", note: (tx, now) => recordEscrow(tx, row.ref, upstream, source, now) };
      }
      default:
        return upstream.status satisfies never;
    }
  },
  async verifyRemoteId({ mirror, purpleFlea, clock }, intent) {
    const row = getEscrow(mirror, intent.subjectRef);
    if (!row?.remoteId) return "the escrow has no id at Purple Flea";
    const upstream = await purpleFlea.escrow(row.remoteId);
    return upstream.status === "released" || upstream.status === "refunded"
      ? { value: foundEnd(mirror, row.ref, upstream, clock.now()) }
      : `Purple Flea says "${upstream.rawStatus}": it did not happen`;
  },
});

export const escrowEnds = { release: endAction("release"), cancel: endAction("cancel") };

/** What the answer to a call says of the end. */
const endOf = (answer: Release | Cancel, by: EndedBy, at: number): End =>
  "txHash" in answer
    ? { as: "released", ...answer, by, at }
    : { as: "refunded", feeMicro: null, referralMicro: null, txHash: null, by, at };

/** Purple Flea refused for the state the escrow is in: over, by whomever, or locked and to be tried again. */
function afterConflict(
  after: Escrow,
  message: string,
  { ref, key, tries }: { ref: string; key: IntentKey; tries: number },
): CallOutcome<End> {
  if (after.status !== "released" && after.status !== "refunded")
    return { kind: "not-executed", reason: `rejected: ${message}` };
  return {
    kind: "told",
    settle(tx, now) {
      const source = { actor: functionActor("escrow-lifecycle") };
      // This call was refused and did not end it; one before it may have been heard.
      if (tries === 1) {
        const action = escrowEnds[getIntent(tx, key)?.action === "escrow-cancel" ? "cancel" : "release"];
        settle(tx, action, { key, ref }, { kind: "not-executed", reason: message }, source, now);
      }
      recordEscrow(tx, ref, after, source, now);
    },
  };
}

/** An end that was read at Purple Flea. */
function foundEnd(db: MirrorWriter, ref: string, upstream: Escrow, now: number): End {
  const released = upstream.status === "released";
  return {
    as: released ? "released" : "refunded",
    feeMicro: upstream.feeMicro,
    referralMicro: upstream.referralMicro,
    txHash: upstream.txHash,
    rawStatus: upstream.rawStatus,
    at: (released ? upstream.releasedAt : upstream.refundedAt) ?? now,
    by: whoEnded(db, ref, released),
  };
}

/** Who has decided how an escrow ends: an operator, or what stands in the place of one. */
function whoEnds(db: MirrorWriter, ref: string, action: EndAction): EndedBy {
  const decision = getDecision(db, ref);
  if (decision) return { kind: "operator", name: decision.operatorName ?? decision.operatorId };
  return endedByItself[action === "release" ? "counterparty" : "time-out"];
}

/**
 * Who ended an escrow that was found over: whoever decided it, when a call of ours may be what did it; else Purple Flea by
 * itself. A call that is known not to have gone through did not do it.
 */
function whoEnded(db: MirrorWriter, ref: string, released: boolean): EndedBy {
  const intent = getIntent(db, intentKeys.escrowEnd(ref));
  const mayBe = intent?.status === "open" || intent?.status === "unknown" || intent?.status === "done";
  if (!mayBe || (intent.action === "escrow-release") !== released) return endedByItself["purple-flea"];
  return whoEnds(db, ref, released ? "release" : "cancel");
}

/** Writes what Purple Flea says an escrow is. Ends are settled; the operator's command is answered with them. */
export function recordEscrow(
  tx: MirrorWriter,
  ref: string,
  upstream: Escrow,
  source: Source,
  now: number,
): void {
  const row = getEscrow(tx, ref);
  if (!row) return;
  recordSync(tx, "escrow", now);
  recordConfirmedUpstream(tx, row, upstream, source, now);
  const { status } = upstream;
  if (status !== "released" && status !== "refunded")
    return mirrorOpenEscrow(tx, row, { ...upstream, status }, now);
  const value = foundEnd(tx, ref, upstream, now);
  if (!isOver(row.status)) {
    const action = escrowEnds[status === "released" ? "release" : "cancel"];
    const found: Transition<End> = { kind: "found", value, words: "read at Purple Flea" };
    settle(tx, action, { key: intentKeys.escrowEnd(ref), ref }, found, source, now);
    return;
  }
  changeEscrow(tx, ref, factsOf(row, upstream), Math.max(now, row.observedAt), now);
  const decision = getDecision(tx, ref);
  const answer = decision && answerTo(decision.decision, value, true);
  if (answer) answerCommand(tx, decision.commandId, { ...answer, runId: source.runId }, now);
}

const FIRST_RETRY_MS = 15 * MINUTE_MS;
const LAST_RETRY_MS = 8 * HOUR_MS;

/** When a call that came to nothing is tried again: after 15 minutes, 30 minutes and so on, at most every 8 hours. ms */
function nextRetry(tx: MirrorWriter, ref: string, action: EndAction, now: number): number {
  const subject = { type: "escrow", ref } as const;
  const times =
    timesTold(tx, subject, `${action}-refused`).times + timesTold(tx, subject, `${action}-failed`).times;
  return now + Math.min(FIRST_RETRY_MS * 2 ** Math.min(times, 16), LAST_RETRY_MS);
}
