import { intentKeys } from "../../../domain/keys";
import type { TradeRow } from "../../../db/read/trades";
import { tradeLook } from "../../../domain/statuses";
import type { Column } from "../../components/desk/data-table";
import { groupedPrice, idCell, moneyCell, statusCell, timeCell } from "../../components/desk/row-cells";
import { shortId } from "../../lib/short-id";
import type { TradeColumn } from "../../lib/trade-columns";
import { runPath, tradePath } from "../../lib/paths";

/** What stands where there is nothing: a dash, or that nobody knows. */
const missing = (row: TradeRow) =>
  row.status === "unknown" ? <span className="text-text-muted">unknown</span> : <span className="m">–</span>;

/** How each column is drawn. `zone` is the short name of the operator's zone, `time` writes a moment in it. */
export function tradeCells(
  zone: string,
  time: (ms: number) => string,
): Record<TradeColumn, Column<TradeRow>> {
  return {
    ref: { id: "ref", head: "Trade", place: 1, cell: (row) => idCell(row.ref, tradePath(row.ref)) },
    placed: {
      id: "placed",
      head: `Placed, ${zone}`,
      place: 4,
      sort: "placed",
      cell: (row) => timeCell(row.createdAt, time),
    },
    market: { id: "market", head: "Market", className: "font-medium", cell: (row) => row.asset },
    side: {
      id: "side",
      head: "Side",
      place: 3,
      // In a block of lines the market has no column of its own.
      cell: (row) => (
        <>
          <span className="in-rows">{`${row.asset} `}</span>
          {row.side === "long" ? "Long" : "Short"}
        </>
      ),
    },
    size: {
      id: "size",
      head: "Size, USDC",
      kind: "num",
      className: "usdc",
      place: 2,
      sort: "size",
      cell: (row) => moneyCell(row.sizeMicro),
    },
    fill: {
      id: "fill",
      head: "Fill price, USD",
      kind: "num",
      cell: (row) => (row.fillPrice === null ? missing(row) : groupedPrice(row.fillPrice)),
    },
    fee: {
      id: "fee",
      head: "Fee, USDC",
      kind: "num low",
      cell: (row) => (row.feeMicro === null ? missing(row) : moneyCell(row.feeMicro)),
    },
    pnl: {
      id: "pnl",
      head: "Profit, USDC",
      kind: "num",
      cell: (row) => (row.pnlMicro === null ? missing(row) : moneyCell(row.pnlMicro)),
    },
    status: {
      id: "status",
      head: "Status",
      place: 5,
      cell: (row) =>
        statusCell(
          tradeLook[row.status],
          row.reason,
          row.status === "unknown" && row.remoteId === null ? intentKeys.order(row.alertId) : null,
        ),
    },
    agent: {
      id: "agent",
      head: "Agent",
      kind: "low",
      className: "mono text-text-muted",
      cell: (row) => shortId(row.agentId),
    },
    run: {
      id: "run",
      head: "Run",
      kind: "num",
      cell: (row) =>
        row.runId === null ? (
          missing(row)
        ) : (
          <a className="mono quiet" href={runPath(row.runId)}>
            {shortId(row.runId)}
          </a>
        ),
    },
    order: {
      id: "order",
      head: "Order id",
      className: "mono",
      cell: (row) => (row.remoteId === null ? missing(row) : shortId(row.remoteId)),
    },
    alert: {
      id: "alert",
      head: "Alert",
      className: "mono text-text-muted",
      cell: (row) => shortId(row.alertId),
    },
    alertPrice: {
      id: "alertPrice",
      head: "Alert price, USD",
      kind: "num",
      cell: (row) => groupedPrice(row.alertPrice),
    },
  };
}
