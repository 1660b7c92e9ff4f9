import type { MirrorWriter } from "../../db/connection";
import { answerCommand, withdrawAnswer } from "../../db/mirror/answers";
import { changeEscrow, tellEscrow, type EscrowChange } from "../../db/mirror/escrows";
import { settleIntent } from "../../db/mirror/intents";
import { timesTold } from "../../db/mirror/timeline";
import { getDecision } from "../../db/read/decisions";
import type { Actor } from "../../domain/ids";
import type { IntentStatus } from "../../domain/statuses";
import { describeEnd, type EndAction, type EndTransition } from "./end-words";
import { HOUR_MS, MINUTE_MS } from "../deps";

/** What the intent says after each transition; `open` is what `openIntent` has written before. */
const intentAfter: Record<EndTransition["kind"], IntentStatus> = {
  sent: "open",
  released: "done",
  refunded: "done",
  unknown: "unknown",
  rejected: "not_done",
  "not-executed": "not_done",
  "put-off": "not_done",
  "found-locked": "not_done",
};

/** Who settles it, and when (ms). */
export interface Settling {
  now: number;
  actor: Actor;
  runId?: string;
  stepId?: string;
  /** When it is tried again, where that is not at once and not the engine's to say. */
  retryAt?: number;
  /** What else its answer told of the escrow. */
  values?: EscrowChange;
}

/**
 * Writes what became of a call that ends an escrow: intent, row, timeline and the answer to who decided, with the words of
 * `describeEnd`. An escrow that is over stays as it ended.
 */
export function settleEnd(
  tx: MirrorWriter,
  ref: string,
  action: EndAction,
  transition: EndTransition,
  { now, actor, runId, stepId, retryAt, values }: Settling,
): void {
  const decision = getDecision(tx, ref);
  const { status, reason, entry, answer } = describeEnd(action, transition, decision);
  const intent = intentAfter[transition.kind];
  if (intent !== "open") {
    const detail =
      "message" in transition ? transition.message : "reason" in transition ? transition.reason : undefined;
    settleIntent(tx, `escrow-end:${ref}`, { status: intent, detail: detail ?? reason ?? undefined }, now);
  }
  changeEscrow(tx, ref, { ...values, status, reason, retryAt: retryAt ?? null }, now, now);
  if (entry) tellEscrow(tx, ref, { ...entry, nth: nthOf(transition, now), at: now, actor, runId, stepId });
  if (answer) answerCommand(tx, decision?.commandId, { ...answer, runId }, now);
  else withdrawAnswer(tx, decision?.commandId);
}

/** Ends and the first sending are told once, what may happen again each time. */
const nthOf = ({ kind }: EndTransition, now: number): string | undefined =>
  kind === "sent" || kind === "released" || kind === "refunded" ? undefined : String(now);

const FIRST_RETRY_MS = 15 * MINUTE_MS;
const LAST_RETRY_MS = 8 * HOUR_MS;

/** When a call that came to nothing is tried again: after 15 minutes, 30 minutes and so on, at most every 8 hours. ms */
export function nextRetry(tx: MirrorWriter, ref: string, action: EndAction, now: number): number {
  const subject = { type: "escrow", ref } as const;
  const before = [`${action}-refused`, `${action}-failed`].map((kind) => timesTold(tx, subject, kind).times);
  const times = before.reduce((sum, one) => sum + one, 0);
  return now + Math.min(FIRST_RETRY_MS * 2 ** Math.min(times, 16), LAST_RETRY_MS);
}

/** The action of an end's intent. */
export const endActionOf = (action: "escrow-release" | "escrow-cancel"): EndAction =>
  action === "escrow-release" ? "release" : "cancel";
