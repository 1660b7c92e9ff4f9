import { and, desc, eq, gte, inArray, isNull, lte, or } from "drizzle-orm";
import { z } from "zod";
import { given, prepared, type Reader } from "../connection";
import { inbox, webhookOutcomes } from "../schema";

/** What a verified webhook reported, with its own data as it came. */
export interface Reported {
  id: string;
  type: string;
  receivedAt: number;
  data: Record<string, unknown>;
  /** What record-webhook made of it; null while no run has looked at it. */
  outcome: string | null;
}

const envelope = z.object({ data: z.record(z.string(), z.unknown()) });
const LIMIT = 50;

/** Webhooks of these types that came since a moment (ms), the newest first. */
export function listReported(db: Reader, types: readonly string[], since: number): Reported[] {
  return read(db, and(inArray(inbox.type, [...types]), gte(inbox.receivedAt, since)));
}

/** Of those, the ones that nothing in the mirror answers to. */
export function listUnmatched(db: Reader, types: readonly string[], since: number): Reported[] {
  return read(
    db,
    and(
      inArray(inbox.type, [...types]),
      gte(inbox.receivedAt, since),
      or(isNull(webhookOutcomes.outcome), eq(webhookOutcomes.outcome, "unmatched")),
    ),
  );
}

const unanswered = prepared((db) =>
  db
    .select({ id: inbox.id })
    .from(inbox)
    .leftJoin(webhookOutcomes, eq(webhookOutcomes.webhookId, inbox.id))
    .where(and(isNull(webhookOutcomes.webhookId), lte(inbox.receivedAt, given("before"))))
    .orderBy(desc(inbox.receivedAt))
    .limit(LIMIT)
    .prepare(),
);

/** Ids of webhooks that came before a moment (ms) and that no run has looked at. */
export const listUnanswered = (db: Reader, before: number): string[] =>
  unanswered(db)
    .all({ before })
    .map(({ id }) => id);

function read(db: Reader, where: ReturnType<typeof and>): Reported[] {
  return db
    .select({
      id: inbox.id,
      type: inbox.type,
      receivedAt: inbox.receivedAt,
      envelope: inbox.envelope,
      outcome: webhookOutcomes.outcome,
    })
    .from(inbox)
    .leftJoin(webhookOutcomes, eq(webhookOutcomes.webhookId, inbox.id))
    .where(where)
    .orderBy(desc(inbox.receivedAt))
    .limit(LIMIT)
    .all()
    .flatMap(({ envelope: raw, ...row }) => {
      const parsed = envelope.safeParse(raw);
      return parsed.success ? [{ ...row, data: parsed.data.data }] : [];
    });
}
