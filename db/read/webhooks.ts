import { desc, eq, type InferSelectModel } from "drizzle-orm";
import type { WebhookOutcome } from "../../domain/webhook-outcomes";
import { given, prepared, type Reader } from "../connection";
import { inbox, webhookOutcomes } from "../schema";
import { countRows, listByKeyset, listDistinct, type Count, type Page, type PageRequest } from "./keyset";

export type Webhook = InferSelectModel<typeof inbox>;

/** A stored webhook and what was made of it; an outcome of null means no run has looked at it yet. */
export interface WebhookRow extends Webhook {
  outcome: WebhookOutcome | null;
  detail: string | null;
  runId: string | null;
  handledAt: number | null;
}

/** One page of verified webhooks, newest first. */
export function listWebhooks(
  db: Reader,
  filter: { type?: string },
  page: PageRequest,
  size: number,
): Page<WebhookRow> {
  return listByKeyset<WebhookRow>({
    sort: inbox.receivedAt,
    id: inbox.id,
    direction: "desc",
    where: [filter.type === undefined ? undefined : eq(inbox.type, filter.type)],
    page,
    size,
    fetch: (where, orderBy, limit) =>
      rowsOf(db)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all()
        .map(flatten),
    keyOf: (row) => ({ value: row.receivedAt, id: row.id }),
  });
}

/** How many webhooks the filter leaves. */
export function countWebhooks(db: Reader, filter: { type?: string }, exact = false): Count {
  return countRows(db, inbox, [filter.type === undefined ? undefined : eq(inbox.type, filter.type)], {
    exact,
  });
}

/** When the newest webhook came, ms; null when none has. */
export function newestWebhookAt(db: Reader): number | null {
  const row = db.select({ at: inbox.receivedAt }).from(inbox).orderBy(desc(inbox.receivedAt)).limit(1).get();
  return row?.at ?? null;
}

/** The types that came, known to us or not. */
export function listWebhookTypes(db: Reader): string[] {
  return listDistinct(db, inbox, inbox.type);
}

const byId = prepared((db: Reader) =>
  rowsOf(db)
    .where(eq(inbox.id, given("id")))
    .prepare(),
);

/** One webhook as it came; null when there is none by that id. */
export function getWebhook(db: Reader, id: string): WebhookRow | null {
  const row = byId(db).get({ id });
  return row ? flatten(row) : null;
}

function rowsOf(db: Reader) {
  return db
    .select({
      webhook: inbox,
      outcome: webhookOutcomes.outcome,
      detail: webhookOutcomes.detail,
      runId: webhookOutcomes.runId,
      handledAt: webhookOutcomes.at,
    })
    .from(inbox)
    .leftJoin(webhookOutcomes, eq(webhookOutcomes.webhookId, inbox.id))
    .$dynamic();
}

function flatten(row: {
  webhook: Webhook;
  outcome: WebhookOutcome | null;
  detail: string | null;
  runId: string | null;
  handledAt: number | null;
}): WebhookRow {
  const { webhook, ...rest } = row;
  return { ...webhook, ...rest };
}
