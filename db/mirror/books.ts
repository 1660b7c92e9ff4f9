import { and, eq, sql } from "drizzle-orm";
import type { IntentKey } from "../../domain/keys";
import type { MicroUsdc } from "../../domain/money";
import { given, prepared, type MirrorWriter } from "../connection";
import { movements, walletBooks, type bets, type claims, type escrows, type trades } from "../schema";
import { getIntent } from "./intents";

type Trade = typeof trades.$inferSelect;
type Escrow = typeof escrows.$inferSelect;
type Bet = typeof bets.$inferSelect;
type Claim = typeof claims.$inferSelect;
type SubjectType = (typeof movements.$inferSelect)["subjectType"];

/** What a row has moved in the wallet at one moment, ms. */
export interface Move {
  amountMicro: MicroUsdc;
  at: number;
}

/*
 * What each kind of row has moved so far. A call's money moved when the call was known to be done (`placedAt`): no balance opens
 * the books while it is not. What came after that is dated as Purple Flea dates it, and never before.
 */

/** The size and the fee of an order; what comes back of it when it is over, at `overAt`. */
export function tradeMoves(row: Trade, placedAt: number, overAt: number): Move[] {
  const { remoteId, status, sizeMicro: size, feeMicro, pnlMicro, filledAt } = row;
  if (remoteId === null || status === "placing" || status === "unknown") return [];
  const fee = feeMicro ?? 0n;
  const paid = [
    { amountMicro: -size, at: placedAt },
    { amountMicro: -fee, at: Math.max(filledAt ?? 0, placedAt) },
  ];
  if (status === "open" || status === "filled") return paid;
  const back = status === "rejected" || status === "not_executed" ? size + fee : size + (pnlMicro ?? 0n);
  return [...paid, { amountMicro: back, at: Math.max(overAt, placedAt) }];
}
/** The amount of an escrow leaves the wallet with its lock, and comes back with a refund. */
export function escrowMoves(row: Escrow, placedAt: number, now: number): Move[] {
  const { remoteId, status, amountMicro, settledAt } = row;
  if (remoteId === null || status === "not_created") return [];
  const locked = { amountMicro: -amountMicro, at: placedAt };
  return status === "refunded"
    ? [locked, { amountMicro, at: Math.max(settledAt ?? now, placedAt) }]
    : [locked];
}
/** The stake, and what it paid. */
export function betMoves(
  { remoteId, stakeMicro, payoutMicro, settledAt }: Bet,
  placedAt: number,
  now: number,
): Move[] {
  if (remoteId === null) return [];
  const paid = { amountMicro: payoutMicro ?? 0n, at: Math.max(settledAt ?? now, placedAt) };
  return [{ amountMicro: -stakeMicro, at: placedAt }, paid];
}
/** A claim may be learnt of long after a look said that it was not made: only Purple Flea knows its moment. */
export const claimMoves = ({ status, amountMicro, settledAt, createdAt }: Claim, now: number): Move[] =>
  status === "claimed" ? [{ amountMicro: amountMicro ?? 0n, at: Math.max(settledAt ?? now, createdAt) }] : [];

/** When the call behind a row was known to be done, ms; now, while its intent does not say so yet. */
export function placedAt(tx: MirrorWriter, intentKey: IntentKey, now: number): number {
  const intent = getIntent(tx, intentKey);
  return (intent?.status === "done" ? intent.settledAt : null) ?? now;
}

const books = prepared((db) => db.select().from(walletBooks).where(eq(walletBooks.id, "wallet")).prepare());
const agreed = prepared((db) =>
  db
    .update(walletBooks)
    .set({ agreedAt: given("at") })
    .where(eq(walletBooks.id, "wallet"))
    .prepare(),
);

/** The wallet's books; undefined before a balance was read for the first time. */
export const getBooks = (tx: MirrorWriter): typeof walletBooks.$inferSelect | undefined => books(tx).get();

/** Opens the books with what Purple Flea says the wallet holds at a moment, ms: what moved before it is in that balance. */
export function openBooks(tx: MirrorWriter, balanceMicro: MicroUsdc, at: number): void {
  tx.insert(walletBooks)
    .values({ id: "wallet", openingMicro: balanceMicro, openedAt: at, movedMicro: 0n, agreedAt: at })
    .onConflictDoNothing()
    .run();
}

const bookedFor = prepared((db) =>
  db
    .select({
      sum: sql<bigint>`coalesce(sum(${movements.amountMicro}), 0)`,
      times: sql`count(*)`.mapWith(Number),
    })
    .from(movements)
    .where(and(eq(movements.subjectType, given("type")), eq(movements.subjectRef, given("ref"))))
    .prepare(),
);

/**
 * Brings the books up to what a row has moved since they were opened, in the transaction that changes the row. Whatever is learnt
 * late, and in whichever order, the sum is the same: a moment that is told afterwards corrects what was booked without it.
 */
export function bookMoves(
  tx: MirrorWriter,
  subject: { type: SubjectType; ref: string },
  moves: readonly Move[],
  now: number,
): void {
  const open = moves.length > 0 ? getBooks(tx) : undefined;
  if (!open) return;
  const since = moves.filter(({ at }) => at >= open.openedAt);
  const due = since.reduce((sum, { amountMicro }) => sum + amountMicro, 0n);
  const { sum = 0n, times = 0 } = bookedFor(tx).get(subject) ?? {};
  if (due !== sum) book(tx, `${subject.type}:${subject.ref}:${times}`, subject, due - sum, now);
}

/** Books money that came from or went outside, once per id; what lies before the opening is in the opening balance. */
export function bookTransfer(tx: MirrorWriter, id: string, amountMicro: MicroUsdc, at: number): boolean {
  const open = getBooks(tx);
  if (!open || at < open.openedAt) return false;
  return book(tx, `transfer:${id}`, { type: "transfer", ref: id }, amountMicro, at);
}

/** Books a difference that a person accepts as it is. */
export function bookCorrection(tx: MirrorWriter, driftId: string, amountMicro: MicroUsdc, at: number): void {
  book(tx, `correction:${driftId}`, { type: "correction", ref: driftId }, amountMicro, at);
}

/** Says when balance and books last agreed. */
export function markAgreed(tx: MirrorWriter, at: number): void {
  agreed(tx).run({ at });
}

function book(
  tx: MirrorWriter,
  id: string,
  subject: { type: SubjectType; ref: string },
  amountMicro: MicroUsdc,
  at: number,
): boolean {
  const open = getBooks(tx);
  if (!open) return false;
  const { changes } = tx
    .insert(movements)
    .values({ id, at, subjectType: subject.type, subjectRef: subject.ref, amountMicro })
    .onConflictDoNothing()
    .run();
  if (changes === 0) return false;
  tx.update(walletBooks)
    .set({ movedMicro: open.movedMicro + amountMicro })
    .where(eq(walletBooks.id, "wallet"))
    .run();
  return true;
}
