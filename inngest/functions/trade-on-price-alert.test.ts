import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../testing";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const alert = (id: string, more = {}) =>
  world.send("purple-flea/price.alert", { asset: "ETH", price: 2840, direction: "long", ...more }, id);

describe("trade on price alert", () => {
  test("one order, one trade, one story", async () => {
    await alert("a1");
    expect(world.row("select status, fill_price is not null filled from trades")).toEqual({
      status: "filled",
      filled: 1n,
    });
    expect(world.calls("POST /api/trading/order")).toBe(1);
  });
});
