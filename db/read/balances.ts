import { and, desc, eq, gte, lt, type InferSelectModel } from "drizzle-orm";
import { balanceKinds, type BalanceKind } from "../../domain/statuses";
import type { Reader } from "../connection";
import { balances } from "../schema";

export type Balance = InferSelectModel<typeof balances>;

/** The newest row of every kind that was ever seen, in the order of the page. */
export function listCurrentBalances(db: Reader): Balance[] {
  return balanceKinds.flatMap((kind) => {
    const row = db
      .select()
      .from(balances)
      .where(eq(balances.kind, kind))
      .orderBy(desc(balances.at))
      .limit(1)
      .get();
    return row ? [row] : [];
  });
}

/** How many points a chart and its table take at most. */
export const HISTORY_LIMIT = 2_000;

export interface BalancePoint {
  /** First and last read that said so, ms. */
  at: number;
  seenUntil: number;
  amountMicro: bigint;
}

export interface BalanceHistory {
  /** Oldest first. The first may lie before `fromMs`: it is what the balance was when the stretch began. */
  points: BalancePoint[];
  /** True when older points of the stretch were left out. */
  cut: boolean;
}

/** How one balance moved from `fromMs` up to `untilMs` (ms; open without it). */
export function listBalanceHistory(
  db: Reader,
  kind: BalanceKind,
  fromMs: number,
  untilMs?: number,
): BalanceHistory {
  const columns = { at: balances.at, seenUntil: balances.seenUntil, amountMicro: balances.amountMicro };
  const within = db
    .select(columns)
    .from(balances)
    .where(
      and(
        eq(balances.kind, kind),
        gte(balances.at, fromMs),
        untilMs === undefined ? undefined : lt(balances.at, untilMs),
      ),
    )
    .orderBy(desc(balances.at))
    .limit(HISTORY_LIMIT + 1)
    .all();
  const cut = within.length > HISTORY_LIMIT;
  const points = within.slice(0, HISTORY_LIMIT).reverse();
  if (cut) return { points, cut };
  const before = db
    .select(columns)
    .from(balances)
    .where(and(eq(balances.kind, kind), lt(balances.at, fromMs)))
    .orderBy(desc(balances.at))
    .limit(1)
    .get();
  return { points: before ? [before, ...points] : points, cut };
}
