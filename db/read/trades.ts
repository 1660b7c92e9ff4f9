import { desc, eq, gte, inArray, lt, sql, type InferSelectModel, type SQL } from "drizzle-orm";
import { intentKeys } from "../../domain/keys";
import { notPlacedTradeStatuses, openTradeStatuses, type TradeStatus } from "../../domain/statuses";
import type { Reader } from "../connection";
import { alerts, intents, trades } from "../schema";
import { listTimeline, type TimelineEntry } from "./timeline";
import { countRows, listByKeyset, listDistinct, type Count, type Page, type PageRequest } from "./keyset";

export type Trade = InferSelectModel<typeof trades>;
export type Alert = InferSelectModel<typeof alerts>;
export type Intent = InferSelectModel<typeof intents>;

export interface TradeFilter {
  /** Any of these. */
  statuses?: readonly TradeStatus[];
  asset?: string;
  side?: "long" | "short";
  agentId?: string;
  /** Written at or after this moment, ms. */
  fromMs?: number;
  /** Written before this moment, ms. */
  untilMs?: number;
}
export const tradeSorts = ["placed", "size"] as const;
export type TradeSort = (typeof tradeSorts)[number];

/** What a list shows of a trade. */
const listColumns = {
  ref: trades.ref,
  remoteId: trades.remoteId,
  alertId: trades.alertId,
  agentId: trades.agentId,
  asset: trades.asset,
  side: trades.side,
  sizeMicro: trades.sizeMicro,
  alertPrice: trades.alertPrice,
  fillPrice: trades.fillPrice,
  feeMicro: trades.feeMicro,
  pnlMicro: trades.pnlMicro,
  status: trades.status,
  reason: trades.reason,
  runId: trades.runId,
  createdAt: trades.createdAt,
};
export type TradeRow = Pick<Trade, keyof typeof listColumns>;

/** One page of trades, by when they were written or by size. */
export function listTrades(
  db: Reader,
  filter: TradeFilter,
  order: { sort: TradeSort; direction: "asc" | "desc" },
  page: PageRequest,
  size: number,
): Page<TradeRow> {
  const bySize = order.sort === "size";
  return listByKeyset({
    sort: bySize ? trades.sizeMicro : trades.createdAt,
    id: trades.ref,
    direction: order.direction,
    where: conditions(filter, bySize),
    oneOf: statusBranches(filter),
    page,
    size,
    fetch: (where, orderBy, limit) =>
      db
        .select(listColumns)
        .from(trades)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all(),
    keyOf: (row) => ({ value: bySize ? row.sizeMicro : row.createdAt, id: row.ref }),
  });
}

/** When the newest trade was written, ms; null when there is none. */
export function newestTradeAt(db: Reader): number | null {
  const row = db.select({ at: trades.createdAt }).from(trades).orderBy(desc(trades.createdAt)).limit(1).get();
  return row?.at ?? null;
}

/** These trades as they are now, in no particular order. */
export function listTradesByRef(db: Reader, refs: readonly string[]): Trade[] {
  return refs.length === 0
    ? []
    : db
        .select()
        .from(trades)
        .where(inArray(trades.ref, [...refs]))
        .all();
}

/** How many trades the filter leaves. */
export function countTrades(db: Reader, filter: TradeFilter, exact = false): Count {
  return countRows(db, trades, conditions(filter, false), { oneOf: statusBranches(filter), exact });
}

/** The numbers beside the views' names. */
export function countTradeViews(db: Reader): { open: Count; unknown: Count; notPlaced: Count } {
  return {
    open: countTrades(db, { statuses: openTradeStatuses }),
    unknown: countTrades(db, { statuses: ["unknown"] }),
    notPlaced: countTrades(db, { statuses: notPlacedTradeStatuses }),
  };
}

/** What the filters can be set to. */
export function listTradeFacets(db: Reader): { assets: string[]; agents: string[] } {
  return {
    assets: listDistinct(db, trades, trades.asset),
    agents: listDistinct(db, trades, trades.agentId),
  };
}

/** A trade with everything that is known about it; null when there is none by that ref. */
export function getTrade(
  db: Reader,
  ref: string,
): { trade: Trade; alert: Alert | null; intent: Intent | null; timeline: TimelineEntry[] } | null {
  const trade = db.select().from(trades).where(eq(trades.ref, ref)).get();
  if (!trade) return null;
  return {
    trade,
    alert: db.select().from(alerts).where(eq(alerts.id, trade.alertId)).get() ?? null,
    intent:
      db
        .select()
        .from(intents)
        .where(eq(intents.key, intentKeys.order(trade.alertId)))
        .get() ?? null,
    timeline: listTimeline(db, "trade", ref),
  };
}

/** `+` keeps SQLite from choosing the market's index where the list is to be followed by size. */
function conditions(filter: TradeFilter, bySize: boolean): (SQL | undefined)[] {
  return [
    filter.asset === undefined
      ? undefined
      : bySize
        ? sql`+${trades.asset} = ${filter.asset}`
        : eq(trades.asset, filter.asset),
    filter.agentId === undefined
      ? undefined
      : bySize
        ? sql`+${trades.agentId} = ${filter.agentId}`
        : eq(trades.agentId, filter.agentId),
    filter.side === undefined ? undefined : eq(trades.side, filter.side),
    filter.fromMs === undefined ? undefined : gte(trades.createdAt, filter.fromMs),
    filter.untilMs === undefined ? undefined : lt(trades.createdAt, filter.untilMs),
  ];
}

function statusBranches(filter: TradeFilter): SQL[] | undefined {
  return filter.statuses?.map((status) => eq(trades.status, status));
}
