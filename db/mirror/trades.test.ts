import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestDatabase } from "../testing";
import { getBooks, openBooks } from "./books";
import { openIntent, settleIntent } from "./intents";
import { applyTradeNews, beginTrade, type TradeNews } from "./trades";
import { intentKeys } from "../../domain/keys";

const MINUTE = 60_000;
const OPENED = 10 * MINUTE;
const KEY = intentKeys.order("alert-1");
let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
  begin();
});
afterEach(() => db.close());

/** The alert's order is on its way. */
function begin() {
  const trade = { ref: "tr_1", alertId: "alert-1", agentId: "ag_1", asset: "ETH", side: "long" } as const;
  const call = { key: KEY, action: "order", subjectRef: "tr_1", lock: "order", purse: "wallet" } as const;
  openIntent(db.writer, { ...call, amountMicro: 10_000_000n, runId: "run-1" }, 0);
  beginTrade(db.writer, { ...trade, sizeMicro: 10_000_000n, alertPrice: "2840.5", runId: "run-1" }, 0);
}
/** What was learnt of the trade; its id says that the order is done. */
const news = (minute: number, what: TradeNews) => {
  const now = minute * MINUTE;
  if (what.remoteId) settleIntent(db.writer, KEY, { status: "done", remoteId: what.remoteId }, now);
  return applyTradeNews(db.writer, "tr_1", what, now, now);
};
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

test("a closing that was read without its moment is booked, and taken back when it turns out to be in their opening", () => {
  news(1, { remoteId: "ord_1", status: "filled", feeMicro: 5_000n, filledAt: MINUTE });
  openBooks(db.writer, 50_000_000n, OPENED);
  news(11, { status: "closed" });
  expect(moved()).toBe(10_000_000n);
  news(12, { pnlMicro: 300_000n, closedAt: 9 * MINUTE });
  expect(moved()).toBe(0n);
});

test("a rejected order has moved nothing, and one that was taken for open before the books opened comes back", () => {
  news(1, { remoteId: "ord_1", status: "open" });
  openBooks(db.writer, 50_000_000n, OPENED);
  news(11, { status: "rejected" });
  expect(moved()).toBe(10_000_000n);
});

test("in whichever order and whenever it is learnt, what moved since the books opened is in them", () => {
  const learnt = {
    filled: { feeMicro: 5_000n, filledAt: MINUTE },
    read: { status: "closed" },
    closed: { status: "closed", closedAt: 9 * MINUTE, pnlMicro: 300_000n },
  } satisfies Record<string, TradeNews>;
  const orders = fc.shuffledSubarray(["filled", "read", "closed"] as const, { minLength: 3 });
  fc.assert(
    fc.property(orders, fc.boolean(), fc.integer({ min: 0, max: 3 }), (order, closedLater, known) => {
      db.close();
      db = openTestDatabase();
      begin();
      news(1, { remoteId: "ord_1", status: "filled" });
      const tell = (what: (typeof order)[number], minute: number) =>
        news(
          minute,
          closedLater && what === "closed" ? { ...learnt[what], closedAt: 13 * MINUTE } : learnt[what],
        );
      const before = closedLater ? [] : order.slice(0, known);
      for (const what of before) tell(what, 9);
      openBooks(db.writer, 50_000_000n, OPENED);
      for (const [n, what] of order.slice(before.length).entries()) tell(what, 14 + n);
      expect(moved()).toBe(closedLater ? 10_300_000n : 0n);
    }),
    { numRuns: 40 },
  );
});
