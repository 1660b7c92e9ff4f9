import { eq, type InferSelectModel, type SQL } from "drizzle-orm";
import type { BetStatus } from "../../domain/statuses";
import type { Reader } from "../connection";
import { bets } from "../schema";
import { countRows, listByKeyset, type Count, type Page, type PageRequest } from "./keyset";
import { listTimeline, type TimelineEntry } from "./timeline";

export type Bet = InferSelectModel<typeof bets>;

export interface BetFilter {
  statuses?: readonly BetStatus[];
}

/** One page of bets by when they were written. */
export function listBets(
  db: Reader,
  filter: BetFilter,
  direction: "asc" | "desc",
  page: PageRequest,
  size: number,
): Page<Bet> {
  return listByKeyset({
    sort: bets.createdAt,
    id: bets.ref,
    direction,
    where: [],
    oneOf: branches(filter),
    page,
    size,
    fetch: (where, orderBy, limit) =>
      db
        .select()
        .from(bets)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all(),
    keyOf: (row) => ({ value: row.createdAt, id: row.ref }),
  });
}

/** How many bets the filter leaves. */
export function countBets(db: Reader, filter: BetFilter, exact = false): Count {
  return countRows(db, bets, [], { oneOf: branches(filter), exact });
}

/** One bet with its story; null when there is none by that ref. */
export function getBet(db: Reader, ref: string): { bet: Bet; timeline: TimelineEntry[] } | null {
  const bet = db.select().from(bets).where(eq(bets.ref, ref)).get();
  return bet ? { bet, timeline: listTimeline(db, "bet", ref) } : null;
}

function branches(filter: BetFilter): SQL[] | undefined {
  return filter.statuses?.map((status) => eq(bets.status, status));
}
