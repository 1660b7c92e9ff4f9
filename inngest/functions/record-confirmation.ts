import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { changeEscrow, getEscrow, isOver, tellEscrow } from "../../db/mirror/escrows";
import { getDecision, isCommand } from "../../db/read/decisions";
import { escrowConfirmed } from "../events";
import { by, type Setting } from "./setting";

const ID = "record-confirmation";

/**
 * Puts every confirmation on record, whoever sent it. One that neither an operator nor a verified webhook stands behind is
 * noted as claimed and not proven; it never releases by itself.
 */
export function recordConfirmation({ client, mirror, read, clock }: Setting) {
  return client.createFunction(
    { id: ID, name: "Record confirmation", retries: 3, triggers: [escrowConfirmed] },
    async ({ event, step, runId }) =>
      step.run("record", () => {
        const { escrow_id: ref, confirmed_by: confirmedBy } = event.data;
        const now = clock.now();
        return inTransaction(mirror, (tx) => {
          const row = getEscrow(tx, ref);
          const commandId = event.id && isCommand(read, event.id) ? event.id : null;
          if (!row) {
            answerCommand(
              tx,
              commandId,
              { state: "failed", message: `There is no escrow ${ref}. Nothing moved.`, runId },
              now,
            );
            return { recorded: false, reason: "no such escrow" };
          }
          const decision = getDecision(read, ref);
          if (commandId && decision?.commandId === commandId) {
            tellEscrow(tx, ref, {
              kind: "approved",
              at: decision.at,
              title: `Approved by ${decision.operatorName ?? decision.operatorId}`,
              detail: decision.reason ?? undefined,
              actor: { kind: "operator", id: decision.operatorId },
              runId,
            });
            return { recorded: true, proof: "operator" };
          }
          if (row.confirmedAt !== null || isOver(row.status))
            return { recorded: true, proof: row.confirmationProof ?? "over" };
          changeEscrow(
            tx,
            ref,
            { claimedConfirmationAt: now, claimedConfirmationBy: confirmedBy },
            row.observedAt,
            now,
          );
          tellEscrow(tx, ref, {
            kind: "claimed",
            nth: event.id,
            at: now,
            title: `Confirmation claimed by ${confirmedBy}, not proven`,
            detail: "It releases nothing by itself.",
            actor: by(ID),
            runId,
          });
          return { recorded: true, proof: "none" };
        });
      }),
  );
}
