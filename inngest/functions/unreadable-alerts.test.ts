import { afterEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../testing";
import { DAY, HOUR, ORDER, alertsIn } from "./testing";

/** Days pass without a read every five minutes. */
const SELDOM = { syncCron: "0 0 1 1 *" };
let world: World;
const { alert } = alertsIn(() => world);
afterEach(() => world.close());

const alerts = () =>
  world.rows<Record<string, unknown>>(
    "select id, asset, named, direction, outcome, reason, payload from alerts order by received_at, id",
  );

describe("an alert as exchanges spell it", () => {
  test.each([
    [{ asset: "ethusdt" }, "ETH", "long"],
    [{ asset: "BINANCE:ETHUSDT" }, "ETH", "long"],
    [{ asset: "kPEPE" }, "kPEPE", "long"],
    [{ asset: "ETH-PERP", direction: "sell", triggered_by: null }, "ETH", "short"],
    [{ direction: "buy" }, "ETH", "long"],
  ])("%j trades", async (more, market, side) => {
    world = await openWorld();
    await alert("a1", more);
    expect(world.rows("select asset, side, status from trades")).toEqual([
      { asset: market, side, status: "filled" },
    ]);
    expect(world.purpleFlea.db.prepare("select asset, side from orders").all()).toEqual([
      { asset: market, side },
    ]);
    const named = "asset" in more && more.asset !== market ? more.asset : null;
    expect(alerts()).toMatchObject([{ asset: market, named }]);
  });

  test("counts against the limit of its market, and not against another's", async () => {
    const limits = new Map([
      ["ETH", 10_000_000n],
      ["PEPE", 0n],
    ]);
    world = await openWorld({ config: { tradeAssetLimits: limits } });
    await alert("a1", { asset: "ETHUSDT" });
    await alert("a2", { asset: "BYBIT:ETHUSDT.P" });
    await alert("a3", { asset: "kPEPE" });
    await alert("a4", { asset: "PEPEUSDT" });
    expect(alerts().map(({ outcome }) => outcome)).toEqual(["traded", "skipped", "traded", "skipped"]);
  });

  test("waits for an order of unknown outcome on its market, however that one was spelled", async () => {
    world = await openWorld();
    world.fault({ call: "order.create", kind: "drop-before" });
    await alert("lost", { asset: "ETHUSDT" });
    await alert("same", { asset: "ETH-PERP" });
    expect(alerts().map(({ outcome }) => outcome)).toEqual(["unknown", "waiting"]);
  });
});

describe("an alert that cannot be read", () => {
  test("is refused with the reason and what came; its run ends, and nothing is sent", async () => {
    world = await openWorld({ config: SELDOM });
    await alert("a1", { price: "2,840.50", note: "\u202e<b>" });
    await world.advance(HOUR);
    const [row] = alerts();
    expect(row).toMatchObject({
      asset: "",
      named: "ETH",
      outcome: "refused",
      reason: "not read: the price “2,840.50” is not a plain number above 0, such as 2840.50",
    });
    expect(row?.payload).toContain('"note": "\\u202e<b>"');
    expect(world.rows("select status from runs where function_id = 'trade-on-price-alert'")).toEqual([
      { status: "completed" },
    ]);
    expect(world.rows("select 1 from steps where status = 'failed'")).toEqual([]);
    expect(world.calls(ORDER)).toBe(0);
    expect(world.calls("GET /api/wallet/balance")).toBe(0);
  });

  test("delivered again, also after the engine has forgotten it, is one row", async () => {
    world = await openWorld({ config: SELDOM });
    await alert("a1", { direction: "hold" });
    await world.advance(2 * DAY);
    await alert("a1", { direction: "hold" });
    expect(alerts()).toHaveLength(1);
    expect(world.rows("select 1 from runs where function_id = 'trade-on-price-alert'")).toHaveLength(2);
  });

  test("does not stand in the way of the same event in a form that can be read", async () => {
    world = await openWorld({ config: SELDOM });
    await alert("a1", { direction: "hold" });
    await world.advance(2 * DAY);
    await alert("a1", {});
    expect(
      alerts()
        .map(({ outcome }) => outcome)
        .sort(),
    ).toEqual(["refused", "traded"]);
    expect(world.calls(ORDER)).toBe(1);
  });

  test("without any data it is a row too", async () => {
    world = await openWorld({ config: SELDOM });
    await world.send("purple-flea/trade.trigger", {}, "a1");
    await world.send("purple-flea/trade.trigger", undefined, "a2");
    expect(alerts().map(({ outcome }) => outcome)).toEqual(["refused", "refused"]);
  });
});
