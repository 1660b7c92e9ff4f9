import { z } from "zod";
import type { MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { changeEscrow, getEscrow, isOver, tellEscrow } from "../../db/mirror/escrows";
import { leftIntents } from "../../db/mirror/intents";
import { endRun, recordUnseenRun } from "../../db/mirror/runs";
import { settleAlert, tradeOfAlert, unsettledAlerts } from "../../db/mirror/trades";
import { isCommand } from "../../db/read/decisions";
import { functionActor, type Deps } from "../deps";
import { functionIdOf } from "../journal";
import { actions } from "../money-calls/actions";
import { settle } from "../money-calls/settle";
import { recordOrphanedTrigger } from "./record-orphaned-trigger";

const ID = "clean-up";
const endedData = z.object({
  function_id: z.string(),
  run_id: z.string(),
  event: z
    .object({
      id: z.string().optional(),
      name: z.string().optional(),
      data: z.record(z.string(), z.unknown()).nullish(),
      ts: z.number().optional(),
    })
    .optional(),
  error: z.object({ message: z.string().optional() }).nullish(),
});
type Ended = z.output<typeof endedData>;

/** What came of recording a run's end. `lost` are the keys of calls whose outcome is not known. */
export interface RecordedEnd {
  recorded: boolean;
  run_id?: string;
  lost: string[];
}

/**
 * Records that a run ended without its own code having the last word, as the engine's event tells it (`at` in ms): the run, what
 * had started it, the calls and alerts it left open, its escrow, its command.
 * @param runId the run that records it
 */
export function recordEndedRun(
  deps: Deps,
  tx: MirrorWriter,
  event: { data: unknown; isCancelled: boolean; at: number },
  runId: string,
  now: number,
): RecordedEnd {
  const parsed = endedData.safeParse(event.data);
  if (!parsed.success) return { recorded: false, lost: [] };
  const { function_id: functionId, run_id: endedId, event: trigger, error } = parsed.data;
  const { isCancelled } = event;
  // The run ended when the engine said so, which may be long before this is heard.
  const endedAt = Math.min(event.at, now);
  const why = error?.message ?? (isCancelled ? "cancelled before its end" : null);
  const ending = `its run ${isCancelled ? "was cancelled" : `failed: ${why ?? "no reason given"}`}`;
  recordUnseenRun(
    tx,
    {
      id: endedId,
      functionId: functionIdOf(functionId),
      eventName: trigger?.name ?? "not known",
      eventId: trigger?.id ?? null,
      input: trigger?.data ?? null,
      queuedAt: trigger?.ts ?? endedAt,
    },
    endedAt,
  );
  if (trigger) recordOrphanedTrigger(deps, tx, { functionId, trigger, runId: endedId, ending }, endedAt);
  endRun(tx, endedId, isCancelled ? "cancelled" : "failed", why, endedAt, undefined, true);
  const lost = settleLeftCalls(tx, endedId, now);
  settleLeftAlerts(deps, tx, endedId, ending, now);
  tellEscrowOf(tx, parsed.data, isCancelled, now, runId);
  answerCommand(
    tx,
    trigger?.id && isCommand(deps.read, trigger.id) ? trigger.id : null,
    {
      state: lost.length > 0 ? "unknown" : "failed",
      message: isCancelled
        ? "The run was cancelled before its end."
        : `The run failed: ${error?.message ?? "no reason given"}`,
      runId: endedId,
    },
    now,
  );
  return { recorded: true, run_id: endedId, lost };
}

/** Settles the calls a run left open. The keys of those whose outcome is not known, and that nobody has decided about. */
function settleLeftCalls(tx: MirrorWriter, endedId: string, now: number): string[] {
  const source = { actor: functionActor(ID), runId: endedId };
  const lost: string[] = [];
  for (const intent of leftIntents(tx, endedId)) {
    const action = actions[intent.action];
    const call = { key: intent.key, ref: intent.subjectRef };
    if (intent.status === "open") {
      const reason = "its run ended before an answer was recorded";
      settle(tx, action, call, { kind: "unknown", reason, isInFlight: true }, source, now);
      lost.push(intent.key);
    } else if (intent.status === "unknown") {
      if (intent.decision === null) lost.push(intent.key);
    } else if (!action.outlivesRun) {
      const reason = `${intent.detail ?? "not sent"}; its run ended before another attempt`;
      settle(tx, action, call, { kind: "given-up", reason }, source, now);
    }
  }
  return lost;
}

function settleLeftAlerts(
  { read }: Deps,
  tx: MirrorWriter,
  endedId: string,
  ending: string,
  now: number,
): void {
  for (const alert of unsettledAlerts(tx, endedId)) {
    const trade = tradeOfAlert(tx, alert.id);
    if (trade?.remoteId) {
      // Its run was given up between the order and the record of it.
      settleAlert(tx, alert.id, "traded", now, { tradeRef: trade.ref });
      const message = `Order ${trade.remoteId} placed.`;
      if (isCommand(read, alert.id))
        answerCommand(tx, alert.id, { state: "confirmed", message, runId: endedId }, now);
      continue;
    }
    // The run of an earlier build may have been given up before it could say that no answer came.
    const isUnknown = trade?.status === "unknown";
    const reason = isUnknown ? trade.reason : `${ending}. No order was sent`;
    settleAlert(tx, alert.id, isUnknown ? "unknown" : "skipped", now, {
      reason: reason ?? undefined,
      ...(isUnknown && { tradeRef: trade.ref }),
    });
  }
}

function tellEscrowOf(
  tx: MirrorWriter,
  { function_id: functionId, run_id: endedId, event }: Ended,
  isCancelled: boolean,
  now: number,
  runId: string,
): void {
  const ref = event?.data?.escrow_id;
  if (!functionId.endsWith("-escrow-lifecycle") || typeof ref !== "string") return;
  const row = getEscrow(tx, ref);
  if (!row || row.runId !== endedId || isOver(row.status)) return;
  const title = `The run was ${isCancelled ? "cancelled" : "given up"}`;
  const locked = row.remoteId !== null;
  const detail = locked
    ? "The money is still locked. Another run resumes it."
    : "Nothing is known to be locked.";
  if (locked)
    changeEscrow(tx, ref, { reason: `${title.toLowerCase()}; another resumes it` }, row.observedAt, now);
  const actor = functionActor(ID);
  tellEscrow(tx, ref, { kind: "run-ended", nth: endedId, at: now, title, detail, actor, runId });
}
