import { z } from "zod";
import { tradeSorts, type TradeFilter, type TradeSort } from "../../db/read/trades";
import {
  notPlacedTradeStatuses,
  openTradeStatuses,
  tradeStatuses,
  type TradeStatus,
} from "../../domain/statuses";
import { dayEnd, dayStart, isDay } from "./zoned-day";

/** The tabs over the list: which statuses each means. */
export const tradeViews = {
  all: undefined,
  open: openTradeStatuses,
  unknown: ["unknown"],
  "not-placed": notPlacedTradeStatuses,
  over: ["closed", "liquidated"],
} satisfies Record<string, readonly TradeStatus[] | undefined>;
export type TradeView = keyof typeof tradeViews;

const HOUR_MS = 3_600_000;
/** Stretches up to now. */
export const recentStretches = { "24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS, "30d": 720 * HOUR_MS };
export type RecentStretch = keyof typeof recentStretches;

const day = z.string().refine(isDay);
const query = z.object({
  view: z.enum(["all", "open", "unknown", "not-placed", "over"]).default("all"),
  status: z.enum(tradeStatuses).optional(),
  asset: z.string().max(12).optional(),
  side: z.enum(["long", "short"]).optional(),
  agent: z.string().max(80).optional(),
  placed: z.enum(["24h", "7d", "30d"]).optional(),
  from: day.optional(),
  until: day.optional(),
  sort: z.enum(tradeSorts).default("placed"),
  order: z.enum(["asc", "desc"]).default("desc"),
});
export type TradeQuery = z.output<typeof query>;

/** Reads what an address asks of the list. `wrong` names the parameter that could not be read: then everything is shown. */
export function readTradeQuery(params: URLSearchParams): { asked: TradeQuery; wrong: string | null } {
  const parsed = query.safeParse(Object.fromEntries([...params].filter(([, value]) => value !== "")));
  if (parsed.success) return { asked: parsed.data, wrong: null };
  return { asked: query.parse({}), wrong: parsed.error.issues[0]?.path.join(".") ?? "filter" };
}

/** The same as the database is asked it. Days are days of the operator's zone; `now` in ms. */
export function tradeFilterOf(asked: TradeQuery, zone: string, now: number): TradeFilter {
  const view: readonly TradeStatus[] | undefined = tradeViews[asked.view];
  return {
    statuses: asked.status ? (view ?? [asked.status]).filter((one) => one === asked.status) : view,
    asset: asked.asset,
    side: asked.side,
    agentId: asked.agent,
    fromMs: asked.placed
      ? now - recentStretches[asked.placed]
      : asked.from
        ? dayStart(asked.from, zone)
        : undefined,
    untilMs: asked.until && !asked.placed ? dayEnd(asked.until, zone) : undefined,
  };
}

export const tradeOrderOf = (asked: TradeQuery): { sort: TradeSort; direction: "asc" | "desc" } => ({
  sort: asked.sort,
  direction: asked.order,
});
