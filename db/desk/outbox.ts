import { and, asc, eq, isNull, lte } from "drizzle-orm";
import { given, prepared, type Writer } from "../connection";
import { outbox } from "../schema";

export type OutboxRow = typeof outbox.$inferSelect;

const queued = prepared((db) =>
  db
    .insert(outbox)
    .values({
      id: given("id"),
      eventName: given("name"),
      data: given("data"),
      createdAt: given("now"),
      nextAttemptAt: 0,
    })
    .onConflictDoNothing()
    .prepare(),
);

/** Puts an event on its way. Its id is the event's id; one that is there already stays as it is. */
export function queueEvent(
  tx: Writer,
  event: { id: string; name: string; data: unknown },
  now: number,
): void {
  queued(tx).run({ id: event.id, name: event.name, data: JSON.stringify(event.data ?? null), now });
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

const sent = prepared((db) =>
  db
    .update(outbox)
    .set({ sentAt: given("now"), engineEventId: given("engineEventId"), lastError: null })
    .where(eq(outbox.id, given("id")))
    .prepare(),
);

export function markSent(db: Writer, id: string, engineEventId: string | null, now: number): void {
  sent(db).run({ id, engineEventId, now });
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
