import type { AnswerState } from "../../domain/command-states";
import type { WebhookOutcome } from "../../domain/webhook-outcomes";
import { index, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { RunStatus, StepStatus } from "../../domain/statuses";
import { int, json } from "./columns";

export const runs = sqliteTable(
  "runs",
  {
    id: text("id").primaryKey(),
    functionId: text("function_id").notNull(),
    eventName: text("event_name").notNull(),
    eventId: text("event_id"),
    status: text("status").$type<RunStatus>().notNull(),
    /** Of the step under way, from 1. */
    attempt: int("attempt").notNull(),
    maxAttempts: int("max_attempts"),
    nextAttemptAt: int("next_attempt_at"),
    input: json("input").notNull(),
    output: json("output"),
    error: text("error"),
    /** What the run is about, so that a row and its run lead to each other. */
    subjectType: text("subject_type").$type<"escrow" | "trade" | "bet" | "claim">(),
    subjectRef: text("subject_ref"),
    queuedAt: int("queued_at").notNull(),
    startedAt: int("started_at").notNull(),
    endedAt: int("ended_at"),
    updatedAt: int("updated_at").notNull(),
  },
  (t) => [
    index("runs_started").on(t.startedAt, t.id),
    index("runs_status_started").on(t.status, t.startedAt, t.id),
    index("runs_function_started").on(t.functionId, t.startedAt, t.id),
    index("runs_subject").on(t.subjectType, t.subjectRef),
    index("runs_event").on(t.eventId),
  ],
);

export const steps = sqliteTable(
  "steps",
  {
    runId: text("run_id").notNull(),
    /** The SDK's hashed id. */
    id: text("id").notNull(),
    name: text("name").notNull(),
    /** run, sleep, waitForEvent, sendEvent, invoke … */
    kind: text("kind").notNull(),
    status: text("status").$type<StepStatus>().notNull(),
    attempts: int("attempts").notNull(),
    input: json("input"),
    output: json("output"),
    error: text("error"),
    /** A wait's event name or a sleep's end, in words. */
    waitsFor: text("waits_for"),
    waitsUntil: int("waits_until"),
    startedAt: int("started_at").notNull(),
    endedAt: int("ended_at"),
    position: int("position").notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.id] })],
);

/** Each try of a step. */
export const stepAttempts = sqliteTable(
  "step_attempts",
  {
    runId: text("run_id").notNull(),
    stepId: text("step_id").notNull(),
    attempt: int("attempt").notNull(),
    startedAt: int("started_at").notNull(),
    endedAt: int("ended_at"),
    error: text("error"),
  },
  (t) => [primaryKey({ columns: [t.runId, t.stepId, t.attempt] })],
);

/** The functions' answer to an operator's command. No row: not answered yet. */
export const commandOutcomes = sqliteTable("command_outcomes", {
  commandId: text("command_id").primaryKey(),
  state: text("state").$type<AnswerState>().notNull(),
  message: text("message").notNull(),
  runId: text("run_id"),
  at: int("at").notNull(),
});

/** What `record-webhook` made of a webhook. */
export const webhookOutcomes = sqliteTable("webhook_outcomes", {
  webhookId: text("webhook_id").primaryKey(),
  outcome: text("outcome").$type<WebhookOutcome>().notNull(),
  detail: text("detail"),
  runId: text("run_id"),
  at: int("at").notNull(),
});
