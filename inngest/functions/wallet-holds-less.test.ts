import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatMicro } from "../../domain/money";
import { openWorld, type World } from "../testing";
import { CREATE, escrowsIn } from "./testing";

let world: World;
let wallet: bigint;
beforeEach(async () => {
  world = await openWorld();
  await world.send("purple-flea/sync.requested", {}, "sync");
  wallet =
    world.row<{ amount: bigint }>(
      "select amount_micro amount from balances where kind = 'wallet' order by at desc limit 1",
    )?.amount ?? 0n;
  expect(wallet).toBeGreaterThan(1_000_000n);
});
afterEach(() => world.close());

const escrows = escrowsIn(() => world);
const create = (ref: string, amount: bigint) => escrows.create(ref, { amount_usdc: formatMicro(amount) });
const row = (ref: string) =>
  world.row<{ status: string; reason: string | null }>(
    "select status, reason from escrows where ref = ?",
    ref,
  );

describe("an escrow larger than the wallet", () => {
  test("is not created by one micro, is not asked for, and locks nothing", async () => {
    await create("esc_1", wallet + 1n);
    expect(row("esc_1")).toEqual({ status: "not_created", reason: "the wallet holds less than this escrow" });
    expect(world.calls(CREATE)).toBe(0);
    expect(world.row("select status from intents where key = 'escrow-create:esc_1'")).toEqual({
      status: "skipped",
    });
    await create("esc_2", wallet);
    expect(row("esc_2")?.status).toBe("pending");
    expect(world.calls(CREATE)).toBe(1);
  });

  test("is not created either when only what an earlier one has reserved makes it so", async () => {
    // Sent and without an answer: it may hold its amount.
    world.fault({ call: "escrow.create", kind: "drop-after" });
    await create("esc_1", wallet - 1_000_000n);
    expect(row("esc_1")?.status).toBe("unknown");
    await create("esc_2", 1_000_001n);
    expect(row("esc_2")).toEqual({ status: "not_created", reason: "the wallet holds less than this escrow" });
    expect(world.calls(CREATE)).toBe(1);
  });
});
