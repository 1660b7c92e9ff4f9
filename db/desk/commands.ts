import { eq } from "drizzle-orm";
import type { CommandKind } from "../../domain/command-kinds";
import type { EscrowDecision } from "../../domain/decision-record";
import { PARK_AFTER } from "../../domain/sending";
import type { PauseKind } from "../../domain/pauses";
import { inTransaction, type DeskWriter } from "../connection";
import { commands, decisions, outbox, pauses } from "../schema";
import { recordAudit } from "./audit";
import { appendDecision } from "./decisions";
import { queueEvent, unparkEvent } from "./outbox";

export interface CommandRequest {
  /** The ULID made when the form was rendered. */
  id: string;
  kind: CommandKind;
  operatorId: string;
  subject?: { type: string; ref: string };
  payload: unknown;
  /** What the functions are asked; a command that only changes the desk has none. */
  event?: { name: string; data: unknown };
  before?: unknown;
  reason?: string | null;
  /** The decision about an escrow that this command is. */
  decision?: { escrowRef: string; decision: EscrowDecision; seenVersion: number };
  /** The kinds of action this command pauses or resumes. */
  pause?: { kinds: readonly PauseKind[]; paused: boolean };
  /** The outbox row that this command sends once more. */
  sendAgain?: number;
}
export type Recorded<Why = never> =
  | { kind: "accepted" | "duplicate"; commandId: string }
  /** The row to be sent again is not parked any more. */
  | { kind: "not-parked" }
  | { kind: "refused"; why: Why };

/** `kind` is the command's, or the name of the event. */
type SpentOn = Pick<typeof commands.$inferSelect, "subjectRef" | "createdAt"> & { kind: string };

/** The command's id is that of another deed. Answered as a repeat, this one would be lost without a word. */
export class SpentIdError extends Error {
  override name = "SpentIdError";
  constructor(
    id: string,
    /** What the id was spent on. */
    readonly spentOn: SpentOn,
  ) {
    super(`${id} is a ${spentOn.kind} already`);
  }
}

/**
 * Command, audit row, decision or pause, and outbox row in one transaction. The same form again is a duplicate and changes
 * nothing.
 * @param refuse says why not, as things stand: it is asked with the write lock held, so that what any handle reads in it still
 *   holds when the command is written
 * @throws SpentIdError where the id was spent on another deed, or on the same by another operator
 */
export function recordCommand<Why = never>(
  db: DeskWriter,
  request: CommandRequest,
  now: number,
  refuse?: () => Why | null,
): Recorded<Why> {
  return inTransaction(db, (tx): Recorded<Why> => {
    const known = tx.select().from(commands).where(eq(commands.id, request.id)).get();
    if (known) {
      if (!isSameDeed(tx, known, request)) throw new SpentIdError(request.id, known);
      return { kind: "duplicate", commandId: request.id };
    }
    const queued = tx.select().from(outbox).where(eq(outbox.id, request.id)).get();
    // The event would count as sent, and never be.
    if (queued)
      throw new SpentIdError(request.id, {
        kind: queued.eventName,
        subjectRef: null,
        createdAt: queued.createdAt,
      });
    const why = refuse?.() ?? null;
    if (why !== null) return { kind: "refused", why };
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
    if (request.decision)
      appendDecision(
        tx,
        {
          ...request.decision,
          kind: "signed",
          actor: { kind: "operator", id: request.operatorId },
          commandId: request.id,
          reason: request.reason ?? null,
          effectiveAt: now,
        },
        now,
      );
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

/** The same operator, asking for the same about the same thing, in the same words. */
function isSameDeed(tx: DeskWriter, known: typeof commands.$inferSelect, request: CommandRequest): boolean {
  const same =
    known.kind === request.kind &&
    known.operatorId === request.operatorId &&
    known.subjectType === (request.subject?.type ?? null) &&
    known.subjectRef === (request.subject?.ref ?? null) &&
    // The same code writes both, so the same content is the same text.
    JSON.stringify(known.payload) === JSON.stringify(request.payload ?? null);
  if (!same || !request.decision) return same;
  // A decision's reason stands with the decision and not in the payload.
  const made = tx.select().from(decisions).where(eq(decisions.commandId, known.id)).get();
  return made !== undefined && made.reason === (request.reason ?? null);
}
