import { eq, sql } from "drizzle-orm";
import type { MicroUsdc } from "../../domain/money";
import { given, prepared, type Writer } from "../connection";
import { movements, walletBooks, type bets, type claims, type escrows, type trades } from "../schema";

type Trade = typeof trades.$inferSelect;
type Escrow = typeof escrows.$inferSelect;
type Bet = typeof bets.$inferSelect;
type Claim = typeof claims.$inferSelect;
type SubjectType = (typeof movements.$inferSelect)["subjectType"];

/** What a trade has moved in the wallet so far: its size while the position runs, its profit afterwards, its fee always. */
export function tradeEffect(row: Trade): MicroUsdc {
  if (row.remoteId === null) return 0n;
  const fee = row.feeMicro ?? 0n;
  if (row.status === "open" || row.status === "filled") return -row.sizeMicro - fee;
  return row.status === "closed" || row.status === "liquidated" ? (row.pnlMicro ?? 0n) - fee : 0n;
}
/** The amount of an escrow has left the wallet from its lock on, unless it came back. */
export const escrowEffect = (row: Escrow): MicroUsdc =>
  row.remoteId === null || row.status === "refunded" || row.status === "refused" ? 0n : -row.amountMicro;
/** The stake, and what it paid. */
export const betEffect = (row: Bet): MicroUsdc =>
  row.remoteId === null ? 0n : (row.payoutMicro ?? 0n) - row.stakeMicro;
export const claimEffect = (row: Claim): MicroUsdc =>
  row.status === "claimed" ? (row.amountMicro ?? 0n) : 0n;

const books = prepared((db) => db.select().from(walletBooks).where(eq(walletBooks.id, "wallet")).prepare());
const agreed = prepared((db) =>
  db
    .update(walletBooks)
    .set({ agreedAt: given("at") })
    .where(eq(walletBooks.id, "wallet"))
    .prepare(),
);

/** The wallet's books; undefined before a balance was read for the first time. */
export const getBooks = (tx: Writer): typeof walletBooks.$inferSelect | undefined => books(tx).get();

/** Opens the books with what Purple Flea says the wallet holds: what moved before is in that balance already. */
export function openBooks(tx: Writer, balanceMicro: MicroUsdc, at: number): void {
  tx.insert(walletBooks)
    .values({ id: "wallet", openingMicro: balanceMicro, openedAt: at, movedMicro: 0n, agreedAt: at })
    .onConflictDoNothing()
    .run();
}

/** Books the difference a change of a row makes to the wallet, in the transaction that changes the row. */
export function bookChange(
  tx: Writer,
  subject: { type: SubjectType; ref: string },
  before: MicroUsdc,
  after: MicroUsdc,
  at: number,
): void {
  if (before === after) return;
  const n =
    tx
      .select({ n: sql`count(*)`.mapWith(Number) })
      .from(movements)
      .where(sql`${movements.subjectType} = ${subject.type} and ${movements.subjectRef} = ${subject.ref}`)
      .get()?.n ?? 0;
  book(tx, `${subject.type}:${subject.ref}:${n}`, subject, after - before, at);
}

/** Books money that came from or went outside, once per id; what lies before the opening is in the opening balance. */
export function bookTransfer(tx: Writer, id: string, amountMicro: MicroUsdc, at: number): boolean {
  const open = getBooks(tx);
  if (!open || at < open.openedAt) return false;
  return book(tx, `transfer:${id}`, { type: "transfer", ref: id }, amountMicro, at);
}

/** Books a difference that a person accepts as it is. */
export function bookCorrection(tx: Writer, driftId: string, amountMicro: MicroUsdc, at: number): void {
  book(tx, `correction:${driftId}`, { type: "correction", ref: driftId }, amountMicro, at);
}

/** Whether what had moved by then is in the balance the books were opened with. */
export function isInOpening(tx: Writer, movedAt: number): boolean {
  const books = getBooks(tx);
  return books !== undefined && movedAt < books.openedAt;
}

/** Says when balance and books last agreed. */
export function markAgreed(tx: Writer, at: number): void {
  agreed(tx).run({ at });
}

function book(
  tx: Writer,
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
