import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { AlertOutcome, TradeStatus } from "../../domain/statuses";
import { int, micro } from "./columns";

/** A price alert as it came, and its outcome. */
export const alerts = sqliteTable(
  "alerts",
  {
    /** The sender's event id, or the engine's own id where the sender gave none; of one that cannot be read, made from it. */
    id: text("id").primaryKey(),
    /** The market, as `readMarket` names it; as the sender spelled it on rows of before. Empty when the alert cannot be read. */
    asset: text("asset").notNull(),
    /** The market as the sender spelled it, where that is another word. */
    named: text("named"),
    /** A decimal string; empty when the alert cannot be read, and so is the direction. */
    price: text("price").notNull(),
    direction: text("direction").$type<"long" | "short" | "">().notNull(),
    /** What came, of an alert that cannot be read: bounded text to show. */
    payload: text("payload"),
    triggeredBy: text("triggered_by"),
    eventName: text("event_name").notNull(),
    receivedAt: int("received_at").notNull(),
    outcome: text("outcome").$type<AlertOutcome>().notNull(),
    reason: text("reason"),
    tradeRef: text("trade_ref"),
    runId: text("run_id"),
    updatedAt: int("updated_at").notNull(),
  },
  (t) => [
    index("alerts_received").on(t.receivedAt, t.id),
    index("alerts_outcome_received").on(t.outcome, t.receivedAt, t.id),
    index("alerts_asset_received").on(t.asset, t.receivedAt, t.id),
  ],
);

/** An order we sent, or meant to send when its row was written. One per alert, for ever. */
export const trades = sqliteTable(
  "trades",
  {
    ref: text("ref").primaryKey(),
    alertId: text("alert_id").notNull().unique(),
    remoteId: text("remote_id").unique(),
    agentId: text("agent_id").notNull(),
    asset: text("asset").notNull(),
    side: text("side").$type<"long" | "short">().notNull(),
    sizeMicro: micro("size_micro").notNull(),
    /** The price the alert named, a decimal string. */
    alertPrice: text("alert_price").notNull(),
    fillPrice: text("fill_price"),
    feeMicro: micro("fee_micro"),
    pnlMicro: micro("pnl_micro"),
    status: text("status").$type<TradeStatus>().notNull(),
    /** Purple Flea's own word, when it has one. */
    rawStatus: text("raw_status"),
    reason: text("reason"),
    runId: text("run_id"),
    createdAt: int("created_at").notNull(),
    filledAt: int("filled_at"),
    closedAt: int("closed_at"),
    /** When what we know was true upstream; older news never overwrites newer. */
    observedAt: int("observed_at").notNull(),
    updatedAt: int("updated_at").notNull(),
    version: int("version").notNull(),
  },
  (t) => [
    index("trades_created").on(t.createdAt, t.ref),
    index("trades_status_created").on(t.status, t.createdAt, t.ref),
    index("trades_asset_created").on(t.asset, t.createdAt, t.ref),
    index("trades_agent_created").on(t.agentId, t.createdAt, t.ref),
    index("trades_size").on(t.sizeMicro, t.ref),
    index("trades_status_size").on(t.status, t.sizeMicro, t.ref),
  ],
);
