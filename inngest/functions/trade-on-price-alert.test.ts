import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../testing";
import { MINUTE, ORDER, alertsIn } from "./testing";

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

  test("an order that is taken with a word we do not know is unknown, says the word, and is read again", async () => {
    await world.close();
    let word: string | null = "parked";
    world = await openWorld({
      config: { syncCron: "*/5 * * * *" },
      async upstream(request, next) {
        const reply = await next(request);
        if (word === null || !request.url.includes("/trading/order")) return reply;
        const order = (await reply.json()) as object; // the sandbox's own answer
        return Response.json({ ...order, status: word, fill_price: null, filled_at: null });
      },
    });
    await alert("a1");
    expect(world.row("select status, reason from trades")).toEqual({
      status: "unknown",
      reason: 'Purple Flea says "parked"',
    });
    expect(world.row("select status from intents")).toEqual({ status: "done" });
    word = null;
    await world.advance(6 * MINUTE, MINUTE);
    expect(world.row("select status, reason from trades")).toEqual({ status: "filled", reason: null });
    expect(world.calls(ORDER)).toBe(1);
  });
});
