import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tradeStatuses, type TradeStatus } from "../../domain/statuses";
import { alerts, intents, timeline } from "../schema";
import { explainQueries, openTestDatabase } from "../testing";
import { parseCursor, type PageRequest } from "./keyset";
import { countTrades, countTradeViews, getTrade, listTradeFacets, listTrades } from "./trades";
import type { TradeFilter, TradeSort } from "./trades";
import { intentKeys } from "../../domain/keys";

const ROWS = 100_000;
let db: ReturnType<typeof openTestDatabase>;
const assetOf = (n: number) => (n % 3 === 0 ? "BTC" : n % 3 === 1 ? "ETH" : "SOL");
/** One in a thousand is unknown; the others take turns. */
const statusOf = (n: number): TradeStatus =>
  n % 1000 === 7 ? "unknown" : (tradeStatuses[n % (tradeStatuses.length - 1)] ?? "open");

beforeAll(() => {
  db = openTestDatabase();
  const insert = db.writer.$client.prepare(
    `insert into trades (ref, alert_id, agent_id, asset, side, size_micro, alert_price, status, created_at, observed_at, updated_at, version)
     values (?, ?, ?, ?, ?, ?, '1', ?, ?, 0, 0, 1)`,
  );
  db.writer.$client.transaction(() => {
    for (let n = 0; n < ROWS; n++) {
      const ref = `tr_${String(n).padStart(6, "0")}`;
      // Four trades share each millisecond.
      insert.run(
        ref,
        `al_${n}`,
        n === 5 ? "ag_rare" : "ag_main",
        assetOf(n),
        n % 2 ? "long" : "short",
        BigInt((n * 7919) % 5000),
        statusOf(n),
        BigInt(Math.floor(n / 4)),
      );
    }
  })();
});
afterAll(() => db.close());

function refs(
  filter: TradeFilter,
  page: PageRequest = { at: "first" },
  sort: TradeSort = "placed",
  size = 50,
) {
  return listTrades(db.reader, filter, { sort, direction: "desc" }, page, size).rows.map((row) => row.ref);
}

describe("the list of trades", () => {
  test("begins with the newest and ends with the oldest", () => {
    expect(refs({})[0]).toBe("tr_099999");
    expect(refs({}, { at: "last" }).at(-1)).toBe("tr_000000");
    expect(refs({}, { at: "last" })).toHaveLength(50);
  });

  test("each filter leaves what it names, and together they leave what all name", () => {
    const filter = {
      statuses: ["unknown", "open"],
      asset: "ETH",
      side: "long",
      agentId: "ag_main",
      fromMs: 1_000,
      untilMs: 20_000,
    } as const;
    const expected = Array.from({ length: ROWS }, (_, n) => n)
      .filter((n) => statusOf(n) === "unknown" || statusOf(n) === "open")
      .filter((n) => assetOf(n) === "ETH" && n % 2 === 1 && n !== 5 && n >= 4_000 && n < 80_000)
      .map((n) => `tr_${String(n).padStart(6, "0")}`)
      .reverse();
    expect(expected.some((ref) => ref.endsWith("007"))).toBe(true);
    expect(refs(filter, { at: "first" }, "placed", 20_000)).toEqual(expected);
    expect(refs({ agentId: "ag_rare" })).toEqual(["tr_000005"]);
    expect(refs({ asset: "DOGE" })).toEqual([]);
  });

  test("by size, ties go by ref and the next page goes on where the first stopped", () => {
    const first = listTrades(db.reader, {}, { sort: "size", direction: "desc" }, { at: "first" }, 30);
    const cursor = parseCursor(first.after ?? "");
    if (!cursor) throw new Error("no second page");
    const second = listTrades(
      db.reader,
      {},
      { sort: "size", direction: "desc" },
      { at: "after", cursor },
      30,
    );
    const both = [...first.rows, ...second.rows];
    const sorted = [...both].sort((a, b) => Number(b.sizeMicro - a.sizeMicro) || (a.ref < b.ref ? 1 : -1));
    expect(both.map((row) => row.ref)).toEqual(sorted.map((row) => row.ref));
    expect(new Set(both.map((row) => row.ref)).size).toBe(60);
  });

  test("counts are capped, and exact when asked", () => {
    expect(countTrades(db.reader, {})).toEqual({ n: 10_000, capped: true });
    expect(countTrades(db.reader, {}, true)).toEqual({ n: ROWS, capped: false });
    expect(countTrades(db.reader, { statuses: ["unknown"] })).toEqual({ n: 100, capped: false });
    expect(countTradeViews(db.reader).unknown).toEqual({ n: 100, capped: false });
  });

  test("facets are the values there are", () => {
    expect(listTradeFacets(db.reader)).toEqual({
      assets: ["BTC", "ETH", "SOL"],
      agents: ["ag_main", "ag_rare"],
    });
  });
});

describe("every page is a seek", () => {
  const deep: PageRequest = { at: "after", cursor: { value: 100n, id: "tr_000400" } };
  const back: PageRequest = { at: "before", cursor: { value: 100n, id: "tr_000400" } };
  const cases: [string, TradeFilter, TradeSort, RegExp][] = [
    ["all, by time", {}, "placed", /trades_created/],
    ["one status, by time", { statuses: ["unknown"] }, "placed", /trades_status_created \(status=\?/],
    [
      "three statuses, by time",
      { statuses: ["open", "filled", "unknown"] },
      "placed",
      /trades_status_created \(status=\?/,
    ],
    ["one market, by time", { asset: "BTC" }, "placed", /trades_asset_created \(asset=\?/],
    ["one agent, by time", { agentId: "ag_rare" }, "placed", /trades_agent_created \(agent_id=\?/],
    ["all, by size", {}, "size", /trades_size/],
    ["one market, by size", { asset: "BTC" }, "size", /trades_size/],
    ["one status, by size", { statuses: ["filled"] }, "size", /trades_status_size \(status=\?/],
  ];
  for (const [name, filter, sort, index] of cases)
    for (const page of [{ at: "first" }, deep, back, { at: "last" }] as PageRequest[])
      test(`${name}, ${page.at}`, () => {
        const plans = explainQueries(db.reader, () => refs(filter, page, sort));
        expect(plans.length).toBeGreaterThan(0);
        for (const plan of plans) {
          expect(plan).toMatch(index);
          expect(plan).not.toMatch(/TEMP B-TREE/);
        }
      });

  test("a page after the cursor seeks to it", () => {
    const [plan] = explainQueries(db.reader, () => refs({}, deep));
    expect(plan).toMatch(/SEARCH trades USING INDEX trades_created \(\(created_at,ref\)<\(\?,\?\)\)/);
  });

  test("capped counts read an index alone", () => {
    for (const plan of explainQueries(db.reader, () => countTradeViews(db.reader)))
      expect(plan).toMatch(/COVERING INDEX/);
  });
});

describe("one trade", () => {
  test("comes with its alert, its intent and its story in time order", () => {
    const at = 5_000;
    db.writer
      .insert(alerts)
      .values({
        id: "al_42",
        asset: "BTC",
        price: "91000.5",
        direction: "long",
        eventName: "purple-flea/price.alert",
        receivedAt: at,
        outcome: "traded",
        tradeRef: "tr_000042",
        updatedAt: at,
      })
      .run();
    db.writer
      .insert(intents)
      .values({
        key: intentKeys.order("al_42"),
        action: "order",
        subjectRef: "tr_000042",
        amountMicro: 10_000_000n,
        idempotencyKey: "k",
        status: "done",
        tries: 1,
        createdAt: at,
        updatedAt: at,
      })
      .run();
    for (const [id, when, subject] of [
      ["t2", 30, "tr_000042"],
      ["t1", 10, "tr_000042"],
      ["t3", 20, "tr_000043"],
    ] as const)
      db.writer
        .insert(timeline)
        .values({
          id,
          subjectType: "trade",
          subjectRef: subject,
          at: when,
          kind: "k",
          title: id,
          actorKind: "function",
          actorId: "f",
        })
        .run();
    const found = getTrade(db.reader, "tr_000042");
    expect(found?.trade.alertId).toBe("al_42");
    expect(found?.alert?.price).toBe("91000.5");
    expect(found?.intent?.status).toBe("done");
    expect(found?.timeline.map((entry) => entry.id)).toEqual(["t1", "t2"]);
  });
  test("is null when there is none", () => {
    expect(getTrade(db.reader, "tr_nothing")).toBeNull();
  });
  test("without alert and intent it is still shown", () => {
    expect(getTrade(db.reader, "tr_000001")).toMatchObject({ alert: null, intent: null, timeline: [] });
  });
});
