import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../testing";
import { HOUR, SILENT } from "../functions/testing";

let world: World;
beforeEach(async () => {
  world = await openWorld({ config: { syncCron: "0 * * * *" } });
});
afterEach(() => world.close());

/** An event comes while the app is away, and stays away through all tries of its run. Then it is back. */
async function sendWhileAway(name: string, data: object, id: string): Promise<void> {
  const { engine } = world;
  const there = engine.fetch;
  engine.fetch = () => Promise.reject(Object.assign(new TypeError("fetch failed"), { code: "ECONNREFUSED" }));
  await world.send(name, data, id);
  await world.advance(10_000, 1_000);
  engine.fetch = there;
  await world.advance(2 * HOUR, HOUR);
}

describe("asked for while the app was away through all tries of its run", () => {
  test("an escrow is on record as not created, with the reason, and nothing is locked", async () => {
    const data = { escrow_id: "esc_1", amount_usdc: 50, counterparty: SILENT };
    await sendWhileAway("purple-flea/escrow.created", data, "e1");
    expect(world.row("select status, amount_micro, reason from escrows")).toEqual({
      status: "not_created",
      amount_micro: 50_000_000n,
      reason: expect.stringMatching(/^its run failed: ./),
    });
    expect(world.rows("select title from timeline where subject_ref = 'esc_1'")).toEqual([
      { title: "Not created" },
    ]);
    expect(world.calls("POST /api/escrow/create")).toBe(0);
  });
  test("a bet is on record as skipped, with the reason", async () => {
    const data = { game: "coin_flip", side: "heads", stake_usdc: 1 };
    await sendWhileAway("purple-flea/bet.requested", data, "b1");
    expect(world.row("select request_key, status, reason from bets")).toEqual({
      request_key: "b1",
      status: "skipped",
      reason: expect.stringMatching(/^its run failed/),
    });
    expect(world.calls("POST /api/casino/bet")).toBe(0);
  });
  test("an alert is on record as skipped, with the reason", async () => {
    const data = { asset: "ETH", price: 2840, direction: "long" };
    await sendWhileAway("purple-flea/price.alert", data, "a1");
    expect(world.row("select outcome from alerts where id = 'a1'")).toEqual({ outcome: "skipped" });
  });
  test("an escrow that cannot be read leaves no row that says something else", async () => {
    const data = { escrow_id: "esc_1", amount_usdc: "ten dollars", counterparty: SILENT };
    await sendWhileAway("purple-flea/escrow.created", data, "e1");
    expect(world.rows("select ref from escrows")).toEqual([]);
    expect(world.row("select status from runs where event_name = 'purple-flea/escrow.created'")).toEqual({
      status: "failed",
    });
  });
});
