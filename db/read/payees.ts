import { sql, type SQL } from "drizzle-orm";
import { HEAD, looksLike, TAIL } from "../../domain/addresses";
import type { EscrowStatus } from "../../domain/statuses";
import type { Reader } from "../connection";
import { escrows, payeeOf } from "../schema";
import { unchanged } from "./unchanged";

/** An address that could be taken for another, in small letters. */
export interface LookAlike {
  address: string;
  /** How many escrows to it were released. */
  paid: number;
}
export interface Payee {
  /** How many other escrows to this address were released. */
  paid: number;
  /** Known addresses it could be taken for, the most often paid first. */
  lookAlikes: LookAlike[];
}

const MOST = 3;
const payee = payeeOf(escrows.counterparty);
const begins = (start: string): SQL => sql`${payee} >= ${start} and ${payee} < ${`${start}~`}`;

/** What is known here about whom an escrow pays. An address counts as the same whatever the case of its letters. */
export function knowPayee(
  db: Reader,
  escrow: { ref: string; counterparty: string; status: EscrowStatus },
): Payee {
  const address = escrow.counterparty.toLowerCase();
  const [head, tail] = [address.slice(0, HEAD), address.slice(-TAIL)];
  return unchanged(db, `payee ${escrow.ref} ${address}`, () => {
    const list = (where: SQL): LookAlike[] =>
      db
        .select({ address: sql<string>`${payee}`, paid: sql<bigint>`sum(${escrows.status} = 'released')` })
        .from(escrows)
        .where(where)
        .groupBy(payee)
        .orderBy(sql`2 desc`)
        .limit(MOST + 1)
        .all()
        .map((row) => ({ address: row.address, paid: Number(row.paid) }));
    const known = list(sql`${payee} = ${address}`)[0]?.paid ?? 0;
    const paid = escrow.status === "released" ? known - 1 : known;
    // Each is a seek in the index: both ends alike, one character apart near the end, one apart at the beginning.
    const near = [
      ...list(sql`${begins(head)} and substr(${payee}, ${-TAIL}) = ${tail} and ${payee} <> ${address}`),
      ...list(begins(address.slice(0, -TAIL))),
      ...list(sql`${payee} in ${headTwins(address)}`),
    ];
    return {
      paid,
      // Of two that look alike the one that was never paid, or less often, is the one to look at twice.
      lookAlikes: near
        .filter((row) => looksLike(row.address, address) && (paid === 0 || row.paid > paid))
        .sort((a, b) => b.paid - a.paid)
        .slice(0, MOST),
    };
  });
}

/** Every address that differs from this one in a single character of its beginning. */
function headTwins(address: string): string[] {
  return [...address.slice(0, HEAD)].flatMap((own, at) =>
    at < 2
      ? []
      : [..."0123456789abcdef"]
          .filter((letter) => letter !== own)
          .map((letter) => address.slice(0, at) + letter + address.slice(at + 1)),
  );
}
