import { asc, desc, eq, inArray, sql, type InferSelectModel, type SQL } from "drizzle-orm";
import type { AnswerState } from "../../domain/command-states";
import { intentKeys } from "../../domain/keys";
import type { IntentStatus } from "../../domain/intents";
import { openEscrowStatuses, type EscrowStatus } from "../../domain/statuses";
import type { Reader } from "../connection";
import {
  commandOutcomes,
  commands,
  decisions,
  escrows,
  intents,
  operators,
  outbox,
  runs,
  sumsToCheck,
  sync,
} from "../schema";
import { resumedAt, type Decided } from "./escrow-decisions";
import { countRows, listByKeyset, type Page, type PageRequest } from "./keyset";
import { listTimeline, newestFirst, type TimelineEntry, type Told } from "./timeline";
import { sendingColumns, sendingState, troubleOf, type SendingState, type SendTrouble } from "./outbox";

export type EscrowRow = InferSelectModel<typeof escrows>;

/** The chips above the list, and which statuses each shows. */
export const escrowViews = {
  open: [...openEscrowStatuses],
  pending: ["pending"],
  disputed: ["disputed"],
  unknown: ["unknown"],
  released: ["released"],
  refunded: ["refunded"],
  held: ["held"],
  /** Sums that somebody has to check, whatever the status. */
  odd: null,
  all: null,
} as const satisfies Record<string, readonly EscrowStatus[] | null>;
export type EscrowView = keyof typeof escrowViews;

const conditions = (view: EscrowView): SQL[] =>
  (escrowViews[view] ?? []).map((status) => eq(escrows.status, status));

/** One page: what waits with the soonest deadline first (every escrow has the same time to live), what is over newest first. */
export function listEscrows(db: Reader, view: EscrowView, page: PageRequest, size: number): Page<EscrowRow> {
  const byDeadline = view === "open" || view === "pending";
  return listByKeyset({
    sort: escrows.createdAt,
    id: escrows.ref,
    direction: byDeadline ? "asc" : "desc",
    where: view === "odd" ? [sumsToCheck] : [],
    oneOf: conditions(view),
    page,
    size,
    fetch: (where, orderBy, limit) =>
      db
        .select()
        .from(escrows)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all(),
    keyOf: (row) => ({ value: row.createdAt, id: row.ref }),
  });
}

export function countEscrows(db: Reader): Record<EscrowView, { n: number; capped: boolean }> {
  const count = (view: EscrowView) => countRows(db, escrows, [], { oneOf: conditions(view) });
  return {
    open: count("open"),
    pending: count("pending"),
    disputed: count("disputed"),
    unknown: count("unknown"),
    released: count("released"),
    refunded: count("refunded"),
    held: count("held"),
    odd: countRows(db, escrows, [sumsToCheck]),
    all: count("all"),
  };
}

/** Everything that is still locked or may be, micro-USDC. */
export function lockedSum(db: Reader): bigint {
  return (
    db
      .select({ sum: sql<bigint>`coalesce(sum(${escrows.amountMicro}), 0)` })
      .from(escrows)
      .where(inArray(escrows.status, [...openEscrowStatuses]))
      .get()?.sum ?? 0n
  );
}

/** An escrow with the age of its source. */
export function getEscrowRow(
  db: Reader,
  ref: string,
): (EscrowRow & { sourceSyncedAt: number | null }) | null {
  const row = db.select().from(escrows).where(eq(escrows.ref, ref)).get();
  if (!row) return null;
  const source = db.select().from(sync).where(eq(sync.source, "escrow")).get();
  return {
    ...row,
    // The older of the two: neither a source that is not read nor a row that was left out of it may pass for fresh.
    sourceSyncedAt: Math.min(source?.syncedAt ?? row.observedAt, row.observedAt),
  };
}

/** What happened to an escrow, newest first: the functions' entries and, where there is one, the operator's decision. */
export function escrowStory(db: Reader, ref: string, decided: Decided | null): TimelineEntry[] {
  const told = listTimeline(db, "escrow", ref);
  if (!decided) return told;
  // The functions tell of the decision too, in fewer words: it has the place of their entry, or is the newest until they do.
  const isDecision = ({ kind }: TimelineEntry) => kind === "approved" || kind === "rejected";
  const recorded = told.find(isDecision)?.recorded ?? Number.MAX_SAFE_INTEGER - 1;
  const of = {
    subjectType: "escrow",
    subjectRef: ref,
    actorKind: "operator",
    actorId: decided.by,
    runId: null,
    stepId: null,
  } as const;
  const isRelease = decided.decision === "release";
  const own: Told[] = [
    {
      ...of,
      id: "decided",
      at: decided.at,
      recorded,
      kind: "decided",
      title: `${isRelease ? "Approved" : "Rejected"} by ${decided.by}${decided.reason ? `, “${decided.reason}”` : ""}`,
      detail: `seen version ${decided.seenVersion}`,
    },
  ];
  if (decided.sentAt !== null)
    own.push({
      ...of,
      id: "sent",
      at: decided.sentAt,
      recorded: recorded + 0.5,
      kind: "sent",
      title: isRelease ? "Approval sent" : "Rejection sent",
      detail: "the outbox sent it once",
    });
  return [...told.filter((entry) => !isDecision(entry)), ...own].sort(newestFirst);
}

/** The four hops of a command: clicked, accepted, ran, agreed. Null is a hop not made yet. */
export interface Receipt {
  commandId: string;
  kind: string;
  by: string;
  clickedAt: number;
  sentAt: number | null;
  /** How far its event has come; null for a command that has none. */
  sending: SendingState | null;
  eventName: string | null;
  parkedAt: number | null;
  attempts: number;
  /** Why it has not been sent: its own last failure, or what holds for everything that waits. */
  trouble: SendTrouble | null;
  engineEventId: string | null;
  ranAt: number | null;
  runId: string | null;
  functionId: string | null;
  /** The next try of the step under way, when one failed. */
  retry: { attempt: number; of: number | null; at: number | null } | null;
  subject: { type: string; ref: string } | null;
  reason: string | null;
  /** What the record of the call it asked for says; null while there is none. */
  intent: IntentStatus | null;
  /** When what came to nothing is tried again, ms, and why it did. */
  putOff: { at: number; reason: string | null } | null;
  answer: { state: AnswerState; message: string; at: number } | null;
}

/** The receipt of a command by its id. */
export function getReceipt(db: Reader, commandId: string): Receipt | null {
  const row = db
    .select({
      command: commands,
      outbox: sendingColumns,
      answer: commandOutcomes,
      by: operators.name,
      decision: decisions,
    })
    .from(commands)
    .leftJoin(outbox, eq(outbox.id, commands.id))
    .leftJoin(decisions, eq(decisions.commandId, commands.id))
    .leftJoin(commandOutcomes, eq(commandOutcomes.commandId, commands.id))
    .leftJoin(operators, eq(operators.id, commands.operatorId))
    .where(eq(commands.id, commandId))
    .get();
  if (!row) return null;
  const sentAt = row.outbox?.sentAt ?? null;
  // A decision wakes the run that waits for it; any other command starts one.
  const decided = row.decision
    ? db
        .select({ run: runs, retryAt: escrows.retryAt, reason: escrows.reason })
        .from(escrows)
        .leftJoin(runs, eq(runs.id, escrows.runId))
        .where(eq(escrows.ref, row.decision.escrowRef))
        .get()
    : undefined;
  const waiting = decided?.run ?? undefined;
  const call = db
    .select({ status: intents.status })
    .from(intents)
    .where(
      row.decision
        ? eq(intents.key, intentKeys.escrowEnd(row.decision.escrowRef))
        : eq(intents.commandId, commandId),
    )
    .get();
  const run =
    waiting ??
    db.select().from(runs).where(eq(runs.eventId, commandId)).orderBy(asc(runs.startedAt)).limit(1).get();
  const ran = waiting ? resumedAt(db, waiting.id, row.command.createdAt) : (run?.startedAt ?? null);
  return {
    commandId,
    kind: row.command.kind,
    by: row.by ?? row.command.operatorId,
    clickedAt: row.command.createdAt,
    sentAt,
    sending: row.outbox && sendingState(row.outbox),
    eventName: row.outbox?.eventName ?? null,
    parkedAt: row.outbox?.parkedAt ?? null,
    attempts: row.outbox?.attempts ?? 0,
    trouble: row.outbox && sentAt === null ? troubleOf(db, row.outbox) : null,
    engineEventId: row.outbox?.engineEventId ?? null,
    ranAt: ran ?? row.answer?.at ?? null,
    runId: row.answer?.runId ?? run?.id ?? null,
    functionId: run?.functionId ?? null,
    retry:
      run?.status === "retrying"
        ? { attempt: run.attempt + 1, of: run.maxAttempts, at: run.nextAttemptAt }
        : null,
    subject:
      row.command.subjectType && row.command.subjectRef
        ? { type: row.command.subjectType, ref: row.command.subjectRef }
        : null,
    reason: row.decision?.reason ?? null,
    intent: call?.status ?? null,
    putOff: decided && decided.retryAt !== null ? { at: decided.retryAt, reason: decided.reason } : null,
    answer: row.answer ? { state: row.answer.state, message: row.answer.message, at: row.answer.at } : null,
  };
}

/** The newest command about a subject. */
export function latestCommandOf(db: Reader, type: string, ref: string): string | null {
  return (
    db
      .select({ id: commands.id })
      .from(commands)
      .where(sql`${commands.subjectType} = ${type} and ${commands.subjectRef} = ${ref}`)
      .orderBy(desc(commands.createdAt))
      .limit(1)
      .get()?.id ?? null
  );
}
