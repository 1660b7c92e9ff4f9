import { eq, sql } from "drizzle-orm";
import { inTransaction, type Writer } from "../connection";
import { inbox } from "../schema";
import { queueEvent } from "./outbox";

/** Keeps a verified webhook and queues its event, in one transaction. A second delivery is counted and nothing else. */
export function receiveWebhook(
  db: Writer,
  webhook: { id: string; type: string; envelope: unknown; signedAt: number },
  event: { id: string; name: string; data: unknown },
  now: number,
): "stored" | "duplicate" {
  return inTransaction(db, (tx) => {
    const known = tx.select({ id: inbox.id }).from(inbox).where(eq(inbox.id, webhook.id)).get();
    if (known) {
      tx.update(inbox)
        .set({ deliveries: sql`${inbox.deliveries} + 1` })
        .where(eq(inbox.id, webhook.id))
        .run();
      return "duplicate";
    }
    tx.insert(inbox)
      .values({ ...webhook, receivedAt: now })
      .run();
    queueEvent(tx, event, now);
    return "stored";
  });
}
