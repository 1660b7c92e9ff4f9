import { z } from "zod";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { changeEscrow, getEscrow, isOver, tellEscrow } from "../../db/mirror/escrows";
import { leaveIntents } from "../../db/mirror/intents";
import { settleAlert, tradeOfAlert, unsettledAlerts } from "../../db/mirror/trades";
import { endRun, recordUnseenRun } from "../../db/mirror/runs";
import { isCommand } from "../../db/read/decisions";
import { outcomeUnknown } from "../events";
import { functionIdOf } from "../journal";
import { askId } from "./reconcile-unknown";
import { by, type Deps } from "../deps";
import { takeUp } from "./take-up";
import { showNotDone, showUnknown } from "./what-became";

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

/**
 * Tells the truth about runs that ended without their own code having the last word: a cancelled or timed-out run is known
 * from the system's event only. What it left open is settled or asked about, and its command is answered.
 */
export function cleanUp(deps: Deps) {
  const { client, mirror, read, clock } = deps;
  return client.createFunction(
    {
      id: ID,
      name: "Clean up",
      // What ends while the app is down is told by nobody else: it is tried for a day.
      retries: 20,
      triggers: [{ event: "inngest/function.cancelled" }, { event: "inngest/function.failed" }],
    },
    async ({ event, step, runId }) => {
      const ended = await step.run(
        "record-end",
        (): { recorded: boolean; run_id?: string; lost: string[] } => {
          const parsed = endedData.safeParse(event.data);
          if (!parsed.success) return { recorded: false, lost: [] };
          const { function_id: functionId, run_id: endedId, event: trigger, error } = parsed.data;
          const cancelled = event.name === "inngest/function.cancelled";
          const now = clock.now();
          // The run ended when the engine said so, which may be long before this is heard.
          const endedAt = Math.min(event.ts ?? now, now);
          return inTransaction(mirror, (tx) => {
            const why = error?.message ?? (cancelled ? "cancelled before its end" : null);
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
            const ending = `its run ${cancelled ? "was cancelled" : `failed: ${why ?? "no reason given"}`}`;
            if (trigger) takeUp(deps, tx, { functionId, trigger, runId: endedId, ending }, endedAt);
            endRun(tx, endedId, cancelled ? "cancelled" : "failed", why, endedAt, undefined, true);
            const { lost, unknown, notDone } = leaveIntents(tx, endedId, now);
            for (const intent of lost)
              showUnknown(tx, intent, "its run ended before an answer was recorded", now);
            // A release or cancel that was not made stays to be made by the run that takes over.
            for (const intent of notDone) {
              if (intent.action === "escrow-release" || intent.action === "escrow-cancel") continue;
              const reason = `${intent.detail ?? "not sent"}; its run ended before another try`;
              showNotDone(tx, intent, reason, now, endedId);
            }
            for (const alert of unsettledAlerts(tx, endedId)) {
              const trade = tradeOfAlert(tx, alert.id);
              if (!trade?.remoteId) {
                // The run was given up before it could say that no answer came.
                const isUnknown = trade?.status === "unknown";
                const reason = isUnknown ? trade.reason : `${ending}. No order was sent`;
                settleAlert(tx, alert.id, isUnknown ? "unknown" : "skipped", now, {
                  reason: reason ?? undefined,
                  ...(isUnknown && { tradeRef: trade.ref }),
                });
                continue;
              }
              // Its run was given up between the order and the record of it.
              settleAlert(tx, alert.id, "traded", now, { tradeRef: trade.ref });
              const message = `Order ${trade.remoteId} placed.`;
              if (isCommand(read, alert.id))
                answerCommand(tx, alert.id, { state: "confirmed", message, runId: endedId }, now);
            }
            const ref = trigger?.data?.escrow_id;
            if (functionId.endsWith("-escrow-lifecycle") && typeof ref === "string")
              tellOfEscrow(tx, ref, endedId, cancelled, now, runId);
            const commandId = trigger?.id && isCommand(read, trigger.id) ? trigger.id : null;
            answerCommand(
              tx,
              commandId,
              {
                state: lost.length + unknown.length > 0 ? "unknown" : "failed",
                message: cancelled
                  ? "The run was cancelled before its end."
                  : `The run failed: ${error?.message ?? "no reason given"}`,
                runId: endedId,
              },
              now,
            );
            return {
              recorded: true,
              run_id: endedId,
              lost: [...lost, ...unknown].map((intent) => intent.key),
            };
          });
        },
      );
      if (ended.lost.length > 0)
        await step.sendEvent(
          "ask-what-became",
          ended.lost.map((key) => outcomeUnknown.create({ intent_key: key }, { id: askId(key, runId) })),
        );
      return ended;
    },
  );
}

function tellOfEscrow(
  tx: MirrorWriter,
  ref: string,
  endedId: string,
  cancelled: boolean,
  now: number,
  runId: string,
): void {
  const row = getEscrow(tx, ref);
  if (!row || row.runId !== endedId || isOver(row.status)) return;
  const title = `The run was ${cancelled ? "cancelled" : "given up"}`;
  const locked = row.remoteId !== null;
  const detail = locked
    ? "The money is still locked. Another run takes over."
    : "Nothing is known to be locked.";
  if (locked)
    changeEscrow(tx, ref, { reason: `${title.toLowerCase()}; another takes over` }, row.observedAt, now);
  tellEscrow(tx, ref, { kind: "run-ended", nth: endedId, at: now, title, detail, actor: by(ID), runId });
}
