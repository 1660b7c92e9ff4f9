import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { BalanceKind, Source } from "../../domain/statuses";
import { flag, int, micro } from "./columns";

/** What we saw, a row each time it changed or could not be read meanwhile. The newest row of a kind is its balance. */
export const balances = sqliteTable(
  "balances",
  {
    /** `<kind>:<ms>` */
    id: text("id").primaryKey(),
    kind: text("kind").$type<BalanceKind>().notNull(),
    amountMicro: micro("amount_micro").notNull(),
    /** True when Purple Flea said it, false when our own books add up to it. */
    fromApi: flag("from_api").notNull(),
    at: int("at").notNull(),
    /** The last read that still said so, ms. Between it and the next row nothing was read. */
    seenUntil: int("seen_until").notNull().default(0),
  },
  (t) => [index("balances_kind_at").on(t.kind, t.at)],
);

export const domains = sqliteTable("domains", {
  domain: text("domain").primaryKey(),
  status: text("status").notNull(),
  registeredAt: int("registered_at"),
  expiresAt: int("expires_at"),
  observedAt: int("observed_at").notNull(),
});

/** How fresh each source is. */
export const sync = sqliteTable("sync", {
  source: text("source").$type<Source>().primaryKey(),
  /** The last read that succeeded, ms. */
  syncedAt: int("synced_at"),
  attemptedAt: int("attempted_at").notNull(),
  error: text("error"),
});
