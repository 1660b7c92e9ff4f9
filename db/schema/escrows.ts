import { sql, type SQL, type SQLWrapper } from "drizzle-orm";
import { index, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Ender } from "../../domain/ended-by";
import type { ActorKind } from "../../domain/ids";
import type { EscrowStatus } from "../../domain/statuses";
import { int, micro } from "./columns";

/** A share of an amount in SQL, half up to one micro-USDC, as `shareOf` in domain/money.ts has it. Never beyond SQLite's integers. */
const share = (amount: string, ppm: string) =>
  `(${amount} / 1000000 * ${ppm} + (${amount} % 1000000 * ${ppm} + 500000) / 1000000)`;
const RATE_FEE = share(`"amount_micro"`, `coalesce("fee_rate_ppm", 10000)`);
const FEE = `coalesce("fee_micro", "amount_micro" - "net_micro", ${RATE_FEE})`;

/**
 * Rows whose sums somebody has to check, in the words of domain/escrow-sums.ts: they do not add up, the fee is not at the
 * row's rate, or the referral not 15 % of the fee. A comparison with what is not known yet is null, and so not wrong.
 */
export const sumsToCheck = sql.raw(
  `("fee_micro" + "net_micro" != "amount_micro" or ${FEE} != ${RATE_FEE} or "referral_micro" != ${share(FEE, "150000")})`,
);

/** An address as it is compared: the case of its letters says nothing. */
export const payeeOf = (counterparty: SQLWrapper): SQL => sql`lower(${counterparty})`;
/** An escrow under the operator's reference; `remote_id` is Purple Flea's. */
export const escrows = sqliteTable(
  "escrows",
  {
    ref: text("ref").primaryKey(),
    remoteId: text("remote_id").unique(),
    agentId: text("agent_id").notNull(),
    amountMicro: micro("amount_micro").notNull(),
    feeMicro: micro("fee_micro"),
    /** The fee's rate when it was created, in millionths of the amount (1 % is 10,000); null in rows of before: 1 %. */
    feeRatePpm: int("fee_rate_ppm"),
    netMicro: micro("net_micro"),
    referralMicro: micro("referral_micro"),
    counterparty: text("counterparty").notNull(),
    description: text("description").notNull(),
    timeoutHours: int("timeout_hours").notNull(),
    status: text("status").$type<EscrowStatus>().notNull(),
    rawStatus: text("raw_status"),
    reason: text("reason"),
    /** Release's transaction, when there is one. */
    txHash: text("tx_hash"),
    createdAt: int("created_at").notNull(),
    lockedAt: int("locked_at"),
    expiresAt: int("expires_at"),
    /** A proven confirmation: Purple Flea's own field or a verified webhook. */
    confirmedAt: int("confirmed_at"),
    confirmedBy: text("confirmed_by"),
    confirmationProof: text("confirmation_proof").$type<"webhook" | "upstream" | "operator">(),
    /** A confirmation somebody claims by event, without proof. It never releases by itself. */
    claimedConfirmationAt: int("claimed_confirmation_at"),
    claimedConfirmationBy: text("claimed_confirmation_by"),
    settledAt: int("settled_at"),
    /** Who ended it, in words: an operator's id, `counterparty`, `time-out`, `Purple Flea`. */
    settledBy: text("settled_by"),
    settledByKind: text("settled_by_kind").$type<Ender>(),
    runId: text("run_id"),
    /** What its run has last read on record, as `onRecord` words it; null while it has read that nothing is. */
    heard: text("heard"),
    /** When its release or cancel, which came to nothing, is tried again; null while none waits for that. */
    retryAt: int("retry_at"),
    observedAt: int("observed_at").notNull(),
    updatedAt: int("updated_at").notNull(),
    /** Goes up whenever something an approver looks at changes. */
    version: int("version").notNull(),
  },
  (t) => [
    index("escrows_status_expires").on(t.status, t.expiresAt, t.ref),
    index("escrows_created").on(t.createdAt, t.ref),
    index("escrows_expires").on(t.expiresAt, t.ref),
    index("escrows_amount").on(t.amountMicro, t.ref),
    // db/read/payees.ts asks with the same words.
    index("escrows_payee").on(payeeOf(t.counterparty), t.status),
    index("escrows_put_off")
      .on(t.retryAt)
      .where(sql`${t.retryAt} is not null`),
    // The same words as the filter's condition in db/read/escrows.ts: SQLite uses a partial index only then.
    index("escrows_sums_to_check").on(t.createdAt, t.ref).where(sumsToCheck),
  ],
);

/** Confirmations as they came by event, before anybody says what they are worth. */
export const confirmations = sqliteTable(
  "confirmations",
  {
    /** The event's id. */
    id: text("id").primaryKey(),
    /** The reference as it was sent. */
    sentRef: text("sent_ref").notNull(),
    /** The escrow it was found to mean; null while no escrow here answers to it. */
    escrowRef: text("escrow_ref"),
    confirmedBy: text("confirmed_by").notNull(),
    receivedAt: int("received_at").notNull(),
    runId: text("run_id"),
  },
  (t) => [
    index("confirmations_sent_ref").on(t.sentRef),
    index("confirmations_stray").on(t.escrowRef, t.receivedAt),
  ],
);

/** What happened to a thing, in order: the story on a detail page. */
export const timeline = sqliteTable(
  "timeline",
  {
    /** Made from the subject and what happened, so that the same news is one entry. */
    id: text("id").primaryKey(),
    subjectType: text("subject_type").$type<"escrow" | "trade" | "bet" | "claim">().notNull(),
    subjectRef: text("subject_ref").notNull(),
    at: int("at").notNull(),
    kind: text("kind").notNull(),
    title: text("title").notNull(),
    detail: text("detail"),
    actorKind: text("actor_kind").$type<ActorKind>().notNull(),
    actorId: text("actor_id").notNull(),
    runId: text("run_id"),
    stepId: text("step_id"),
  },
  (t) => [index("timeline_subject").on(t.subjectType, t.subjectRef, t.at), index("timeline_at").on(t.at)],
);
