import { NonRetriableError } from "inngest";
import { z } from "zod";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { changeEscrow, heldEscrows, tellEscrow } from "../../db/mirror/escrows";
import { heldAlerts, settleAlert } from "../../db/mirror/trades";
import { commandForEscrow, getCommand } from "../../db/read/decisions";
import { isReference } from "../../domain/ids";
import { pauseKinds, pauseLook, type PauseKind } from "../../domain/pauses";
import { actionsPaused, actionsResumed, alertResumed, escrowResumed, eventIdFor } from "../events";
import type { Deps } from "../deps";

const orderSchema = z.object({
  kinds: z.array(z.enum(pauseKinds)),
  /** What is not to go on: `alert:<id>`, `escrow:<ref>`. */
  drop: z.array(z.string()).default([]),
});
const named = (kinds: readonly PauseKind[]) =>
  kinds.map((kind) => pauseLook[kind].label.toLowerCase()).join(", ");

/**
 * Answers a pause, and resumes what was held when one is lifted: each held alert and escrow once, under its own id, except
 * those the operator left out. The pause itself stands at the desk and works before this runs; a held alert that has grown
 * too old meanwhile is skipped by the run that takes it up.
 */
export function steerActions(deps: Deps) {
  const { client, mirror, read, clock } = deps;
  return client.createFunction(
    { id: "steer-actions", name: "Pause and resume", retries: 3, triggers: [actionsPaused, actionsResumed] },
    async ({ event, step, runId }) => {
      const command = getCommand(read, event.id);
      const order = orderSchema.safeParse(command?.payload);
      const expected = event.name === actionsPaused.name ? "pause-actions" : "resume-actions";
      if (!command || command.kind !== expected || !order.success)
        throw new NonRetriableError("no order on record stands behind this event");
      const { kinds, drop } = order.data;
      if (expected === "pause-actions") {
        await step.run("answer", () =>
          inTransaction(mirror, (tx) => {
            const message = `Paused: ${named(kinds)}.`;
            answerCommand(tx, command.id, { state: "confirmed", message, runId }, clock.now());
          }),
        );
        return { paused: kinds };
      }
      const who = command.operatorName ?? command.operatorId;
      const held = await step.run("drop-held", () =>
        inTransaction(mirror, (tx) => {
          const now = clock.now();
          const dropped = new Set(drop);
          const isDropped = {
            alert: (id: string) => dropped.has(`alert:${id}`),
            escrow: (ref: string) => dropped.has(`escrow:${ref}`),
          };
          const alerts = kinds.includes("trade") ? heldAlerts(tx).map((alert) => alert.id) : [];
          const escrows = kinds.includes("escrow-create") ? heldEscrows(tx) : [];
          const reason = `dropped by ${who} when the pause was lifted`;
          const message = `${reason[0]?.toUpperCase()}${reason.slice(1)}. Nothing moved.`;
          for (const id of alerts.filter(isDropped.alert)) {
            settleAlert(tx, id, "skipped", now, { reason });
            answerCommand(tx, getCommand(read, id)?.id, { state: "skipped", message, runId }, now);
          }
          for (const { ref } of escrows.filter((one) => isDropped.escrow(one.ref))) {
            changeEscrow(tx, ref, { status: "not_created", reason, settledAt: now }, now, now);
            answerCommand(tx, commandForEscrow(read, ref), { state: "skipped", message, runId }, now);
            const actor = { kind: "operator", id: command.operatorId } as const;
            tellEscrow(tx, ref, {
              kind: "dropped",
              at: now,
              title: "Dropped",
              detail: message,
              actor,
              runId,
            });
          }
          const refs = escrows.map((one) => one.ref);
          const going = {
            alerts: alerts.filter((id) => !isDropped.alert(id)),
            escrows: refs.filter((ref) => !isDropped.escrow(ref)),
          };
          const all = alerts.length + refs.length;
          return { ...going, dropped: all - going.alerts.length - going.escrows.length };
        }),
      );
      const again = command.id;
      const events = [
        ...held.alerts.map((id) =>
          alertResumed.create({ alert_id: id }, { id: eventIdFor(alertResumed.name, `${id}-${again}`) }),
        ),
        ...held.escrows
          .filter(isReference)
          .map((ref) =>
            escrowResumed.create(
              { escrow_id: ref },
              { id: eventIdFor(escrowResumed.name, `${ref}-${again}`) },
            ),
          ),
      ];
      if (events.length > 0) await step.sendEvent("let-go-on", events);
      await step.run("answer", () =>
        inTransaction(mirror, (tx) => {
          const message = `Resumed: ${named(kinds)}. ${events.length} held went on, ${held.dropped} dropped.`;
          answerCommand(tx, command.id, { state: "confirmed", message, runId }, clock.now());
        }),
      );
      return { resumed: kinds, went_on: events.length, dropped: held.dropped };
    },
  );
}
