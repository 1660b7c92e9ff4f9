import { afterEach, expect, test, vi } from "vitest";
import { Stopped } from "./life";
import { World } from "./world";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
// Days of virtual time are seconds of work, and more on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 120_000 });
let world: World | undefined;
afterEach(() => world?.close());

const alert = { asset: "ETH", price: 2840.5, direction: "long" };
const escrow = (ref: string, counterparty: string) => ({
  name: "purple-flea/escrow.created",
  data: { escrow_id: ref, amount_usdc: 50, counterparty },
});
const rows = (sql: string) => world?.requireApp().writer.$client.prepare(sql).raw().all();

test("a week passes in one process: alerts trade, escrows end as Purple Flea has them", async () => {
  world = new World({ seed: 1 });
  await world.introduce();
  void world.send({ name: "purple-flea/price.alert", id: "alert-1", data: alert });
  void world.send(escrow("esc_confirmed", "0xabc2"));
  void world.send(escrow("esc_forgotten", "0xabc1"));
  await world.pass(9 * DAY_MS);
  expect(rows("select ref, status from escrows order by ref")).toEqual([
    ["esc_confirmed", "released"],
    ["esc_forgotten", "refunded"],
  ]);
  expect(rows("select status from trades")).toEqual([["closed"]]);
  expect(rows("select count(*) from runs where ended_at is null")).toEqual([[0n]]);
  expect(world.requirePurpleFlea().upstream.books.sum()).toBe(0n);
});

test("the app is stopped behind a commit and goes on from disk", async () => {
  let commits = 0;
  const stopping = new World({
    seed: 2,
    committed(life) {
      if (life.name !== "app" || ++commits !== 12) return;
      stopping.kill("app");
      stopping.later(MINUTE_MS, () => stopping.start("app"));
      throw new Stopped();
    },
  });
  world = stopping;
  await world.introduce();
  void world.send({ name: "purple-flea/price.alert", id: "alert-1", data: alert });
  await world.pass(30 * MINUTE_MS);
  expect(commits).toBeGreaterThan(12);
  expect(rows("select id, outcome from alerts")).toEqual([["alert-1", "traded"]]);
  expect(world.requirePurpleFlea().upstream.books.all().positions).toBe(10_000_000n);
});

test("the same seed is the same history", async () => {
  const told: string[] = [];
  const once = async () => {
    const calls: string[] = [];
    world = new World({
      seed: 3,
      observer: {
        ended: ({ call }, outcome) =>
          void calls.push(
            `${world?.time.now()} ${call} ${outcome instanceof Error ? outcome.message : outcome.status}`,
          ),
      },
    });
    await world.introduce();
    for (let n = 0; n < 3; n++) {
      void world.send({ name: "purple-flea/price.alert", id: `alert-${n}`, data: alert });
      void world.send(escrow(`esc_${n}`, `0xabc${n}`));
    }
    await world.pass(DAY_MS);
    world.close();
    told.push(calls.join("\n"));
  };
  await once();
  await once();
  expect(told[0]?.length).toBeGreaterThan(1_000);
  expect(told[1]).toBe(told[0]);
});
