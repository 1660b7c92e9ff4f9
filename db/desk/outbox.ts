import { and, asc, eq, isNull, lte } from "drizzle-orm";
import { given, prepared, type Writer } from "../connection";
import { outbox } from "../schema";

export type OutboxRow = typeof outbox.$inferSelect;

/** Puts an event on its way. Its id is the event's id; one that is there already stays as it is. */
export function queueEvent(
  tx: Writer,
  event: { id: string; name: string; data: unknown },
  now: number,
): void {
  tx.insert(outbox)
    .values({ id: event.id, eventName: event.name, data: event.data, createdAt: now, nextAttemptAt: 0 })
    .onConflictDoNothing()
    .run();
}

const due = prepared((db) =>
  db
    .select()
    .from(outbox)
    .where(and(isNull(outbox.sentAt), lte(outbox.nextAttemptAt, given("now"))))
    .orderBy(asc(outbox.createdAt), asc(outbox.id))
    .limit(50)
    .prepare(),
);
const next = prepared((db) =>
  db
    .select({ at: outbox.nextAttemptAt })
    .from(outbox)
    .where(isNull(outbox.sentAt))
    .orderBy(asc(outbox.nextAttemptAt))
    .limit(1)
    .prepare(),
);

/** What is to be sent now, oldest first. Times are wall time: sending is real. */
export const dueEvents = (db: Writer, wallNow: number): OutboxRow[] => due(db).all({ now: wallNow });

/** When the next try of what waits is due, wall time; null when nothing waits. */
export const nextAttempt = (db: Writer): number | null => next(db).get()?.at ?? null;

export function markSent(db: Writer, id: string, engineEventId: string | null, now: number): void {
  db.update(outbox).set({ sentAt: now, engineEventId, lastError: null }).where(eq(outbox.id, id)).run();
}

export function markNotSent(
  db: Writer,
  id: string,
  attempts: number,
  error: string,
  nextAttemptAt: number,
): void {
  db.update(outbox).set({ attempts, lastError: error, nextAttemptAt }).where(eq(outbox.id, id)).run();
}
