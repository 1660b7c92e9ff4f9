import { and, asc, eq, inArray, isNotNull, isNull } from "drizzle-orm";
import type { Actor } from "../../domain/ids";
import { intentKeys } from "../../domain/keys";
import type { EscrowStatus } from "../../domain/statuses";
import { escrowMoney } from "../../domain/escrow-sums";
import { ESCROW_FEE_PPM } from "../../domain/money";
import type { TimelineKind } from "../../domain/timeline-kinds";
import { given, prepared, type MirrorWriter } from "../connection";
import { confirmations, escrows } from "../schema";
import { bookMoves, escrowMoves, placedAt } from "./books";
import { tell } from "./timeline";

export type EscrowRow = typeof escrows.$inferSelect;

const byRef = prepared((db) =>
  db
    .select()
    .from(escrows)
    .where(eq(escrows.ref, given("ref")))
    .prepare(),
);
const byRemoteId = prepared((db) =>
  db
    .select()
    .from(escrows)
    .where(eq(escrows.remoteId, given("remoteId")))
    .prepare(),
);
const open = prepared((db) =>
  db
    .select()
    .from(escrows)
    .where(
      and(
        inArray(escrows.status, ["pending", "releasing", "cancelling", "disputed", "unknown"]),
        isNotNull(escrows.remoteId),
      ),
    )
    .prepare(),
);
const held = prepared((db) =>
  db.select().from(escrows).where(eq(escrows.status, "held")).orderBy(asc(escrows.createdAt)).prepare(),
);

export const getEscrow = (tx: MirrorWriter, ref: string): EscrowRow | undefined => byRef(tx).get({ ref });
export const escrowByRemoteId = (tx: MirrorWriter, remoteId: string): EscrowRow | undefined =>
  byRemoteId(tx).get({ remoteId });
/** Escrows that are known upstream and not over. */
export const openEscrows = (tx: MirrorWriter): EscrowRow[] => open(tx).all();
/** Escrows that were asked for while new ones are paused, oldest first. */
export const heldEscrows = (tx: MirrorWriter): EscrowRow[] => held(tx).all();

/** Makes a run the one that looks after an escrow; undefined when there is no such escrow or it is over. */
export function takeEscrow(tx: MirrorWriter, ref: string, runId: string, now: number): EscrowRow | undefined {
  const row = getEscrow(tx, ref);
  if (!row || isOver(row.status)) return undefined;
  tx.update(escrows).set({ runId, updatedAt: now }).where(eq(escrows.ref, ref)).run();
  return { ...row, runId };
}

/** Notes what the escrow's run has read on record. No news of the escrow: neither its version nor its times change. */
export function markHeard(tx: MirrorWriter, ref: string, heard: string | null): void {
  tx.update(escrows).set({ heard }).where(eq(escrows.ref, ref)).run();
}

/** Keeps a confirmation as it came. `escrowRef` is null while no escrow answers to what it names. */
export function recordConfirmationEvent(
  tx: MirrorWriter,
  confirmation: typeof confirmations.$inferInsert,
): void {
  const { escrowRef } = confirmation;
  tx.insert(confirmations)
    .values(confirmation)
    .onConflictDoUpdate({ target: confirmations.id, set: { escrowRef } })
    .run();
}
/** Confirmations that came for a reference before its escrow did: they are its own now. */
export function adoptConfirmations(tx: MirrorWriter, ref: string): (typeof confirmations.$inferSelect)[] {
  const strays = tx
    .select()
    .from(confirmations)
    .where(and(eq(confirmations.sentRef, ref), isNull(confirmations.escrowRef)))
    .all();
  if (strays.length > 0)
    tx.update(confirmations)
      .set({ escrowRef: ref })
      .where(and(eq(confirmations.sentRef, ref), isNull(confirmations.escrowRef)))
      .run();
  return strays;
}

type NewEscrow = Pick<
  EscrowRow,
  "ref" | "agentId" | "amountMicro" | "counterparty" | "description" | "timeoutHours" | "runId"
>;

/** The row of an escrow that is about to be created upstream, or that is held while new escrows are paused. */
export function beginEscrow(
  tx: MirrorWriter,
  escrow: NewEscrow,
  status: "creating" | "held",
  reason: string | null,
  now: number,
): void {
  const set = { status, reason, runId: escrow.runId, updatedAt: now };
  tx.insert(escrows)
    .values({
      ...escrow,
      status,
      reason,
      feeRatePpm: ESCROW_FEE_PPM,
      createdAt: now,
      observedAt: now,
      updatedAt: now,
      version: 1,
    })
    .onConflictDoUpdate({ target: escrows.ref, set })
    .run();
}

/** released, refunded and refused are ends: nothing that comes later changes them. */
const OVER: readonly EscrowStatus[] = ["released", "refunded", "not_created"];
export const isOver = (status: EscrowStatus): boolean => OVER.includes(status);

export type EscrowChange = Partial<
  Omit<EscrowRow, "ref" | "createdAt" | "observedAt" | "updatedAt" | "version">
>;
/**
 * What an approver looks at: a change here is another version. Sums that Purple Flea has not named are shown as they must come
 * out, so that it naming just these changes nothing.
 */
function seenIn(row: EscrowRow): string {
  const { counterparty, description, status, expiresAt } = row;
  const { amount, fee, net, referral } = escrowMoney(row);
  const sums = [amount, fee, net, referral];
  return JSON.stringify([counterparty, description, status, expiresAt, ...sums.map(String)]);
}

/**
 * Applies what was seen at `observedAt` (ms). An escrow that is over stays as it ended; of one that is not, news older than
 * what the row already rests on changes no status.
 * @returns whether anything changed
 */
export function changeEscrow(
  tx: MirrorWriter,
  ref: string,
  change: EscrowChange,
  observedAt: number,
  now: number,
): boolean {
  const row = getEscrow(tx, ref);
  if (!row) return false;
  const wanted: EscrowChange = { ...change };
  const older = observedAt < row.observedAt;
  if (isOver(row.status) || older) delete wanted.status;
  if (wanted.status === undefined) {
    delete wanted.reason;
    delete wanted.retryAt;
  }
  const differing = Object.entries(wanted).filter(
    ([key, value]) => value !== undefined && value !== row[key as keyof EscrowChange],
  ); // keys of EscrowChange
  if (differing.length === 0) {
    if (!older) tx.update(escrows).set({ observedAt }).where(eq(escrows.ref, ref)).run();
    return false;
  }
  const changed = Object.fromEntries(differing);
  const next = { ...row, ...changed };
  const placed = placedAt(tx, intentKeys.escrowCreate(ref), now);
  bookMoves(tx, { type: "escrow", ref }, escrowMoves(next, placed, now), now);
  tx.update(escrows)
    .set({
      ...changed,
      observedAt: Math.max(observedAt, row.observedAt),
      updatedAt: now,
      version: seenIn(next) === seenIn(row) ? row.version : row.version + 1,
    })
    .where(eq(escrows.ref, ref))
    .run();
  return true;
}

export function tellEscrow(
  tx: MirrorWriter,
  ref: string,
  entry: {
    kind: TimelineKind;
    nth?: string;
    at: number;
    title: string;
    detail?: string;
    actor: Actor;
    runId?: string;
    stepId?: string;
  },
): void {
  tell(tx, { subject: { type: "escrow", ref }, ...entry });
}
