import { and, eq, ne, sql } from "drizzle-orm";
import type { MicroUsdc } from "../../domain/money";
import type { IntentStatus, MoneyAction } from "../../domain/statuses";
import type { Writer } from "../connection";
import { intents, sync } from "../schema";

export type Intent = typeof intents.$inferSelect;

export interface IntentRequest {
  key: string;
  action: MoneyAction;
  subjectRef: string;
  amountMicro: MicroUsdc;
  asset?: string;
  runId: string;
  /** Held while the outcome is open or unknown: "order" makes it one trade at a time. */
  lock?: string;
}

/** Why a call may not be sent now. */
export type Opened =
  | { kind: "send"; idempotencyKey: string }
  /** It has an outcome already, or may have one: it is not sent again. */
  | { kind: "settled"; intent: Intent }
  /** Another call holds the lock. */
  | { kind: "busy"; heldBy: Intent };

export function getIntent(tx: Writer, key: string): Intent | undefined {
  return tx.select().from(intents).where(eq(intents.key, key)).get();
}

/** Who holds a lock, other than this intent. */
export function holderOf(tx: Writer, lock: string, key: string): Intent | undefined {
  return tx
    .select()
    .from(intents)
    .where(and(eq(intents.lock, lock), ne(intents.key, key)))
    .get();
}

/**
 * Writes the intent of a money call, inside the transaction that checked it. What is known not to have happened may be sent
 * again under the same key. An intent found open was written by a try that died: nobody knows whether it sent, so it becomes
 * unknown here and is not sent again, unless `repeatable` says that the state upstream was read and rules it out.
 */
export function openIntent(tx: Writer, request: IntentRequest, now: number, repeatable = false): Opened {
  const found = getIntent(tx, request.key);
  const mayRepeat =
    found?.status === "not_done" ||
    (repeatable &&
      found?.action === request.action &&
      (found.status === "open" || found.status === "unknown"));
  if (found && !mayRepeat) {
    if (found.status !== "open") return { kind: "settled", intent: found };
    settleIntent(
      tx,
      request.key,
      { status: "unknown", detail: "stopped between sending and recording the answer" },
      now,
    );
    return { kind: "settled", intent: { ...found, status: "unknown" } };
  }
  const heldBy = request.lock ? holderOf(tx, request.lock, request.key) : undefined;
  if (heldBy) return { kind: "busy", heldBy };
  if (found) {
    tx.update(intents)
      .set({
        action: request.action,
        status: "open",
        lock: request.lock ?? null,
        tries: found.tries + 1,
        updatedAt: now,
      })
      .where(eq(intents.key, request.key))
      .run();
    return { kind: "send", idempotencyKey: found.idempotencyKey };
  }
  tx.insert(intents)
    .values({
      ...request,
      idempotencyKey: `${request.action}:${request.key}`,
      status: "open",
      lock: request.lock ?? null,
      tries: 1,
      createdAt: now,
      updatedAt: now,
    })
    .run();
  return { kind: "send", idempotencyKey: `${request.action}:${request.key}` };
}

/** Records a call's outcome. A definite outcome is never replaced by a vaguer one. */
export function settleIntent(
  tx: Writer,
  key: string,
  outcome: { status: Exclude<IntentStatus, "open">; detail?: string; remoteId?: string },
  now: number,
): void {
  const found = getIntent(tx, key);
  if (!found || found.status === "done" || found.status === "refused") return;
  const final = outcome.status === "done" || outcome.status === "refused";
  tx.update(intents)
    .set({
      status: outcome.status,
      detail: outcome.detail ?? null,
      remoteId: outcome.remoteId ?? found.remoteId,
      // What may still have happened keeps its lock.
      lock: outcome.status === "unknown" ? found.lock : null,
      settledAt: final ? now : null,
      updatedAt: now,
    })
    .where(eq(intents.key, key))
    .run();
}

/** Sum of what was sent, or may have been, for an action since a moment; micro-USDC. */
export function spentSince(tx: Writer, action: MoneyAction, since: number): MicroUsdc {
  const row = tx
    .select({ sum: sql<bigint>`coalesce(sum(${intents.amountMicro}), 0)` })
    .from(intents)
    .where(
      sql`${intents.action} = ${action} and ${intents.createdAt} >= ${since} and ${intents.status} in ('open', 'done', 'unknown')`,
    )
    .get();
  return row?.sum ?? 0n;
}

/**
 * What the wallet no longer has, or may no longer have, although the mirror's balance still shows it: open and unknown calls,
 * and those done since that balance was read. micro-USDC.
 */
export function committed(tx: Writer): MicroUsdc {
  const readAt = tx.select().from(sync).where(eq(sync.source, "wallet")).get()?.syncedAt ?? 0;
  const row = tx
    .select({ sum: sql<bigint>`coalesce(sum(${intents.amountMicro}), 0)` })
    .from(intents)
    .where(
      sql`(${intents.status} in ('open', 'unknown') or (${intents.status} = 'done' and ${intents.settledAt} >= ${readAt})) and ${intents.action} in ('order', 'escrow-create', 'bet')`,
    )
    .get();
  return row?.sum ?? 0n;
}

/** Calls of a run that ended while they were open: nobody knows whether they were made. Their intents, as they were. */
export function loseOpenIntents(tx: Writer, runId: string, now: number): Intent[] {
  const open = tx
    .select()
    .from(intents)
    .where(and(eq(intents.runId, runId), eq(intents.status, "open")))
    .all();
  for (const intent of open) {
    settleIntent(
      tx,
      intent.key,
      { status: "unknown", detail: "its run ended before an answer was recorded" },
      now,
    );
  }
  return open;
}
