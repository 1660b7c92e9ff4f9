import { eq, sql } from "drizzle-orm";
import { given, inTransaction, prepared, type Writer } from "../connection";
import { inbox } from "../schema";
import { queueEvent } from "./outbox";

const again = prepared((db) =>
  db
    .update(inbox)
    .set({ deliveries: sql`${inbox.deliveries} + 1` })
    .where(eq(inbox.id, given("id")))
    .prepare(),
);
const kept = prepared((db) =>
  db
    .insert(inbox)
    .values({
      id: given("id"),
      type: given("type"),
      envelope: given("envelope"),
      signedAt: given("signedAt"),
      receivedAt: given("now"),
    })
    .prepare(),
);

/** Keeps a verified webhook and queues its event, in one transaction. A second delivery is counted and nothing else. */
export function receiveWebhook(
  db: Writer,
  webhook: { id: string; type: string; envelope: unknown; signedAt: number },
  event: { id: string; name: string; data: unknown },
  now: number,
): "stored" | "duplicate" {
  return inTransaction(db, (tx) => {
    const { id, type, signedAt } = webhook;
    if (again(tx).run({ id }).changes > 0) return "duplicate";
    kept(tx).run({ id, type, envelope: JSON.stringify(webhook.envelope), signedAt, now });
    queueEvent(tx, event, now);
    return "stored";
  });
}
