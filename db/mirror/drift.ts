import { and, desc, eq, gte, isNull, ne, or, sql } from "drizzle-orm";
import type { MicroUsdc } from "../../domain/money";
import { prepared, type MirrorWriter } from "../connection";
import { bets, claims, drifts, escrows, intents, movements, trades } from "../schema";
import { bookCorrection, getBooks, markAgreed, openBooks } from "./books";

export type Drift = typeof drifts.$inferSelect;
/** A row that may be behind a difference, and how, in words. */
export interface DriftRow {
  type: "escrow" | "trade" | "bet" | "claim" | "transfer" | "correction";
  ref: string;
  words: string;
}
/** A call or row whose effect on the wallet is not known: it may be anything from `least` to `most`, or nothing. */
interface Suspect extends DriftRow {
  least: MicroUsdc;
  most: MicroUsdc;
}

const MAX_SUSPECTS = 12;
/** More than any faucet has paid at once. */
const MOST_CLAIMED = 10_000_000n;

/** A look at the wallet: what it held, when that was asked for (ms), and what the books had moved by then. */
export interface WalletLook {
  balanceMicro: MicroUsdc;
  askedAt: number;
  movedMicro: MicroUsdc | null;
}

/** What is known of the books before Purple Flea is asked for the balance; null before they are opened. */
export function readMoved(tx: MirrorWriter): MicroUsdc | null {
  return getBooks(tx)?.movedMicro ?? null;
}

/**
 * Compares Purple Flea's balance with the books and writes, keeps or ends a drift. When the books moved during the look, or a call is
 * under way, nothing can be said this time. `first` is the look before this one, with every row read again in between; null asks
 * for such a second look before anything is written. The books open on two such looks at the same balance: what moved before
 * the first is in the rows then, and nothing has moved since.
 */
export function compareWallet(
  tx: MirrorWriter,
  look: WalletLook,
  first: WalletLook | null,
  now: number,
): "opened" | "busy" | "agreed" | "look-again" | "differs" {
  const books = getBooks(tx);
  const underWay = tx.select({ key: intents.key }).from(intents).where(eq(intents.status, "open")).get();
  if (underWay) return "busy";
  const observedMicro = look.balanceMicro;
  if (!books) {
    if (!first) return "look-again";
    if (first.balanceMicro !== observedMicro || mayBeInOpening(tx, first.askedAt)) return "busy";
    openBooks(tx, observedMicro, look.askedAt);
    return "opened";
  }
  if (books.movedMicro !== look.movedMicro) return "busy";
  const expectedMicro = books.openingMicro + books.movedMicro;
  const differenceMicro = observedMicro - expectedMicro;
  const open = openDrift(tx);
  if (differenceMicro === 0n) {
    if (open) endDrift(tx, open.id, "the balances agree again", now);
    markAgreed(tx, now);
    return "agreed";
  }
  if (!first) return "look-again";
  const suspects = listSuspects(tx);
  const guilty = smallestFitting(suspects, differenceMicro);
  const rows: DriftRow[] = [
    ...(guilty ?? suspects).map(({ type, ref, words }) => ({ type, ref, words })),
    ...changedSince(tx, books.agreedAt),
  ];
  const seen = {
    seenAt: now,
    differenceMicro,
    observedMicro,
    expectedMicro,
    explained: guilty !== null,
    rows,
  };
  if (open) tx.update(drifts).set(seen).where(eq(drifts.id, open.id)).run();
  else
    tx.insert(drifts)
      .values({ id: `USDC:${now}`, asset: "USDC", since: now, ...seen })
      .run();
  return "differs";
}

/**
 * Whether a balance that was asked for at `asked` may hold what a call moved and the books would book once more: one whose
 * outcome is not known, also when somebody leaves it so, or was learnt only since; or one that is being sent again on a person's
 * word that it did not happen: under its old key it is answered with what it did. A claim tells its own moment.
 */
function mayBeInOpening(tx: MirrorWriter, asked: number): boolean {
  const sentAgain = and(
    eq(intents.status, "not_executed"),
    eq(intents.decision, "repeated"),
    ne(intents.action, "claim"),
  );
  const doubtful = or(eq(intents.status, "unknown"), sentAgain, gte(intents.updatedAt, asked));
  return tx.select({ key: intents.key }).from(intents).where(doubtful).get() !== undefined;
}

const open = prepared((db) => db.select().from(drifts).where(isNull(drifts.endedAt)).prepare());

/** The difference that has not ended, if there is one. */
export const openDrift = (tx: MirrorWriter): Drift | undefined => open(tx).get();

/** Takes a difference over into the books, as somebody decided. False when it has changed or ended since it was looked at. */
export function acceptDrift(
  tx: MirrorWriter,
  id: string,
  seenMicro: MicroUsdc,
  ending: string,
  now: number,
): boolean {
  const open = openDrift(tx);
  if (!open || open.id !== id || open.differenceMicro !== seenMicro) return false;
  bookCorrection(tx, id, seenMicro, now);
  endDrift(tx, id, ending, now);
  markAgreed(tx, now);
  return true;
}

function endDrift(tx: MirrorWriter, id: string, ending: string, now: number): void {
  tx.update(drifts).set({ endedAt: now, ending }).where(eq(drifts.id, id)).run();
}

function listSuspects(tx: MirrorWriter): Suspect[] {
  const unknown = tx
    .select()
    .from(intents)
    .where(eq(intents.status, "unknown"))
    .orderBy(desc(intents.updatedAt))
    .limit(MAX_SUSPECTS)
    .all();
  const unpriced = tx
    .select()
    .from(trades)
    .where(sql`${trades.status} in ('closed', 'liquidated') and ${trades.pnlMicro} is null`)
    .orderBy(desc(trades.createdAt))
    .limit(MAX_SUSPECTS)
    .all();
  const unread = tx.select().from(escrows).where(eq(escrows.status, "unknown")).limit(MAX_SUSPECTS).all();
  const uncounted = tx
    .select()
    .from(claims)
    .where(and(eq(claims.status, "claimed"), isNull(claims.amountMicro)))
    .limit(MAX_SUSPECTS)
    .all();
  const pending = tx
    .select()
    .from(bets)
    .where(sql`${bets.status} = 'unknown' and ${bets.remoteId} is not null`)
    .limit(MAX_SUSPECTS)
    .all();
  return [
    ...unknown.flatMap((intent): Suspect[] => {
      const { amountMicro: amount, subjectRef: ref } = intent;
      switch (intent.action) {
        case "order": // and its fee, which nobody told
          return [
            {
              type: "trade",
              ref,
              words: "order without an answer",
              least: -amount - amount / 50n,
              most: -amount,
            },
          ];
        case "escrow-create":
          return [
            {
              type: "escrow",
              ref,
              words: "escrow asked for without an answer",
              least: -amount,
              most: -amount,
            },
          ];
        case "bet":
          return [{ type: "bet", ref, words: "bet without an answer", least: -amount, most: amount }];
        case "claim":
          return [{ type: "claim", ref, words: "claim without an answer", least: 1n, most: MOST_CLAIMED }];
        case "escrow-release":
        case "escrow-cancel": // listed as the escrow's own state
          return [];
        default:
          return intent.action satisfies never;
      }
    }),
    ...unpriced.map(({ ref, sizeMicro }): Suspect => ({
      type: "trade",
      ref,
      words: "closed, its profit was not told",
      least: -sizeMicro,
      most: sizeMicro,
    })),
    ...unread
      .filter((row) => row.remoteId !== null)
      .map(({ ref, amountMicro }): Suspect => ({
        type: "escrow",
        ref,
        words: "its state is not known; it may have been refunded",
        least: amountMicro,
        most: amountMicro,
      })),
    ...uncounted.map(({ ref }): Suspect => ({
      type: "claim",
      ref,
      words: "claimed, the amount was not told",
      least: 1n,
      most: MOST_CLAIMED,
    })),
    ...pending.map(({ ref, stakeMicro }): Suspect => ({
      type: "bet",
      ref,
      words: "its outcome was not told",
      least: 1n,
      most: stakeMicro * 2n,
    })),
  ].slice(0, MAX_SUSPECTS);
}

/** The fewest suspects that can make up the whole difference; null when no set of them can. */
function smallestFitting(suspects: Suspect[], difference: MicroUsdc): Suspect[] | null {
  let best: Suspect[] | null = null;
  for (let set = 1; set < 1 << suspects.length; set++) {
    const chosen = suspects.filter((_, index) => (set >> index) & 1);
    if (best && chosen.length >= best.length) continue;
    const least = chosen.reduce((sum, one) => sum + one.least, 0n);
    const most = chosen.reduce((sum, one) => sum + one.most, 0n);
    if (least <= difference && difference <= most) best = chosen;
  }
  return best;
}

/** Rows that moved money in the books since the balances last agreed: one of them may be wrong. */
function changedSince(tx: MirrorWriter, agreedAt: number): DriftRow[] {
  return tx
    .select()
    .from(movements)
    .where(gte(movements.at, agreedAt))
    .orderBy(desc(movements.at))
    .limit(20)
    .all()
    .map((row) => ({
      type: row.subjectType,
      ref: row.subjectRef,
      words: "changed since the balances last agreed",
    }));
}
