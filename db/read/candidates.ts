import { and, desc, eq, gte, isNull, lte, or, sql, type SQL } from "drizzle-orm";
import { z } from "zod";
import { given, prepared, type Reader } from "../connection";
import { inbox, webhookOutcomes } from "../schema";

/** What a verified webhook reported, with its own data as it came. */
export interface Reported {
  id: string;
  type: string;
  receivedAt: number;
  data: Record<string, unknown>;
  /** The whole of it, as it was signed. */
  envelope: unknown;
  /** What record-webhook made of it; null while no run has looked at it. */
  outcome: string | null;
}

const envelope = z.object({ data: z.record(z.string(), z.unknown()) });
const LIMIT = 50;

const ofTypes = (more?: SQL) =>
  prepared((db) =>
    db
      .select({
        id: inbox.id,
        type: inbox.type,
        receivedAt: inbox.receivedAt,
        envelope: inbox.envelope,
        outcome: webhookOutcomes.outcome,
      })
      .from(inbox)
      .leftJoin(webhookOutcomes, eq(webhookOutcomes.webhookId, inbox.id))
      .where(
        and(
          sql`${inbox.type} in (select value from json_each(${given("types")}))`,
          gte(inbox.receivedAt, given("since")),
          more,
        ),
      )
      .orderBy(desc(inbox.receivedAt))
      .limit(LIMIT)
      .prepare(),
  );
const reported = ofTypes();
const unmatched = ofTypes(or(isNull(webhookOutcomes.outcome), eq(webhookOutcomes.outcome, "unmatched")));

/** Webhooks of these types that came since a moment (ms), the newest first. */
export const listReported = (db: Reader, types: readonly string[], since: number): Reported[] =>
  withData(reported(db).all({ types: JSON.stringify(types), since }));

/** Of those, the ones that nothing in the mirror answers to. */
export const listUnmatched = (db: Reader, types: readonly string[], since: number): Reported[] =>
  withData(unmatched(db).all({ types: JSON.stringify(types), since }));

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

function withData(rows: Omit<Reported, "data">[]): Reported[] {
  return rows.flatMap((row) => {
    const parsed = envelope.safeParse(row.envelope);
    return parsed.success ? [{ ...row, data: parsed.data.data }] : [];
  });
}
