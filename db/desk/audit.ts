import { eq } from "drizzle-orm";
import { newId, type Actor } from "../../domain/ids";
import type { DeskWriter } from "../connection";
import { audit } from "../schema";

export interface AuditEntry {
  actor: Actor;
  action: string;
  subject?: { type: string; ref: string };
  before?: unknown;
  after?: unknown;
  reason?: string | null;
  result: "accepted" | "denied" | "refused" | "failed" | "limited";
  commandId?: string;
  from?: Whence;
}

/** Where somebody speaks from: their address and a few words for their browser, both null when not known. */
export interface Whence {
  address: string | null;
  device: string | null;
}

/** Puts a deed, or an attempt at one, on record, and says under which id. */
export function recordAudit(tx: DeskWriter, entry: AuditEntry, now: number): string {
  const id = newId(now);
  tx.insert(audit)
    .values({
      id,
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
      address: entry.from?.address,
      device: entry.from?.device,
    })
    .run();
  return id;
}

/** Writes on in a line that counts. Nothing else on the log is ever changed. */
export function setAuditAfter(db: DeskWriter, id: string, after: unknown): void {
  db.update(audit).set({ after }).where(eq(audit.id, id)).run();
}
