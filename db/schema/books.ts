import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { flag, int, json, micro } from "./columns";

/** What the mirror knows to have moved in the wallet: each change of a row's effect on it, in the order it was learnt. */
export const movements = sqliteTable(
  "movements",
  {
    /** `<type>:<ref>:<n>`, or `transfer:<id>`: the same news is booked once. */
    id: text("id").primaryKey(),
    at: int("at").notNull(),
    subjectType: text("subject_type")
      .$type<"escrow" | "trade" | "bet" | "claim" | "transfer" | "correction">()
      .notNull(),
    subjectRef: text("subject_ref").notNull(),
    /** Above zero came into the wallet. */
    amountMicro: micro("amount_micro").notNull(),
  },
  (t) => [index("movements_at").on(t.at), index("movements_subject").on(t.subjectType, t.subjectRef)],
);

/** The wallet by our own books: what it held when they were opened and what has moved since. One row. */
export const walletBooks = sqliteTable("wallet_books", {
  /** `wallet` */
  id: text("id").primaryKey(),
  openingMicro: micro("opening_micro").notNull(),
  openedAt: int("opened_at").notNull(),
  movedMicro: micro("moved_micro").notNull(),
  /** When Purple Flea's balance and these books last agreed, ms. */
  agreedAt: int("agreed_at").notNull(),
});

/** Stretches in which Purple Flea's balance and our books differed. The one without an end is the present one. */
export const drifts = sqliteTable(
  "drifts",
  {
    id: text("id").primaryKey(),
    asset: text("asset").notNull(),
    since: int("since").notNull(),
    seenAt: int("seen_at").notNull(),
    /** Purple Flea's balance less what the books expect. */
    differenceMicro: micro("difference_micro").notNull(),
    observedMicro: micro("observed_micro").notNull(),
    expectedMicro: micro("expected_micro").notNull(),
    /** True when calls whose outcome or amount is not known can make up the whole difference. */
    explained: flag("explained").notNull(),
    /** The rows that may explain it: `{ type, ref, words }[]`. */
    rows: json("rows").notNull(),
    endedAt: int("ended_at"),
    /** How it ended, in words. */
    ending: text("ending"),
  },
  (t) => [index("drifts_ended").on(t.endedAt, t.since)],
);
