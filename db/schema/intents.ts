import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { IntentStatus, MoneyAction } from "../../domain/statuses";
import { int, micro } from "./columns";

/**
 * A money call, written before it is made and settled after it answered. The key is made of business ids and unique for
 * ever: `order:<alert id>`, `escrow-create:<ref>`, `escrow-end:<ref>` (release or cancel, one of them),
 * `claim:<agent>:<utc day>`, `bet:<slot or request>`.
 */
export const intents = sqliteTable(
  "intents",
  {
    key: text("key").primaryKey(),
    action: text("action").$type<MoneyAction>().notNull(),
    subjectRef: text("subject_ref").notNull(),
    amountMicro: micro("amount_micro").notNull(),
    asset: text("asset"),
    /** Sent upstream on every try, also when an operator says "do it again". */
    idempotencyKey: text("idempotency_key").notNull(),
    status: text("status").$type<IntentStatus>().notNull(),
    /**
     * Held while the outcome is open or unknown, null afterwards; UNIQUE. `order` here is what makes it one trade at a
     * time.
     */
    lock: text("lock").unique(),
    detail: text("detail"),
    remoteId: text("remote_id"),
    runId: text("run_id"),
    tries: int("tries").notNull(),
    createdAt: int("created_at").notNull(),
    settledAt: int("settled_at"),
    updatedAt: int("updated_at").notNull(),
  },
  (t) => [
    index("intents_status").on(t.status, t.createdAt),
    index("intents_action_created").on(t.action, t.createdAt),
  ],
);
