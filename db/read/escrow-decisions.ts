import { and, eq, getViewSelectedFields, inArray, sql, type InferSelectModel } from "drizzle-orm";
import type { DecidedStatus } from "../../domain/decided-status";
import type { EscrowDecision } from "../../domain/decision-record";
import { ESCROW_END_PREFIX } from "../../domain/keys";
import type { IntentStatus } from "../../domain/intents";
import type { Reader } from "../connection";
import { decisionsInForce, intents, operators, outbox, runs, steps, type escrows } from "../schema";
import { sendingState } from "./outbox";

/** The decision about an escrow that is in force, and how far it has come. Times in ms. */
export interface Decided {
  decision: EscrowDecision;
  by: string;
  at: number;
  sentAt: number | null;
  reason: string | null;
  seenVersion: number;
  commandId: string;
  status: DecidedStatus;
  /** The step under way when an attempt failed: which comes next, of how many, and when. */
  retry: { attempt: number; of: number | null; at: number | null } | null;
  /** What the record of its call says; null while there is none. */
  intent: IntentStatus | null;
}

/** The decisions about the escrows of one page, by reference. An escrow without one has no entry. */
export function listDecided(
  db: Reader,
  rows: readonly Pick<InferSelectModel<typeof escrows>, "ref" | "runId" | "retryAt">[],
): Map<string, Decided> {
  if (rows.length === 0) return new Map();
  const decided = db
    .select({
      word: getViewSelectedFields(decisionsInForce),
      sentAt: outbox.sentAt,
      parkedAt: outbox.parkedAt,
      name: operators.name,
      intent: intents.status,
    })
    .from(decisionsInForce)
    .leftJoin(intents, eq(intents.key, sql`${ESCROW_END_PREFIX} || ${decisionsInForce.escrowRef}`))
    .leftJoin(outbox, eq(outbox.id, decisionsInForce.commandId))
    .leftJoin(operators, eq(operators.id, decisionsInForce.actorId))
    .where(
      inArray(
        decisionsInForce.escrowRef,
        rows.map((row) => row.ref),
      ),
    )
    .all();
  const escrows = new Map(rows.map((row) => [row.ref, row]));
  const runOf = (ref: string) => escrows.get(ref)?.runId ?? "";
  const retrying = new Map(
    db
      .select()
      .from(runs)
      .where(
        and(
          inArray(
            runs.id,
            decided.map(({ word }) => runOf(word.escrowRef)),
          ),
          eq(runs.status, "retrying"),
        ),
      )
      .all()
      .map((run) => [run.id, run]),
  );
  return new Map(
    decided.map(({ word, sentAt, parkedAt, name, intent }) => {
      // A run that has not been told of it yet retries something else.
      const run = sentAt === null ? undefined : retrying.get(runOf(word.escrowRef));
      const isPutOff = (escrows.get(word.escrowRef)?.retryAt ?? null) !== null;
      return [
        word.escrowRef,
        {
          decision: word.decision,
          by: name ?? word.actorId,
          at: word.at,
          sentAt,
          reason: word.reason,
          seenVersion: word.seenVersion,
          commandId: word.commandId,
          status:
            intent === "open" || intent === "unknown"
              ? "in-flight"
              : isPutOff
                ? "put-off"
                : run
                  ? "retrying"
                  : sendingState({ sentAt, parkedAt }),
          retry: run ? { attempt: run.attempt + 1, of: run.maxAttempts, at: run.nextAttemptAt } : null,
          intent,
        },
      ];
    }),
  );
}

/** When the escrow's own run went on after it was decided at `decidedAt`, ms; null while it has not. */
export function resumedAt(db: Reader, runId: string, decidedAt: number): number | null {
  const went = db
    .select({ startedAt: steps.startedAt, endedAt: steps.endedAt, kind: steps.kind })
    .from(steps)
    .where(eq(steps.runId, runId))
    .all()
    .flatMap((step) => (step.kind === "waitForEvent" ? (step.endedAt ?? []) : step.startedAt))
    .filter((at) => at >= decidedAt);
  return went.length > 0 ? Math.min(...went) : null;
}
