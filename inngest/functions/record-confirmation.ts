import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import {
  changeEscrow,
  escrowByRemoteId,
  getEscrow,
  isOver,
  recordConfirmationEvent,
  tellEscrow,
  type EscrowRow,
} from "../../db/mirror/escrows";
import { getIntent } from "../../db/mirror/intents";
import { runHasEnded } from "../../db/mirror/runs";
import { getDecision, isCommand } from "../../db/read/decisions";
import { intentKeys } from "../../domain/keys";
import {
  escrowConfirmed,
  escrowDecisionRecorded,
  escrowRejected,
  escrowResumed,
  eventIdFor,
} from "../events";
import { isHeard } from "../recovery/hearing";
import { functionActor, type Deps } from "../deps";

const ID = "record-confirmation";

interface Recorded {
  recorded: boolean;
  reason?: string;
  proof?: string;
  /** The reference it should have named. */
  translated?: string;
  /** Nobody listens for it: this run is gone. */
  orphanOf?: string;
  /** The escrow is open, and its run is to read the record. */
  tell?: boolean;
}

/** How long the escrow's run is given to read what was recorded. ms */
const TIME_TO_HEAR_MS = 30_000;

/**
 * Puts every confirmation and rejection on record, whoever sent it, and then tells the escrow's run to read it. A confirmation
 * that neither an operator nor a verified webhook stands behind is noted as claimed and not proven; it never releases by itself,
 * and makes the run ask Purple Flea. One that names Purple Flea's id is sent again under ours. Where something stands on record
 * that the run has not read after half a minute, such as when the engine lost the run, another run resumes it.
 */
export function recordConfirmation({ client, mirror, read, clock }: Deps) {
  return client.createFunction(
    { id: ID, name: "Record confirmation", retries: 3, triggers: [escrowConfirmed, escrowRejected] },
    async ({ event, step, runId }) => {
      const ref = event.data.escrow_id;
      const result = await step.run("record", () =>
        inTransaction(mirror, (tx): Recorded => {
          const now = clock.now();
          const commandId = event.id && isCommand(read, event.id) ? event.id : null;
          const row = getEscrow(tx, ref);
          const elsewhere = row ? undefined : escrowByRemoteId(tx, ref);
          if (event.name === escrowConfirmed.name && "confirmed_by" in event.data)
            recordConfirmationEvent(tx, {
              id: event.id ?? runId,
              sentRef: ref,
              escrowRef: row?.ref ?? elsewhere?.ref ?? null,
              confirmedBy: event.data.confirmed_by,
              receivedAt: now,
              runId,
            });
          if (elsewhere) return { recorded: true, translated: elsewhere.ref };
          if (!row) {
            const message = `There is no escrow ${ref}. Nothing moved.`;
            answerCommand(tx, commandId, { state: "failed", message, runId }, now);
            return { recorded: false, reason: "no such escrow" };
          }
          const isOpen = !isOver(row.status) && row.remoteId !== null;
          const isOrphan =
            isOpen && row.runId !== null && runHasEnded(tx, row.runId) && !mayBeEnding(tx, ref);
          const proof = put(tx, row, event, commandId, now, runId);
          const orphanOf = isOrphan && proof !== "none" ? (row.runId ?? undefined) : undefined;
          return { recorded: true, proof, tell: isOpen, orphanOf };
        }),
      );
      if (result.translated !== undefined) {
        const id = `${event.id ?? runId}-as-${result.translated}`;
        await step.sendEvent(
          "hand-on",
          "confirmed_by" in event.data
            ? escrowConfirmed.create(
                { ...event.data, escrow_id: result.translated },
                { id: eventIdFor(escrowConfirmed.name, id) },
              )
            : escrowRejected.create(
                { ...event.data, escrow_id: result.translated },
                { id: eventIdFor(escrowRejected.name, id) },
              ),
        );
      }
      if (result.orphanOf !== undefined)
        await step.sendEvent(
          "take-over",
          escrowResumed.create(
            { escrow_id: ref },
            { id: eventIdFor(escrowResumed.name, `${ref}-after-${result.orphanOf}`) },
          ),
        );
      if (result.tell) {
        const id = eventIdFor(escrowDecisionRecorded.name, event.id ?? runId);
        await step.sendEvent("tell-run", escrowDecisionRecorded.create({ escrow_id: ref }, { id }));
        if (result.proof !== "none") {
          await step.sleep("time-to-hear", TIME_TO_HEAR_MS);
          if (await step.run("check-heard", () => isUnheard(ref))) {
            const again = eventIdFor(escrowResumed.name, `${ref}-unheard-${event.id ?? runId}`);
            await step.sendEvent("resume-run", escrowResumed.create({ escrow_id: ref }, { id: again }));
          }
        }
      }
      return result;
    },
  );

  /** Whether nobody has read what is on record of an escrow that waits for it. */
  function isUnheard(ref: string): boolean {
    return inTransaction(mirror, (tx) => {
      const row = getEscrow(tx, ref);
      return row?.status === "pending" && !mayBeEnding(tx, ref) && !isHeard(read, row);
    });
  }

  /** Writes what the event tells and says what stands behind it: operator, webhook, upstream, over or none. */
  function put(
    tx: MirrorWriter,
    row: EscrowRow,
    event: { id?: string; name: string; data: object },
    commandId: string | null,
    now: number,
    runId: string,
  ): string {
    const decision = getDecision(read, row.ref);
    if (decision && decision.commandId === commandId) {
      const approved = decision.decision === "release";
      tellEscrow(tx, row.ref, {
        kind: approved ? "approved" : "rejected",
        at: decision.at,
        title: `${approved ? "Approved" : "Rejected"} by ${decision.operatorName ?? decision.operatorId}`,
        detail: decision.reason ?? undefined,
        actor: { kind: "operator", id: decision.operatorId },
        runId,
      });
      return "operator";
    }
    if (isOver(row.status)) return "over";
    if (row.confirmedAt !== null) return row.confirmationProof ?? "upstream";
    // A rejection without a decision at the desk behind it decides nothing.
    const confirmedBy = "confirmed_by" in event.data ? String(event.data.confirmed_by) : null;
    tellEscrow(tx, row.ref, {
      kind: confirmedBy === null ? "rejection-claimed" : "claimed",
      nth: event.id,
      at: now,
      title:
        confirmedBy === null
          ? "Rejection claimed, not proven"
          : `Confirmation claimed by ${confirmedBy}, not proven`,
      detail: confirmedBy === null ? "It cancels nothing by itself." : "It releases nothing by itself.",
      actor: functionActor(ID),
      runId,
    });
    if (confirmedBy !== null)
      changeEscrow(
        tx,
        row.ref,
        { claimedConfirmationAt: now, claimedConfirmationBy: confirmedBy },
        row.observedAt,
        now,
      );
    return "none";
  }
}

/** Whether a call that ends the escrow is in flight, or its outcome unknown: then no other run resumes it. */
function mayBeEnding(tx: MirrorWriter, ref: string): boolean {
  const end = getIntent(tx, intentKeys.escrowEnd(ref))?.status;
  return end === "open" || end === "unknown";
}
