import { and, asc, eq, inArray, lt, ne, sql } from "drizzle-orm";
import { holdsMarket, type AfterUnknown } from "../../domain/after-unknown";
import { marketOf } from "../../domain/markets";
import type { MicroUsdc } from "../../domain/money";
import { idempotencyKeyFor, type IntentKey, type LockName } from "../../domain/keys";
import {
  isFinal,
  type IntentStatus,
  type MoneyActionName,
  type OutcomeDecision,
  type Purse,
} from "../../domain/intents";
import { given, prepared, type MirrorWriter } from "../connection";
import { intents, sync } from "../schema";

export type Intent = typeof intents.$inferSelect;

export interface IntentRequest {
  key: IntentKey;
  action: MoneyActionName;
  subjectRef: string;
  amountMicro: MicroUsdc;
  /** The purse the amount leaves; null when it leaves none. */
  purse: Purse | null;
  asset?: string;
  runId: string;
  /** The operator's command it answers. */
  commandId?: string | null;
  /** Held while the call is in flight: one trade, one bet at a time. */
  lock?: LockName | null;
  /** For an order: which others one of unknown outcome holds; those on its market when it is not said. */
  afterUnknown?: AfterUnknown;
}

/** A call that may be sent now: which attempt it is; every attempt has the same key. */
export interface Try {
  idempotencyKey: string;
  tries: number;
}
/** Whether a call may be sent now, and why not. */
export type Opened =
  | ({ kind: "send" } & Try)
  /** It has an outcome already, or may have one: it is not sent again. */
  | { kind: "settled"; intent: Intent }
  /** It was written by an attempt that died: nobody knows whether that sent, and it is to be settled as unknown. */
  | { kind: "abandoned"; intent: Intent }
  /** Another call is in flight, or holds this one while its outcome is unknown. */
  | { kind: "busy"; heldBy: Intent };

const byKey = prepared((db) =>
  db
    .select()
    .from(intents)
    .where(eq(intents.key, given("key")))
    .prepare(),
);
const otherHolder = prepared((db) =>
  db
    .select()
    .from(intents)
    .where(and(eq(intents.lock, given("lock")), ne(intents.key, given("key"))))
    .prepare(),
);
const unknown = prepared((db) =>
  db
    .select()
    .from(intents)
    .where(eq(intents.status, "unknown"))
    .orderBy(asc(intents.createdAt))
    .limit(sql.placeholder("limit"))
    .prepare(),
);
const unknownOrders = prepared((db) =>
  db
    .select()
    .from(intents)
    .where(and(eq(intents.status, "unknown"), eq(intents.action, "order"), ne(intents.key, given("key"))))
    .orderBy(asc(intents.createdAt))
    .prepare(),
);

const mayBeGone = prepared((db) => {
  const readAt = db.select({ at: sync.syncedAt }).from(sync).where(eq(sync.source, "wallet"));
  return db
    .select({ sum: sql<bigint>`coalesce(sum(${intents.amountMicro}), 0)` })
    .from(intents)
    .where(
      sql`(${intents.status} in ('open', 'unknown') or (${intents.status} = 'done' and ${intents.settledAt} >= coalesce((${readAt}), 0))) and ${intents.purse} = ${given("purse")}`,
    )
    .prepare();
});

export const getIntent = (tx: MirrorWriter, key: IntentKey): Intent | undefined => byKey(tx).get({ key });

const abandoned = prepared((db) =>
  db
    .select()
    .from(intents)
    .where(and(eq(intents.status, "open"), lt(intents.updatedAt, given("before"))))
    .orderBy(asc(intents.updatedAt))
    .limit(sql.placeholder("limit"))
    .prepare(),
);
/** Calls in flight since before a moment (ms), longest first. */
export const inFlightSince = (tx: MirrorWriter, before: number, limit: number): Intent[] =>
  abandoned(tx).all({ before, limit });

/** Calls whose outcome is not known, those longest unsettled first. */
export const unknownIntents = (tx: MirrorWriter, limit: number): Intent[] => unknown(tx).all({ limit });

/** A call has its answer, or its time-out, within so long. ms */
const LONGEST_CALL_MS = 15_000;

/**
 * The other call that is in flight under a lock. One whose attempt was lost is of unknown outcome and keeps its lock for as long
 * as that attempt may still be waiting for an answer; then the lock is free.
 */
function inFlightUnder(tx: MirrorWriter, lock: LockName, key: IntentKey, now: number): Intent | undefined {
  const holder = otherHolder(tx).get({ lock, key });
  if (holder?.status !== "unknown" || now - holder.updatedAt < LONGEST_CALL_MS) return holder;
  tx.update(intents).set({ lock: null }).where(eq(intents.key, holder.key)).run();
  return undefined;
}

/**
 * The call that keeps this one from being sent: one in flight under the same lock, or an order of unknown outcome. What the
 * latter holds follows from its status and its market when it is asked; it has no lock.
 */
function holderOf(tx: MirrorWriter, request: IntentRequest, now: number): Intent | undefined {
  const { lock, key, asset = "", afterUnknown = "market" } = request;
  if (!lock) return undefined;
  const inFlight = inFlightUnder(tx, lock, key, now);
  if (inFlight || lock !== "order") return inFlight;
  return unknownOrders(tx)
    .all({ key })
    .find((lost) => holdsMarket(lost.asset, asset, afterUnknown));
}

/**
 * Writes the intent of a money call, inside the transaction that checked it. What is known not to have happened may be sent
 * again under the same key. An intent found open was written by an attempt that died: nobody knows whether it sent, so it is not
 * sent again, unless `repeatable` says that the state upstream was read and rules it out.
 */
export function openIntent(
  tx: MirrorWriter,
  request: IntentRequest,
  now: number,
  repeatable = false,
): Opened {
  const found = getIntent(tx, request.key);
  const mayRepeat =
    found?.status === "not_executed" ||
    (repeatable &&
      found?.action === request.action &&
      (found.status === "open" || found.status === "unknown"));
  if (found && !mayRepeat) {
    return { kind: found.status === "open" ? "abandoned" : "settled", intent: found };
  }
  const heldBy = holderOf(tx, request, now);
  if (heldBy) return { kind: "busy", heldBy };
  if (found) {
    // Another action, such as a release after a cancel that was not done, is another request and has a key of its own.
    const idempotencyKey =
      found.action === request.action ? found.idempotencyKey : idempotencyKeyFor(request.action, request.key);
    const tries = found.tries + 1;
    tx.update(intents)
      .set({
        action: request.action,
        idempotencyKey,
        status: "open",
        lock: request.lock ?? null,
        tries,
        runId: request.runId,
        commandId: request.commandId ?? found.commandId,
        updatedAt: now,
      })
      .where(eq(intents.key, request.key))
      .run();
    return { kind: "send", idempotencyKey, tries };
  }
  const { afterUnknown: _, ...row } = request;
  const idempotencyKey = idempotencyKeyFor(request.action, request.key);
  tx.insert(intents)
    .values({
      ...row,
      idempotencyKey,
      status: "open",
      lock: request.lock ?? null,
      tries: 1,
      createdAt: now,
      updatedAt: now,
    })
    .run();
  return { kind: "send", idempotencyKey, tries: 1 };
}

/**
 * Whether a try may still send: nobody has taken it over, or given it up, since it was opened. To be asked in the transaction
 * that writes what is needed to send it, by a try that has waited for something in between.
 */
export function mayStillSend(tx: MirrorWriter, key: IntentKey, tries: number): boolean {
  const found = getIntent(tx, key);
  return found?.status === "open" && found.tries === tries;
}

/** Writes a call that is not made and of which nothing is on record: it has its key for ever. `settle` says why. */
export function recordSkipped(tx: MirrorWriter, request: IntentRequest, now: number): void {
  const { afterUnknown: _, lock: __, ...row } = request;
  const idempotencyKey = idempotencyKeyFor(request.action, request.key);
  const times = { createdAt: now, updatedAt: now };
  tx.insert(intents)
    .values({ ...row, idempotencyKey, status: "not_executed", tries: 0, ...times })
    .run();
}

/**
 * Records a call's outcome. A definite outcome is never replaced by a vaguer one; one that was refused gives way to done, as a try
 * before the rejected one may have been in flight still.
 */
export function settleIntent(
  tx: MirrorWriter,
  key: IntentKey,
  outcome: {
    status: Exclude<IntentStatus, "open">;
    detail?: string;
    remoteId?: string;
    /** It may be in flight still. */
    keepsLock?: boolean;
  },
  now: number,
): void {
  const found = getIntent(tx, key);
  if (!found || found.status === "done" || (isFinal(found.status) && outcome.status !== "done")) return;
  const final = isFinal(outcome.status);
  tx.update(intents)
    .set({
      status: outcome.status,
      detail: outcome.detail ?? null,
      remoteId: outcome.remoteId ?? found.remoteId,
      lock: outcome.keepsLock ? found.lock : null,
      settledAt: final ? now : null,
      updatedAt: now,
    })
    .where(eq(intents.key, key))
    .run();
}

export interface Decider {
  commandId: string;
  /** The operator, in words. */
  by: string;
  reason: string | null;
  /** How often the call had been tried when the operator looked: another try is another thing to decide about. */
  seenTries: number;
}

/** Writes what a person decided about an unknown outcome. False when there is nothing (any more) to decide. */
export function decideIntent(
  tx: MirrorWriter,
  key: IntentKey,
  decision: OutcomeDecision,
  decider: Decider,
  now: number,
): boolean {
  const found = getIntent(tx, key);
  if (!found) return false;
  if (found.decisionCommand === decider.commandId) return true;
  if (found.status !== "unknown" || found.tries !== decider.seenTries) return false;
  tx.update(intents)
    .set({
      decision,
      decidedBy: decider.by,
      decidedAt: now,
      decisionReason: decider.reason,
      decisionCommand: decider.commandId,
    })
    .where(eq(intents.key, key))
    .run();
  return true;
}

/**
 * Opens a decided intent once more, to be sent under its old key: once for a decision, and again only when that try is known
 * not to have happened. It waits for an order in flight, and not for others of unknown outcome: two could wait for each other.
 */
export function reopenIntent(
  tx: MirrorWriter,
  key: IntentKey,
  lock: LockName | null,
  decider: Decider,
  runId: string,
  now: number,
): Opened {
  const found = getIntent(tx, key);
  if (!found) throw new Error("a call without an intent cannot be repeated");
  const first = found.decisionCommand !== decider.commandId;
  if (!first && found.status === "open") return { kind: "abandoned", intent: found };
  if (found.status !== (first ? "unknown" : "not_executed")) return { kind: "settled", intent: found };
  const heldBy = lock ? inFlightUnder(tx, lock, key, now) : undefined;
  if (heldBy) return { kind: "busy", heldBy };
  if (!decideIntent(tx, key, "repeated", decider, now)) return { kind: "settled", intent: found };
  const tries = found.tries + 1;
  tx.update(intents)
    .set({ status: "open", lock, runId, tries, updatedAt: now })
    .where(eq(intents.key, key))
    .run();
  return { kind: "send", idempotencyKey: found.idempotencyKey, tries };
}

/** Sum of orders on a market that were sent, or may have been, since a moment; however their rows spell it. micro-USDC. */
export function spentOnMarket(tx: MirrorWriter, asset: string, since: number): MicroUsdc {
  const market = marketOf(asset);
  return tx
    .select({ asset: intents.asset, amountMicro: intents.amountMicro })
    .from(intents)
    .where(
      sql`${intents.action} = ${"order" satisfies MoneyActionName} and ${intents.createdAt} >= ${since} and ${intents.status} in ('open', 'done', 'unknown')`,
    )
    .all()
    .reduce((sum, row) => (marketOf(row.asset ?? "") === market ? sum + row.amountMicro : sum), 0n);
}

/** Sum of what was sent, or may have been, for an action since a moment. micro-USDC. */
export function spentSince(tx: MirrorWriter, action: MoneyActionName, since: number): MicroUsdc {
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
 * What a purse no longer has, or may no longer have, although the mirror's balance still shows it: open and unknown calls,
 * and those done since that balance was read. micro-USDC.
 */
export const reservedFunds = (tx: MirrorWriter, purse: Purse): MicroUsdc =>
  mayBeGone(tx).get({ purse })?.sum ?? 0n;

/** Calls that a run has left without an end: in flight, of unknown outcome, or not executed. */
export const leftIntents = (tx: MirrorWriter, runId: string): Intent[] =>
  tx
    .select()
    .from(intents)
    .where(and(inArray(intents.status, ["open", "unknown", "not_executed"]), eq(intents.runId, runId)))
    .all();
