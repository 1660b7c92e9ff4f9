import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { IntentKey, LockName } from "../../domain/keys";
import type { IntentStatus, MoneyActionName, OutcomeDecision, Purse } from "../../domain/intents";
import { int, micro } from "./columns";

/**
 * A money call, written before it is made and settled after it answered. The key is made of business ids (domain/keys.ts) and
 * unique for ever.
 */
export const intents = sqliteTable(
  "intents",
  {
    key: text("key").$type<IntentKey>().primaryKey(),
    action: text("action").$type<MoneyActionName>().notNull(),
    subjectRef: text("subject_ref").notNull(),
    amountMicro: micro("amount_micro").notNull(),
    /** The purse the amount leaves; null for what takes nothing out of one: an escrow's end, a claim. */
    purse: text("purse").$type<Purse>(),
    asset: text("asset"),
    /** Sent upstream on every try, also when an operator says "do it again". */
    idempotencyKey: text("idempotency_key").notNull(),
    status: text("status").$type<IntentStatus>().notNull(),
    /** Held while the call is in flight, null afterwards; UNIQUE. `order` here is what makes it one trade at a time. */
    lock: text("lock").$type<LockName>().unique(),
    detail: text("detail"),
    remoteId: text("remote_id"),
    runId: text("run_id"),
    /** The operator's command this call answers, when one asked for it. */
    commandId: text("command_id"),
    tries: int("tries").notNull(),
    /** What a person decided about an unknown outcome, in whose name, and by which command: a command decides once. */
    decision: text("decision").$type<OutcomeDecision>(),
    decidedBy: text("decided_by"),
    decidedAt: int("decided_at"),
    decisionReason: text("decision_reason"),
    decisionCommand: text("decision_command"),
    createdAt: int("created_at").notNull(),
    settledAt: int("settled_at"),
    updatedAt: int("updated_at").notNull(),
  },
  (t) => [
    index("intents_status").on(t.status, t.createdAt),
    index("intents_action_created").on(t.action, t.createdAt),
  ],
);
