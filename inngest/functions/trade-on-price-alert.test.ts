import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../testing";
import { ORDER, alertsIn } from "./testing";

let world: World;
const { alert } = alertsIn(() => world);
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe("trade on price alert", () => {
  test("one order, one trade, one story", async () => {
    await alert("a1");
    expect(world.row("select status, fill_price is not null filled from trades")).toEqual({
      status: "filled",
      filled: 1n,
    });
    expect(world.calls(ORDER)).toBe(1);
  });
});
