import { newId, type Actor } from "../../domain/ids";
import type { Writer } from "../connection";
import { audit } from "../schema";

export interface AuditEntry {
  actor: Actor;
  action: string;
  subject?: { type: string; ref: string };
  before?: unknown;
  after?: unknown;
  reason?: string | null;
  result: "accepted" | "denied" | "refused";
  commandId?: string;
}

/** Puts a deed, or an attempt at one, on record. */
export function recordAudit(tx: Writer, entry: AuditEntry, now: number): void {
  tx.insert(audit)
    .values({
      id: newId(now),
      at: now,
      actorKind: entry.actor.kind,
      actorId: entry.actor.id,
      action: entry.action,
      subjectType: entry.subject?.type,
      subjectRef: entry.subject?.ref,
      before: entry.before,
      after: entry.after,
      reason: entry.reason,
      result: entry.result,
      commandId: entry.commandId,
    })
    .run();
}
