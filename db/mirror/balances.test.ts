import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestDatabase } from "../testing";
import { listBalanceHistory } from "../read/balances";
import { recordBalance } from "./balances";

const MINUTE = 60_000;
let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => (db = openTestDatabase()));
afterEach(() => db.close());
const seen = (minute: number, amount: bigint) =>
  recordBalance(db.writer, "wallet", amount, true, minute * MINUTE);
const rows = () =>
  listBalanceHistory(db.reader, "wallet", 0).points.map((point) => [
    point.at / MINUTE,
    point.seenUntil / MINUTE,
    point.amountMicro,
  ]);

test("the same balance read again is one row that goes on", () => {
  for (const minute of [0, 5, 10, 24]) seen(minute, 7n);
  expect(rows()).toEqual([[0, 24, 7n]]);
});

test("a quarter of an hour without a read ends it, even when nothing changed", () => {
  for (const minute of [0, 5, 20, 25]) seen(minute, 7n);
  expect(rows()).toEqual([
    [0, 5, 7n],
    [20, 25, 7n],
  ]);
});

test("a change is a new row, and older news than the last read is not kept", () => {
  seen(0, 7n);
  seen(5, 8n);
  seen(10, 8n);
  seen(7, 9n);
  expect(rows()).toEqual([
    [0, 0, 7n],
    [5, 10, 8n],
  ]);
});
