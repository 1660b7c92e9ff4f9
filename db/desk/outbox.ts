import { and, asc, desc, eq, isNotNull, isNull, lte, sql } from "drizzle-orm";
import type { SendFailure } from "../../domain/sending";
import { given, prepared, type DeskWriter } from "../connection";
import { outbox } from "../schema";

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

/** Puts an event into the outbox. Its id is the event's id; one that is there already stays as it is. */
export function queueEvent(
  tx: DeskWriter,
  event: { id: string; name: string; data: unknown },
  now: number,
): void {
  queued(tx).run({ id: event.id, name: event.name, data: JSON.stringify(event.data ?? null), now });
}

/** A row as its sender needs it. */
export interface DueEvent {
  rowId: number;
  id: string;
  eventName: string;
  /** JSON as it is stored: a row that cannot be read must not keep the others from being read. */
  data: string;
  createdAt: number;
  attempts: number;
  refusals: number;
}

const waits = and(isNull(outbox.sentAt), isNull(outbox.parkedAt));
const dueFrom = (end: typeof asc) =>
  prepared((db) =>
    db
      .select({
        rowId: outbox.rowId,
        id: outbox.id,
        eventName: outbox.eventName,
        data: sql<string>`${outbox.data}`,
        createdAt: outbox.createdAt,
        attempts: outbox.attempts,
        refusals: outbox.refusals,
      })
      .from(outbox)
      .where(and(waits, lte(outbox.nextAttemptAt, given("now"))))
      .orderBy(asc(outbox.nextAttemptAt), end(outbox.rowId))
      .limit(50)
      .prepare(),
  );
const due = { oldest: dueFrom(asc), newest: dueFrom(desc) };
const next = prepared((db) =>
  db
    .select({ at: outbox.nextAttemptAt })
    .from(outbox)
    .where(waits)
    .orderBy(asc(outbox.nextAttemptAt))
    .limit(1)
    .prepare(),
);

/**
 * What is to be sent now: first what was never tried, from the end that is asked for, then what is due again. Times are wall
 * time: sending is real.
 */
export const dueEvents = (db: DeskWriter, wallNow: number, first: keyof typeof due = "oldest"): DueEvent[] =>
  due[first](db).all({ now: wallNow });

/** When the next try of what waits is due, wall time; null when nothing waits. */
export const nextAttempt = (db: DeskWriter): number | null => next(db).get()?.at ?? null;

const sent = prepared((db) =>
  db
    .update(outbox)
    .set({
      sentAt: given("now"),
      attempts: sql`${outbox.attempts} + 1`,
      engineEventId: given("engineEventId"),
      failure: null,
      lastError: null,
    })
    .where(eq(outbox.rowId, given("rowId")))
    .prepare(),
);

/** Writes down that the engine has it. */
export function markSent(db: DeskWriter, rowId: number, engineEventId: string | null, now: number): void {
  changedOne(rowId, sent(db).run({ rowId, engineEventId, now }));
}

/** Writes down a try that failed; with `parkedAt` it is the last one until an operator sends it again. */
export function markNotSent(
  db: DeskWriter,
  rowId: number,
  tried: {
    attempts: number;
    refusals: number;
    failure: SendFailure;
    said: string | null;
    nextAttemptAt: number;
    parkedAt: number | null;
  },
): void {
  const { said, ...rest } = tried;
  const set = { ...rest, lastError: said };
  changedOne(rowId, db.update(outbox).set(set).where(eq(outbox.rowId, rowId)).run());
}

/**
 * Lets a parked event be tried once more, at once; refused again, it is parked again. False when it is not parked (any more).
 * @param refusals how many refusals it goes on with
 */
export function unparkEvent(tx: DeskWriter, rowId: number, refusals: number): boolean {
  const parked = and(eq(outbox.rowId, rowId), isNull(outbox.sentAt), isNotNull(outbox.parkedAt));
  const set = { parkedAt: null, refusals, nextAttemptAt: 0 };
  return tx.update(outbox).set(set).where(parked).run().changes > 0;
}

/** What changes nothing would be tried for ever, and nobody would be told. */
function changedOne(rowId: number, { changes }: { changes: number }): void {
  if (changes !== 1) throw new Error(`outbox row ${rowId} is not there`);
}
