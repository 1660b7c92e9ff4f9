import type { MirrorWriter } from "../../db/connection";
import { getBet, skipBet } from "../../db/mirror/bets";
import { beginEscrow, changeEscrow, getEscrow, tellEscrow } from "../../db/mirror/escrows";
import { getIntent } from "../../db/mirror/intents";
import { getAlert, recordAlert, settleAlert } from "../../db/mirror/trades";
import { intentKeys } from "../../domain/keys";
import { usdcFromWire } from "../../domain/money";
import {
  alertResumed,
  betRequested,
  escrowCreated,
  escrowRequest,
  priceAlert,
  tradeTrigger,
} from "../events";
import { functionActor, type Deps } from "../deps";
import { betRequestOf, betRow } from "../money-calls/actions/bet";
import { TIMEOUT_HOURS } from "../money-calls/actions/escrow-create";

/** A run that ended, and what had started it. */
interface Ended {
  functionId: string;
  trigger: { id?: string; name?: string; data?: Record<string, unknown> | null; ts?: number };
  runId: string;
  /** "its run failed: …" */
  ending: string;
}

/**
 * What was asked for by an event whose run never got to record it, such as when the app was away through all of its tries: it is
 * put on record here, so that it has an end like everything else. Nothing of it was sent.
 */
export function recordOrphanedTrigger(deps: Deps, tx: MirrorWriter, ended: Ended, now: number): void {
  const { name } = ended.trigger;
  if (name === alertResumed.name) skipHeldAlert(tx, ended, now);
  if (name === priceAlert.name || name === tradeTrigger.name) recordAlertOf(tx, ended, now);
  if (name === escrowCreated.name && ended.functionId.endsWith("-escrow-lifecycle"))
    recordEscrowOf(deps, tx, ended, now);
  if (ended.functionId.endsWith("-scheduled-casino-bet")) recordBetOf(deps, tx, ended, now);
}

/** A held alert whose run ended before it could resume it. */
function skipHeldAlert(tx: MirrorWriter, { trigger }: Ended, now: number): void {
  const id = trigger.data?.alert_id;
  if (typeof id === "string" && getAlert(tx, id)?.outcome === "held")
    settleAlert(tx, id, "skipped", now, {
      reason: "its run failed when the pause was lifted. No order was sent",
    });
}

/** The end of an alert follows in `clean-up`, as for one that its run did record. */
function recordAlertOf(tx: MirrorWriter, { trigger, runId }: Ended, now: number): void {
  if (!trigger.id || !trigger.name) return;
  const receivedAt = Math.min(trigger.ts ?? now, now);
  recordAlert(tx, { id: trigger.id, eventName: trigger.name, receivedAt, runId }, trigger.data);
}

function recordEscrowOf(
  { config }: Deps,
  tx: MirrorWriter,
  { trigger, runId, ending }: Ended,
  now: number,
): void {
  const parsed = escrowRequest.safeParse(trigger.data);
  if (!parsed.success) return;
  const { escrow_id: ref, amount_usdc: amount, counterparty, description } = parsed.data;
  if (getEscrow(tx, ref) || getIntent(tx, intentKeys.escrowCreate(ref))) return;
  const escrow = {
    ref,
    agentId: config.agentId,
    amountMicro: usdcFromWire(amount),
    counterparty,
    description: description ?? "Agent service payment",
    timeoutHours: TIMEOUT_HOURS,
    runId,
  };
  beginEscrow(tx, escrow, "creating", null, now);
  changeEscrow(tx, ref, { status: "not_created", reason: ending, settledAt: now }, now, now);
  tellEscrow(tx, ref, {
    kind: "refused",
    at: now,
    title: "Not created",
    detail: `${ending}. Nothing was sent and nothing is locked.`,
    actor: functionActor("clean-up"),
    runId,
  });
}

function recordBetOf(deps: Deps, tx: MirrorWriter, { trigger, runId, ending }: Ended, now: number): void {
  // A request that cannot be read is none; a tick of the schedule carries nothing to read.
  const isSchedule = trigger.name !== betRequested.name;
  const request = betRequestOf(deps, { id: trigger.id, data: trigger.data }, runId);
  const isReadable = isSchedule === request.requestKey.startsWith("slot:");
  if (!isReadable || getBet(tx, request.ref) || getIntent(tx, intentKeys.bet(request.requestKey))) return;
  skipBet(tx, betRow(deps, request), ending, now);
}
