import type { LoaderFunctionArgs } from "@remix-run/node";
import { countTrades, listTradesByRef } from "../../db/read/trades";
import { requireOperator } from "../auth/session.server";
import { readTradeQuery, tradeFilterOf } from "../lib/trade-query.server";
import { readMoment } from "../lib/address-query";

/** The news of trades that stand on an open page: `ids` as they are now, and how many that fit came after `since` (ms). */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const { asked } = readTradeQuery(searchParams);
  const filter = tradeFilterOf(asked, operator.timeZone, context.clock.now());
  const since = readMoment(searchParams.get("since"));
  const refs = (searchParams.get("ids") ?? "").split(",").slice(0, 200);
  return {
    rows: listTradesByRef(context.read, refs),
    fresh: countTrades(context.read, { ...filter, fromMs: Math.max(filter.fromMs ?? 0, since + 1) }).n,
  };
}
