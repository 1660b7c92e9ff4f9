import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openUpstream } from "./upstream";

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 24, 8);
let folder: string;
let now = START;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "purple-flea-"));
  now = START;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process on the one file. No webhook arrives. */
const start = () =>
  openUpstream({
    file: join(folder, "purple-flea.sqlite"),
    seed: "1",
    now: () => now,
    wallNow: () => now,
    webhookUrl: "http://nobody.test/",
    webhookSecret: "whsec_test",
    fetch: () => Promise.reject(new Error("nobody answers")),
  });

/** Does what is due, and is stopped where it would tell of it: behind every other write of the same deed. */
async function cutOff(work: (upstream: ReturnType<typeof start>) => Promise<void> | void): Promise<void> {
  const upstream = start();
  upstream.db.exec("alter table webhooks rename to elsewhere");
  await expect(async () => work(upstream)).rejects.toThrow(/no such table/);
  upstream.db.exec("alter table elsewhere rename to webhooks");
  upstream.db.close();
}

describe("a Purple Flea that is killed in the middle of", () => {
  test("closing a position has moved nothing, and closes it once", async () => {
    let upstream = start();
    upstream.placeOrder("ETH", "long", 10_000_000n);
    const before = upstream.books.all();
    upstream.db.close();
    now += 4 * DAY_MS;
    await cutOff((stopped) => stopped.catchUp());
    upstream = start();
    expect(upstream.books.all()).toEqual(before);
    await upstream.catchUp();
    expect(upstream.books.balance("positions")).toBe(0n);
    upstream.db.close();
  });
  test("a refund of its own has moved nothing, and refunds once", async () => {
    let upstream = start();
    const opening = upstream.balance();
    upstream.createEscrow(50_000_000n, "0xa1", 1);
    upstream.db.close();
    now += DAY_MS;
    await cutOff((stopped) => stopped.catchUp());
    upstream = start();
    expect(upstream.books.balance("locked")).toBe(50_000_000n);
    await upstream.catchUp();
    expect([upstream.books.balance("locked"), upstream.balance()]).toEqual([0n, opening]);
    upstream.db.close();
  });
  test("taking a confirmation has not taken it, and tells of it when it has", async () => {
    let upstream = start();
    const { id } = upstream.createEscrow(50_000_000n, "0xa1", 1);
    upstream.db.close();
    await cutOff((stopped) => stopped.confirm(id, now));
    upstream = start();
    expect(upstream.getEscrow(id).confirmed_at).toBeNull();
    upstream.confirm(id, now);
    const told = upstream.db.prepare("select body from webhooks where body like '%escrow.confirmed%'").all();
    expect(told).toHaveLength(1);
    upstream.db.close();
  });
});

test("a Purple Flea that starts while the engine is off goes by the time it last heard", () => {
  const first = start();
  first.keepOffset(3 * DAY_MS);
  first.db.close();
  const second = start();
  expect(second.keptOffset()).toBe(3 * DAY_MS);
  second.db.close();
});
