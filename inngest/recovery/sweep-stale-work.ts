import { inTransaction } from "../../db/connection";
import { betByRemoteId } from "../../db/mirror/bets";
import { escrowByRemoteId, heldEscrows, openEscrows, type EscrowRow } from "../../db/mirror/escrows";
import { inFlightSince, unknownIntents } from "../../db/mirror/intents";
import { runHasEnded } from "../../db/mirror/runs";
import { timesTold } from "../../db/mirror/timeline";
import { heldAlerts, tradeByRemoteId } from "../../db/mirror/trades";
import { listUnanswered, listUnmatched, type Reported } from "../../db/read/candidates";
import { getDecision } from "../../db/read/decisions";
import { pauseReason } from "../../db/read/pauses";
import { alertResumed, escrowResumed, eventIdFor, webhookReceived } from "../events";
import { isHeard } from "./hearing";
import { actions } from "../money-calls/actions";
import { reconcile, resumeEvent } from "../money-calls/reconcile";
import { settle } from "../money-calls/settle";
import { DAY_MS, HOUR_MS, MINUTE_MS, functionActor, type Deps } from "../deps";

const ID = "sync-mirror";
/** A decision or proven confirmation that no run has read after so long was not heard: the look for that is lost as well. */
const UNREAD_MS = MINUTE_MS;
/** One whose run has not acted on it after so long is taken for not heard, whatever was read. */
const UNHEARD_MS = 10 * MINUTE_MS;
/** The first other run comes at once, the next ones after 15 minutes, 30 minutes and so on, at most every 8 hours. */
const RETAKE_MS = 15 * MINUTE_MS;
const MAX_RETAKE_MS = 8 * HOUR_MS;
const MAX_LOOKS = 20;
/** How long a webhook that nothing answered to is offered again: what it is about may be settled by a person, days later. */
const WEBHOOK_MS = 30 * DAY_MS;

/**
 * Stale work that an event resumes: escrows whose run is orphaned or did not hear its wake-up; unknown calls that
 * Purple Flea can answer for by now; held work whose pause is over; webhooks that matched nothing when they came and match a
 * row now, or that no run has looked at.
 */
export async function sweepStaleWork(deps: Deps, runId: string) {
  const { mirror, read, purpleFlea, clock } = deps;
  const events: { name: string; data: Record<string, unknown>; id?: string }[] = [];
  settleAbandoned(deps, runId);
  for (const intent of unknownIntents(mirror, MAX_LOOKS)) {
    // One that cannot be read now is read at the next sync.
    const found = await reconcile(deps, intent.key, ID, runId).catch(() => null);
    const next = found && resumeEvent(deps, intent.key, found, ID);
    if (next) events.push(next);
  }
  const now = clock.now();
  // Part of each event's id: once an hour, until a run comes through. Of one that was given up nothing else may tell.
  const hour = Math.floor(now / HOUR_MS);
  for (const row of openEscrows(mirror)) {
    const nth = retake(deps, row, now);
    if (nth !== null)
      events.push(
        escrowResumed.create(
          { escrow_id: row.ref },
          { id: eventIdFor(escrowResumed.name, `${row.ref}-take-${nth}-${hour}`) },
        ),
      );
  }
  // What was held and did not go on with its pause, such as when the engine lost the event that told it to.
  const forgotten = (since: number) => now - since > UNHEARD_MS;
  if (pauseReason(read, "trade") === null)
    for (const { id, updatedAt } of heldAlerts(mirror).filter((one) => forgotten(one.updatedAt)))
      events.push(
        alertResumed.create(
          { alert_id: id },
          { id: eventIdFor(alertResumed.name, `${id}-held-${updatedAt}-${hour}`) },
        ),
      );
  if (pauseReason(read, "escrow-create") === null)
    for (const { ref, updatedAt } of heldEscrows(mirror).filter((one) => forgotten(one.updatedAt)))
      events.push(
        escrowResumed.create(
          { escrow_id: ref },
          { id: eventIdFor(escrowResumed.name, `${ref}-held-${updatedAt}-${hour}`) },
        ),
      );
  for (const webhook of listUnmatched(read, purpleFlea.webhookNames(), now - WEBHOOK_MS)) {
    if (webhook.outcome !== "unmatched" || !matchesNow(deps, webhook)) continue;
    const id = eventIdFor(webhookReceived.name, `${webhook.id}-again-${hour}`);
    events.push(webhookReceived.create({ webhook_id: webhook.id }, { id }));
  }
  for (const id of listUnanswered(read, now - UNHEARD_MS)) {
    // The run that was to look at it was given up.
    const again = eventIdFor(webhookReceived.name, `${id}-unanswered-${hour}`);
    events.push(webhookReceived.create({ webhook_id: id }, { id: again }));
  }
  return { events: events.map(({ name, data, id }) => ({ name, data, id })) };
}

/** Which run after its first an escrow needs now; null when its run is alive, or the last one was not long ago. */
function retake({ mirror, read }: Deps, row: EscrowRow, now: number): number | null {
  const ended = row.runId === null || runHasEnded(mirror, row.runId);
  // One whose end came to nothing is tried again at its time, by the run that waits for that.
  if (!ended && row.retryAt !== null && now - row.retryAt <= UNHEARD_MS) return null;
  const decision = getDecision(read, row.ref);
  const since = decision?.at ?? row.confirmedAt;
  const releases = decision ? decision.decision === "release" : row.confirmedAt !== null;
  const paused = releases && pauseReason(read, "escrow-release") !== null;
  const unheard =
    row.status === "pending" &&
    since !== null &&
    !paused &&
    now - since > (isHeard(read, row) ? UNHEARD_MS : UNREAD_MS);
  const overdue = row.status === "pending" && row.expiresAt !== null && now - row.expiresAt > UNHEARD_MS;
  if (!ended && !unheard && !overdue) return null;
  return inTransaction(mirror, (tx) => {
    const { times, lastAt } = timesTold(tx, { type: "escrow", ref: row.ref }, "taken-over");
    const wait = Math.min(RETAKE_MS * 2 ** Math.max(times - 1, 0), MAX_RETAKE_MS);
    if (lastAt !== null && now - lastAt < wait) return null;
    // A run that has just been given up is left alone for a moment: it may be failing for a reason that lasts.
    return ended && now - row.updatedAt < MINUTE_MS ? null : times + 1;
  });
}

/**
 * A call is over within seconds. One that is in flight for longer has lost its attempt, and its run as well where no other attempt
 * has followed: it is of unknown outcome, and reconciled as such.
 */
function settleAbandoned({ mirror, clock }: Deps, runId: string): void {
  inTransaction(mirror, (tx) => {
    const now = clock.now();
    const source = { actor: functionActor(ID), runId };
    const reason = "no attempt has recorded an answer";
    for (const { key, subjectRef: ref, action } of inFlightSince(tx, now - UNHEARD_MS, MAX_LOOKS))
      settle(tx, actions[action], { key, ref }, { kind: "unknown", reason }, source, now);
  });
}

/** Whether something in the mirror answers by now to what a webhook was about. */
function matchesNow({ mirror, purpleFlea }: Deps, { envelope }: Reported): boolean {
  const webhook = purpleFlea.readWebhook(envelope);
  if (webhook.kind !== "read") return false;
  switch (webhook.news.about) {
    case "escrow":
      return escrowByRemoteId(mirror, webhook.news.remoteId) !== undefined;
    case "order":
      return tradeByRemoteId(mirror, webhook.news.remoteId) !== undefined;
    case "bet":
      return betByRemoteId(mirror, webhook.news.remoteId) !== undefined;
    case "claim":
    case "transfer":
    case "other":
      return false;
    default:
      return webhook.news satisfies never;
  }
}
