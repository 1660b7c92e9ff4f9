import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { settleUnknown } from "../../app/commands/settle-unknown.server";
import type { AfterUnknown } from "../../domain/after-unknown";
import { openWorld, type World } from "../testing";
import { MINUTE, ORDER, alertsIn } from "./testing";

let world: World;
const { alert, outcome } = alertsIn(() => world);
afterEach(() => world.close());

async function lose(id: string, asset: string) {
  world.fault({ call: "order.create", kind: "drop-before" });
  await alert(id, { asset });
  expect(outcome(id)?.outcome).toBe("unknown");
}

describe("an order whose outcome is unknown", () => {
  beforeEach(async () => {
    world = await openWorld();
    await lose("lost", "ETH");
  });

  test("holds its own market and no other", async () => {
    await alert("same");
    await alert("other", { asset: "BTC" });
    expect(outcome("other")?.outcome).toBe("traded");
    expect(outcome("same")).toMatchObject({
      outcome: "waiting",
      reason: expect.stringMatching(/^waits for order tr_\w+ on ETH, whose outcome is unknown$/) as string,
    });
    await world.advance(3 * MINUTE);
    expect(outcome("same")?.outcome).toBe("skipped");
    expect(world.calls(ORDER)).toBe(2);
  });

  test("holds its market also when its row has the name as it was spelled before names were read", async () => {
    world.mirror.$client.exec("update intents set asset = 'ETHUSDT'");
    await alert("same");
    expect(outcome("same")?.outcome).toBe("waiting");
    expect(world.calls(ORDER)).toBe(1);
  });

  test.each<[AfterUnknown, same: string, other: string]>([
    ["all", "waiting", "waiting"],
    ["market", "waiting", "traded"],
    ["none", "traded", "traded"],
  ])("set to %s, what it holds follows when it is asked", async (after, same, other) => {
    world.deps.config.tradeAfterUnknown = after;
    await alert("same");
    await alert("other", { asset: "BTC" });
    expect([outcome("same")?.outcome, outcome("other")?.outcome]).toEqual([same, other]);
  });

  test("decided, it lets the alert that waits go on", async () => {
    await alert("same");
    const form = { intent_key: "order:lost", seen_tries: "1", reason: "looked", choice: "not-happened" };
    settleUnknown(world.desk, world.operator, world.form(form));
    await world.settle();
    await world.advance(MINUTE, 10_000);
    expect(outcome("same")?.outcome).toBe("traded");
  });

  test("two of them do not wait for each other when both are done again", async () => {
    await lose("lost-too", "BTC");
    world.deps.config.tradeAfterUnknown = "all";
    for (const id of ["lost", "lost-too"]) {
      const again = { seen_tries: "1", reason: "looked", choice: "not-happened", again: "on" };
      settleUnknown(world.desk, world.operator, world.form({ intent_key: `order:${id}`, ...again }));
      await world.settle();
      expect(outcome(id)?.outcome).toBe("traded");
    }
    expect(world.calls(ORDER)).toBe(4);
  });
});

test("what an order of unknown outcome may have cost is in reserve, whatever it holds", async () => {
  world = await openWorld({ config: { tradeDailyLimitMicro: 25_000_000n } });
  await lose("lost", "ETH");
  await alert("second", { asset: "BTC" });
  await alert("third", { asset: "SOL" });
  expect(outcome("second")?.outcome).toBe("traded");
  expect(outcome("third")).toMatchObject({
    outcome: "skipped",
    reason: expect.stringMatching(/limit/) as string,
  });
});
