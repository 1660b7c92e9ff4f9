import { asc, desc, eq, inArray, sql, type InferSelectModel, type SQL } from "drizzle-orm";
import { openEscrowStatuses, type EscrowStatus } from "../../domain/statuses";
import type { Reader } from "../connection";
import {
  approvals,
  commandOutcomes,
  commands,
  escrows,
  operators,
  outbox,
  runs,
  sync,
  timeline,
} from "../schema";
import { countRows, listByKeyset, type Page, type PageRequest } from "./keyset";

export type EscrowRow = InferSelectModel<typeof escrows>;

/** The chips above the list, and which statuses each shows. */
export const escrowViews = {
  open: [...openEscrowStatuses],
  pending: ["pending"],
  disputed: ["disputed"],
  unknown: ["unknown"],
  released: ["released"],
  refunded: ["refunded"],
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
    where: [],
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

/** An escrow with the age of its source and the command that decided it. */
export function getEscrowRow(
  db: Reader,
  ref: string,
): (EscrowRow & { sourceSyncedAt: number | null; decidedByCommand: string | null }) | null {
  const row = db.select().from(escrows).where(eq(escrows.ref, ref)).get();
  if (!row) return null;
  const source = db.select().from(sync).where(eq(sync.source, "escrow")).get();
  const decision = db.select().from(approvals).where(eq(approvals.escrowRef, ref)).get();
  return {
    ...row,
    sourceSyncedAt: Math.max(source?.syncedAt ?? 0, row.observedAt),
    decidedByCommand: decision?.commandId ?? null,
  };
}

export type TimelineRow = InferSelectModel<typeof timeline>;
export function escrowStory(db: Reader, ref: string): TimelineRow[] {
  return db
    .select()
    .from(timeline)
    .where(sql`${timeline.subjectType} = 'escrow' and ${timeline.subjectRef} = ${ref}`)
    .orderBy(desc(timeline.at), desc(timeline.id))
    .limit(200)
    .all();
}

/** The four hops of a command: clicked, accepted, ran, agreed. Null is a hop not made yet. */
export interface Receipt {
  commandId: string;
  kind: string;
  by: string;
  clickedAt: number;
  sentAt: number | null;
  lastError: string | null;
  engineEventId: string | null;
  ranAt: number | null;
  runId: string | null;
  functionId: string | null;
  answer: { state: "confirmed" | "failed" | "unknown"; message: string; at: number } | null;
}

/** The receipt of a command by its id. */
export function getReceipt(db: Reader, commandId: string): Receipt | null {
  const row = db
    .select({ command: commands, outbox, answer: commandOutcomes, by: operators.name })
    .from(commands)
    .leftJoin(outbox, eq(outbox.id, commands.id))
    .leftJoin(commandOutcomes, eq(commandOutcomes.commandId, commands.id))
    .leftJoin(operators, eq(operators.id, commands.operatorId))
    .where(eq(commands.id, commandId))
    .get();
  if (!row) return null;
  const run = db
    .select()
    .from(runs)
    .where(eq(runs.eventId, commandId))
    .orderBy(asc(runs.startedAt))
    .limit(1)
    .get();
  return {
    commandId,
    kind: row.command.kind,
    by: row.by ?? row.command.operatorId,
    clickedAt: row.command.createdAt,
    sentAt: row.outbox?.sentAt ?? null,
    lastError: row.outbox?.lastError ?? null,
    engineEventId: row.outbox?.engineEventId ?? null,
    ranAt: run?.startedAt ?? row.answer?.at ?? null,
    runId: row.answer?.runId ?? run?.id ?? null,
    functionId: run?.functionId ?? null,
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
