import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestDatabase } from "../testing";
import { getBooks, openBooks } from "./books";
import { applyTradeNews, beginTrade, type TradeNews } from "./trades";

const MINUTE = 60_000;
const OPENED = 10 * MINUTE;
let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
  const trade = { ref: "tr_1", alertId: "alert-1", agentId: "ag_1", asset: "ETH", side: "long" } as const;
  beginTrade(db.writer, { ...trade, sizeMicro: 10_000_000n, alertPrice: "2840.5", runId: "run-1" }, 0);
});
afterEach(() => db.close());
const news = (minute: number, what: TradeNews) =>
  applyTradeNews(db.writer, "tr_1", what, minute * MINUTE, minute * MINUTE);
const moved = () => getBooks(db.writer)?.movedMicro;

test("what a trade moves after the books opened is booked as it becomes known", () => {
  openBooks(db.writer, 50_000_000n, 0);
  news(1, { remoteId: "ord_1", status: "filled", filledAt: MINUTE });
  expect(moved()).toBe(-10_000_000n);
  news(2, { feeMicro: 5_000n });
  expect(moved()).toBe(-10_005_000n);
  news(20, { status: "closed", closedAt: 20 * MINUTE, pnlMicro: 300_000n });
  expect(moved()).toBe(295_000n);
});

test("a fee that was paid before the books opened and is told afterwards is in their opening", () => {
  news(1, { remoteId: "ord_1", status: "filled", filledAt: MINUTE });
  openBooks(db.writer, 50_000_000n, OPENED);
  news(11, { feeMicro: 5_000n });
  expect(moved()).toBe(0n);
  news(20, { status: "closed", closedAt: 20 * MINUTE, pnlMicro: 300_000n });
  expect(moved()).toBe(10_300_000n);
});

test("the result of a position that closed before the books opened is in their opening, whenever it is told", () => {
  news(1, { remoteId: "ord_1", status: "filled", feeMicro: 5_000n, filledAt: MINUTE });
  news(2, { status: "closed" });
  openBooks(db.writer, 50_000_000n, OPENED);
  news(11, { pnlMicro: 300_000n, closedAt: 2 * MINUTE });
  expect(moved()).toBe(0n);
});

test("a position that closed just before the books opened and was still read as open is in their opening", () => {
  news(1, { remoteId: "ord_1", status: "filled", feeMicro: 5_000n, filledAt: MINUTE });
  openBooks(db.writer, 50_000_000n, OPENED);
  news(11, { status: "closed", closedAt: 9 * MINUTE, pnlMicro: 300_000n });
  expect(moved()).toBe(0n);
});
