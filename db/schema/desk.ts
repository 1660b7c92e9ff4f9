import { sql } from "drizzle-orm";
import { index, primaryKey, sqliteTable, sqliteView, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { EscrowDecision, DeciderKind, DecisionKind } from "../../domain/decision-record";
import type { CommandKind } from "../../domain/command-kinds";
import type { ActorKind } from "../../domain/ids";
import type { SendFailure } from "../../domain/sending";
import type { PauseKind } from "../../domain/pauses";
import type { Role } from "../../domain/statuses";
import { flag, int, json } from "./columns";

export const operators = sqliteTable("operators", {
  id: text("id").primaryKey(),
  email: text("email").notNull().unique(),
  name: text("name").notNull(),
  passwordHash: text("password_hash").notNull(),
  role: text("role").$type<Role>().notNull(),
  /** An IANA zone; every time on a page is in it. */
  timeZone: text("time_zone").notNull().default("UTC"),
  createdAt: int("created_at").notNull(),
  disabledAt: int("disabled_at"),
});
export type Operator = typeof operators.$inferSelect;

/** Sessions live on wall time. The cookie holds the token, the table only its keyed hash. */
export const sessions = sqliteTable(
  "sessions",
  {
    tokenHash: text("token_hash").primaryKey(),
    /** What a page and a form call it by: it opens nothing. */
    id: text("id").notNull().default(""),
    operatorId: text("operator_id").notNull(),
    createdAt: int("created_at").notNull(),
    /** When its operator last did something; written sparingly. */
    seenAt: int("seen_at").notNull(),
    /** Where it was started from; null when it is not known. */
    address: text("address"),
    device: text("device"),
  },
  (t) => [uniqueIndex("sessions_id").on(t.id), index("sessions_operator").on(t.operatorId)],
);

/** What an operator asked, under the id that was made when the form was rendered. */
export const commands = sqliteTable(
  "commands",
  {
    id: text("id").primaryKey(),
    kind: text("kind").$type<CommandKind>().notNull(),
    subjectType: text("subject_type"),
    subjectRef: text("subject_ref"),
    payload: json("payload").notNull(),
    operatorId: text("operator_id").notNull(),
    createdAt: int("created_at").notNull(),
  },
  (t) => [
    index("commands_subject").on(t.subjectType, t.subjectRef),
    index("commands_created").on(t.createdAt),
  ],
);

/**
 * What was decided about escrows, row after row. The file itself refuses to change or remove one; the last row of an escrow
 * counts.
 */
export const decisions = sqliteTable(
  "decisions",
  {
    /** Counts up with what is recorded. */
    // SQLite gives the next number for null.
    id: int("id")
      .primaryKey()
      .$defaultFn(() => sql`null`),
    escrowRef: text("escrow_ref").notNull(),
    kind: text("kind").$type<DecisionKind>().notNull(),
    /** Of a row that takes one back: what was taken back. */
    decision: text("decision").$type<EscrowDecision>().notNull(),
    actorKind: text("actor_kind").$type<DeciderKind>().notNull(),
    /** The operator's id, or the rule's. */
    actorId: text("actor_id").notNull(),
    /** The command that it is; of a rule, what it calls this deed. */
    commandId: text("command_id").notNull().unique(),
    reason: text("reason"),
    /** The version of the escrow that was decided about. */
    seenVersion: int("seen_version").notNull(),
    /** ms */
    at: int("at").notNull(),
    /** When it may be acted on, ms; null while it wants another signature. A row that takes one back: when it counts. */
    effectiveAt: int("effective_at"),
  },
  (t) => [index("decisions_escrow").on(t.escrowRef, t.id)],
);

/** The last word about each escrow that has one: at most one row an escrow. */
export const decisionsInForce = sqliteView("decisions_in_force", {
  id: int("id").notNull(),
  escrowRef: text("escrow_ref").notNull(),
  kind: text("kind").$type<DecisionKind>().notNull(),
  decision: text("decision").$type<EscrowDecision>().notNull(),
  actorKind: text("actor_kind").$type<DeciderKind>().notNull(),
  actorId: text("actor_id").notNull(),
  commandId: text("command_id").notNull(),
  reason: text("reason"),
  seenVersion: int("seen_version").notNull(),
  at: int("at").notNull(),
  effectiveAt: int("effective_at").notNull(),
}).as(
  sql.raw(
    `select d.id, d.escrow_ref, d.kind, d.decision, d.actor_kind, d.actor_id, d.command_id, d.reason, d.seen_version, d.at, d.effective_at from decisions d where d.kind in ('signed', 'replaced') and d.effective_at is not null and d.id = (select max(l.id) from decisions l where l.escrow_ref = d.escrow_ref)`,
  ),
);

/** Events on their way to the engine: written with what caused them, sent once by one sender. */
export const outbox = sqliteTable(
  "outbox",
  {
    /** Counts up with what is asked for; what the sender knows a row by, whatever its event is called. */
    // SQLite gives the next number for null.
    rowId: int("row_id")
      .primaryKey()
      .$defaultFn(() => sql`null`),
    /** The event's id. */
    id: text("id").notNull().unique(),
    eventName: text("event_name").notNull(),
    data: json("data").notNull(),
    createdAt: int("created_at").notNull(),
    attempts: int("attempts").notNull().default(0),
    /** How many of the attempts were answered by a refusal of this very event. */
    refusals: int("refusals").notNull().default(0),
    /** Wall time. */
    nextAttemptAt: int("next_attempt_at").notNull(),
    /** Why the last attempt failed; null before the first, and once it is sent. */
    failure: text("failure").$type<SendFailure>(),
    /** What the engine said to it, its status first. */
    lastError: text("last_error"),
    /** When it was given up until an operator sends it again. */
    parkedAt: int("parked_at"),
    sentAt: int("sent_at"),
    /** The engine's own id for it. */
    engineEventId: text("engine_event_id"),
  },
  (t) => [
    index("outbox_unsent").on(t.sentAt, t.parkedAt, t.nextAttemptAt),
    index("outbox_created").on(t.createdAt, t.id),
  ],
);

/** Verified webhooks as they came. */
export const inbox = sqliteTable(
  "inbox",
  {
    id: text("id").primaryKey(),
    type: text("type").notNull(),
    /** The envelope as JSON, parsed from the signed bytes. */
    envelope: json("envelope").notNull(),
    signedAt: int("signed_at").notNull(),
    receivedAt: int("received_at").notNull(),
    deliveries: int("deliveries").notNull().default(1),
    /** How many of them said something else under the same id. Nothing of it was applied; the last one is kept. */
    differing: int("differing").notNull().default(0),
    otherEnvelope: json("other_envelope"),
    /** SHA-256 of its signed bytes, hexadecimal. */
    otherHash: text("other_hash"),
    otherAt: int("other_at"),
  },
  (t) => [
    index("inbox_received").on(t.receivedAt, t.id),
    index("inbox_type_received").on(t.type, t.receivedAt, t.id),
    index("inbox_other").on(t.otherAt),
  ],
);

export const audit = sqliteTable(
  "audit",
  {
    id: text("id").primaryKey(),
    at: int("at").notNull(),
    actorKind: text("actor_kind").$type<ActorKind>().notNull(),
    actorId: text("actor_id").notNull(),
    action: text("action").notNull(),
    subjectType: text("subject_type"),
    subjectRef: text("subject_ref"),
    before: json("before"),
    after: json("after"),
    reason: text("reason"),
    /** accepted, duplicate, denied, refused; at the door also failed, limited */
    result: text("result").notNull(),
    commandId: text("command_id"),
    /** Where it was asked from, for what happens at the door. */
    address: text("address"),
    device: text("device"),
  },
  (t) => [
    index("audit_at").on(t.at, t.id),
    index("audit_actor_at").on(t.actorId, t.at, t.id),
    index("audit_action_at").on(t.action, t.at, t.id),
    index("audit_subject").on(t.subjectType, t.subjectRef),
  ],
);

/** Pauses per kind of action. */
export const pauses = sqliteTable("pauses", {
  kind: text("kind").$type<PauseKind>().primaryKey(),
  paused: flag("paused").notNull(),
  reason: text("reason"),
  operatorId: text("operator_id"),
  at: int("at").notNull(),
});

/** How an operator wants a list: which columns, in which order, and how dense. No row: as it comes. */
export const listSettings = sqliteTable(
  "list_settings",
  {
    operatorId: text("operator_id").notNull(),
    /** The list's name, such as `trades`. */
    list: text("list").notNull(),
    /** Column ids, or null for the default. */
    columns: json("columns"),
    comfortable: flag("comfortable").notNull(),
    updatedAt: int("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.operatorId, t.list] })],
);
