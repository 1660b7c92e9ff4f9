import { sql } from "drizzle-orm";
import { check, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Dialect, FileMode } from "../../domain/identity";
import { int } from "./columns";

/** What this file is: one row, written when it is opened first (db/identity.ts). */
export const identity = sqliteTable(
  "identity",
  {
    one: int("one").primaryKey().default(1),
    mode: text("mode").$type<FileMode>().notNull(),
    dialect: text("dialect").$type<Dialect>().notNull(),
    agent: text("agent").notNull(),
    /** Wall time, ms. */
    markedAt: int("marked_at").notNull(),
  },
  (t) => [check("identity_one", sql`${t.one} = 1`)],
);
