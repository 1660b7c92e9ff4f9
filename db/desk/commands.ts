import { eq } from "drizzle-orm";
import { PARK_AFTER } from "../../domain/sending";
import type { PauseKind } from "../../domain/statuses";
import { inTransaction, type Writer } from "../connection";
import { approvals, commands, pauses } from "../schema";
import { recordAudit } from "./audit";
import { queueEvent, unparkEvent } from "./outbox";

export interface CommandRequest {
  /** The ULID made when the form was rendered. */
  id: string;
  kind: string;
  operatorId: string;
  subject?: { type: string; ref: string };
  payload: unknown;
  /** What the functions are asked; a command that only changes the desk has none. */
  event?: { name: string; data: unknown };
  before?: unknown;
  reason?: string | null;
  /** The decision about an escrow that this command is. */
  decision?: { escrowRef: string; decision: "release" | "cancel"; seenVersion: number };
  /** The kinds of action this command pauses or lets go on. */
  pause?: { kinds: readonly PauseKind[]; paused: boolean };
  /** The outbox row that this command lets go out once more. */
  sendAgain?: number;
}
export type Recorded =
  | { kind: "accepted" | "duplicate"; commandId: string }
  /** The row to be sent again is not parked any more. */
  | { kind: "not-parked" }
  | { kind: "decided"; by: typeof approvals.$inferSelect };

/**
 * Command, audit row, decision or pause, and outbox row in one transaction. The same id again is a duplicate and changes nothing; a
 * second decision about an escrow is refused with the first one. Throws where the id was spent on another kind of deed.
 */
export function recordCommand(db: Writer, request: CommandRequest, now: number): Recorded {
  return inTransaction(db, (tx) => {
    const known = tx.select().from(commands).where(eq(commands.id, request.id)).get();
    if (known) {
      // Answered as a repeat, this deed would be lost without a word.
      if (known.kind !== request.kind) throw new Error(`${request.id} is a ${known.kind} already`);
      return { kind: "duplicate", commandId: request.id };
    }
    const { decision } = request;
    const earlier =
      decision && tx.select().from(approvals).where(eq(approvals.escrowRef, decision.escrowRef)).get();
    if (earlier) return { kind: "decided", by: earlier };
    // One refusal more parks it again: whoever pressed the button hears of it at once.
    if (request.sendAgain !== undefined && !unparkEvent(tx, request.sendAgain, PARK_AFTER - 1))
      return { kind: "not-parked" };
    tx.insert(commands)
      .values({
        id: request.id,
        kind: request.kind,
        subjectType: request.subject?.type,
        subjectRef: request.subject?.ref,
        payload: request.payload,
        operatorId: request.operatorId,
        createdAt: now,
      })
      .run();
    if (decision) {
      tx.insert(approvals)
        .values({
          ...decision,
          commandId: request.id,
          operatorId: request.operatorId,
          reason: request.reason,
          at: now,
        })
        .run();
    }
    for (const kind of request.pause?.kinds ?? []) {
      const row = {
        paused: request.pause?.paused ?? false,
        reason: request.reason ?? null,
        operatorId: request.operatorId,
        at: now,
      };
      tx.insert(pauses)
        .values({ kind, ...row })
        .onConflictDoUpdate({ target: pauses.kind, set: row })
        .run();
    }
    recordAudit(
      tx,
      {
        actor: { kind: "operator", id: request.operatorId },
        action: request.kind,
        subject: request.subject,
        before: request.before,
        after: request.payload,
        reason: request.reason,
        result: "accepted",
        commandId: request.id,
      },
      now,
    );
    if (request.event) queueEvent(tx, { id: request.id, ...request.event }, now);
    return { kind: "accepted", commandId: request.id };
  });
}
