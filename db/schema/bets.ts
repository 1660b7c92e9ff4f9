import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { BetStatus, ClaimStatus } from "../../domain/statuses";
import { flag, int, json, micro } from "./columns";

export const bets = sqliteTable(
  "bets",
  {
    ref: text("ref").primaryKey(),
    /** The schedule's slot (`slot:<ISO time>`) or the request's event id. */
    requestKey: text("request_key").notNull().unique(),
    remoteId: text("remote_id").unique(),
    agentId: text("agent_id").notNull(),
    game: text("game").notNull(),
    params: json("params").notNull(),
    stakeMicro: micro("stake_micro").notNull(),
    payoutMicro: micro("payout_micro"),
    outcome: text("outcome"),
    clientSeed: text("client_seed").notNull(),
    serverSeedHash: text("server_seed_hash"),
    serverSeed: text("server_seed"),
    nonce: int("nonce"),
    /** Null until the seed is revealed. */
    verified: flag("verified"),
    verification: text("verification"),
    status: text("status").$type<BetStatus>().notNull(),
    reason: text("reason"),
    runId: text("run_id"),
    createdAt: int("created_at").notNull(),
    settledAt: int("settled_at"),
    observedAt: int("observed_at").notNull(),
    updatedAt: int("updated_at").notNull(),
  },
  (t) => [
    index("bets_created").on(t.createdAt, t.ref),
    index("bets_status_created").on(t.status, t.createdAt, t.ref),
  ],
);

/** One per agent and UTC day. */
export const claims = sqliteTable(
  "claims",
  {
    /** `<agent>:<utc day>` */
    ref: text("ref").primaryKey(),
    agentId: text("agent_id").notNull(),
    utcDay: text("utc_day").notNull(),
    amountMicro: micro("amount_micro"),
    txHash: text("tx_hash"),
    status: text("status").$type<ClaimStatus>().notNull(),
    reason: text("reason"),
    requestedBy: text("requested_by").notNull(),
    nextEligibleAt: int("next_eligible_at"),
    runId: text("run_id"),
    createdAt: int("created_at").notNull(),
    settledAt: int("settled_at"),
    updatedAt: int("updated_at").notNull(),
  },
  (t) => [index("claims_created").on(t.createdAt, t.ref)],
);
