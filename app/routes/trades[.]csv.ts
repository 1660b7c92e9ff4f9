import type { LoaderFunctionArgs } from "@remix-run/node";
import { listTrades, type TradeRow } from "../../db/read/trades";
import { parseCursor, type PageRequest } from "../../db/read/keyset";
import { formatMicro } from "../../domain/money";
import { tradeLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { csvLine, type CsvValue } from "../lib/csv";
import { streamLines } from "../lib/csv-stream.server";
import { listChoice } from "../lib/list-choice.server";
import { tradeColumnNames, tradeList, type TradeColumn } from "../lib/trade-columns";
import { readTradeQuery, tradeFilterOf, tradeOrderOf } from "../lib/trade-query.server";
import { plainSaid } from "../../domain/said-text";

const PAGE = 1_000;
const text = (value: string | null): CsvValue => (value === null ? null : { text: plainSaid(value) });
const number = (value: string | null): CsvValue => (value === null ? null : { number: value });
const money = (micro: bigint | null): CsvValue => (micro === null ? null : { number: formatMicro(micro) });
const time = (ms: number): CsvValue => ({ text: new Date(ms).toISOString() });

const values: Record<TradeColumn, (row: TradeRow) => CsvValue> = {
  ref: (row) => text(row.ref),
  placed: (row) => time(row.createdAt),
  market: (row) => text(row.asset),
  side: (row) => text(row.side),
  size: (row) => money(row.sizeMicro),
  fill: (row) => number(row.fillPrice),
  fee: (row) => money(row.feeMicro),
  pnl: (row) => money(row.pnlMicro),
  status: (row) =>
    text(row.reason ? `${tradeLook[row.status].label}: ${row.reason}` : tradeLook[row.status].label),
  agent: (row) => text(row.agentId),
  run: (row) => text(row.runId),
  order: (row) => text(row.remoteId),
  alert: (row) => text(row.alertId),
  alertPrice: (row) => number(row.alertPrice),
};
const units: Partial<Record<TradeColumn, string>> = {
  placed: "UTC",
  size: "USDC",
  fill: "USD",
  fee: "USDC",
  pnl: "USDC",
  alertPrice: "USD",
};

/** The list as it stands in the address, every row of it, read page by page while it is sent. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const { asked } = readTradeQuery(searchParams);
  const now = context.clock.now();
  const filter = tradeFilterOf(asked, operator.timeZone, now);
  const { columns } = listChoice(context, operator, tradeList, searchParams);
  function* pages() {
    const said = Object.entries(asked).map(([name, value]) => `${name} ${value}`);
    yield csvLine([text(`Trades, ${said.join(", ")}, written ${new Date(now).toISOString()}`)]);
    yield csvLine(columns.map((id) => text([tradeColumnNames[id], units[id]].filter(Boolean).join(", "))));
    let at: PageRequest | null = { at: "first" };
    while (at) {
      const page = listTrades(context.read, filter, tradeOrderOf(asked), at, PAGE);
      yield page.rows.map((row) => csvLine(columns.map((id) => values[id](row)))).join("");
      const cursor = page.after === null ? null : parseCursor(page.after);
      at = cursor && { at: "after", cursor };
    }
  }
  return new Response(streamLines(pages()), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="trades-${new Date(now).toISOString().slice(0, 10)}.csv"`,
    },
  });
}
