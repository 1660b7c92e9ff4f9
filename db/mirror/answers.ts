import type { AnswerState } from "../../domain/command-states";
import type { WebhookOutcome } from "../../domain/webhook-outcomes";
import { and, eq, inArray, sql } from "drizzle-orm";
import { given, prepared, type MirrorWriter } from "../connection";
import { commandOutcomes, webhookOutcomes } from "../schema";

/** Answers an operator's command. The first definite answer stays; unknown gives way to it. Not a command: nothing. */
export function answerCommand(
  tx: MirrorWriter,
  commandId: string | null | undefined,
  answer: { state: AnswerState; message: string; runId?: string },
  at: number,
): void {
  if (!commandId) return;
  const row = { commandId, ...answer, runId: answer.runId ?? null, at };
  const insert = tx.insert(commandOutcomes).values(row);
  if (answer.state === "unknown") insert.onConflictDoNothing().run();
  else
    insert.onConflictDoUpdate({ target: commandOutcomes.commandId, set: row, setWhere: unknownOnly }).run();
}

/** Takes back that a command's outcome is unknown: what it asked for is known not to have happened, and is tried again. */
export function withdrawAnswer(tx: MirrorWriter, commandId: string | null | undefined): void {
  if (!commandId) return;
  tx.delete(commandOutcomes)
    .where(and(eq(commandOutcomes.commandId, commandId), unknownOnly))
    .run();
}

/** Answers those of the commands that were answered "unknown". */
export function reviseAnswers(
  tx: MirrorWriter,
  commandIds: readonly string[],
  answer: { state: "confirmed" | "failed"; message: string; runId?: string },
  at: number,
): void {
  if (commandIds.length === 0) return;
  tx.update(commandOutcomes)
    .set({ ...answer, runId: answer.runId ?? null, at })
    .where(and(inArray(commandOutcomes.commandId, [...commandIds]), unknownOnly))
    .run();
}

const unknownOnly = eq(commandOutcomes.state, "unknown");

const webhookAnswered = prepared((db) =>
  db
    .insert(webhookOutcomes)
    .values({
      webhookId: given("webhookId"),
      outcome: given("outcome"),
      detail: given("detail"),
      runId: given("runId"),
      at: given("at"),
    })
    .onConflictDoUpdate({
      target: webhookOutcomes.webhookId,
      set: {
        outcome: sql`excluded.outcome`,
        detail: sql`excluded.detail`,
        runId: sql`excluded.run_id`,
        at: sql`excluded.at`,
      },
    })
    .prepare(),
);

/** What became of a webhook. */
export function answerWebhook(
  tx: MirrorWriter,
  webhookId: string,
  answer: {
    outcome: WebhookOutcome;
    detail?: string;
    runId: string;
  },
  at: number,
): void {
  const { outcome, detail = null, runId } = answer;
  webhookAnswered(tx).run({ webhookId, outcome, detail, runId, at });
}
