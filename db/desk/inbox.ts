import { eq, sql } from "drizzle-orm";
import { given, inTransaction, prepared, type DeskWriter } from "../connection";
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

const differing = prepared((db) =>
  db
    .update(inbox)
    .set({
      differing: sql`${inbox.differing} + 1`,
      otherEnvelope: given("envelope"),
      otherHash: given("hash"),
      otherAt: given("now"),
    })
    .where(eq(inbox.id, given("id")))
    .prepare(),
);
const first = prepared((db) =>
  db
    .select({ envelope: inbox.envelope })
    .from(inbox)
    .where(eq(inbox.id, given("id")))
    .prepare(),
);

/** A webhook as it is kept. */
export interface IncomingWebhook {
  id: string;
  type: string;
  /** JSON without half characters. */
  envelope: unknown;
  /** SHA-256 of the signed bytes, hexadecimal. */
  hash: string;
  signedAt: number;
}

/**
 * Keeps a verified webhook and queues its event, in one transaction. A second delivery is counted and nothing else; one that says
 * something else is kept beside the first, the last one of them, and not acted on.
 */
export function receiveWebhook(
  db: DeskWriter,
  webhook: IncomingWebhook,
  isSame: (kept: unknown, came: unknown) => boolean,
  event: { id: string; name: string; data: unknown },
  now: number,
): "stored" | "duplicate" | "different" {
  return inTransaction(db, (tx) => {
    const { id, type, signedAt, hash } = webhook;
    const envelope = JSON.stringify(webhook.envelope);
    const known = first(tx).get({ id });
    if (!known) {
      kept(tx).run({ id, type, envelope, signedAt, now });
      queueEvent(tx, event, now);
      return "stored";
    }
    again(tx).run({ id });
    if (isSame(known.envelope, webhook.envelope)) return "duplicate";
    differing(tx).run({ id, envelope, hash, now });
    return "different";
  });
}
