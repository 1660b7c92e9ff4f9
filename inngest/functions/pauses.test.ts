import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claimFaucet, createEscrow, placeBet } from "../../app/commands/ask.server";
import { sendPriceAlert } from "../../app/commands/send-price-alert.server";
import { decideEscrow } from "../../app/commands/decide-escrow.server";
import { pauseActions, resumeActions } from "../../app/commands/steer-actions.server";
import { listHeld, listPauses } from "../../db/read/pauses";
import { pauseKinds, type PauseKind } from "../../domain/pauses";
import { openWorld, type World, type WorldOptions } from "../testing";
import { HOUR, MINUTE, ORDER, SILENT, alertsIn, escrowsIn } from "./testing";

let world: World;
const { alert, outcome } = alertsIn(() => world);
const { create } = escrowsIn(() => world);
beforeEach(async () => {
  world = await openWorld({ config: { syncCron: "0 */6 * * *" } });
});
afterEach(() => world.close());

async function pause(...kinds: PauseKind[]) {
  const form = world.form({ reason: "looking into it" });
  for (const kind of kinds) form.append("kinds", kind);
  const result = pauseActions(world.desk, world.operator, form);
  await world.settle();
  return result;
}
async function resume(kinds: PauseKind[], keep?: { shown: string[]; keep: string[] }) {
  const form = world.form({ reason: "it is fine" });
  for (const kind of kinds) form.append("kinds", kind);
  for (const id of keep?.shown ?? []) form.append("shown", id);
  for (const id of keep?.keep ?? []) form.append("keep", id);
  const result = resumeActions(world.desk, world.operator, form);
  await world.settle();
  return result;
}
const escrow = (ref: string) =>
  world.row<{ status: string; reason: string | null }>(
    "select status, reason from escrows where ref = ?",
    ref,
  );
const lastAnswer = () =>
  world.row<{ state: string; message: string }>(
    "select state, message from command_outcomes order by at desc, command_id desc limit 1",
  );

describe("a pause", () => {
  test("refuses every form of its kinds in words, and says who, why and since when", async () => {
    await create("esc_1");
    expect((await pause(...pauseKinds)).kind).toBe("accepted");
    const refused = [
      sendPriceAlert(world.desk, world.operator, world.form({ asset: "ETH", price: "1", direction: "long" })),
      createEscrow(
        world.desk,
        world.operator,
        world.form({ escrow_id: "esc_2", amount_usdc: "5", counterparty: SILENT }),
      ),
      placeBet(world.desk, world.operator, world.form({ side: "heads", stake_usdc: "1" })),
      claimFaucet(world.desk, world.operator, world.form()),
      decideEscrow(
        world.desk,
        world.operator,
        world.form({
          ref: "esc_1",
          version: "1",
          seen_amount: "",
          seen_payee: "",
          seen_status: "",
          seen_deadline: "",
        }),
        "release",
      ),
    ];
    for (const result of refused) {
      expect(result.kind).toBe("paused");
      expect(result.kind === "paused" && result.message).toMatch(/looking into it.*Nothing was sent/);
    }
    expect(listPauses(world.read).map((one) => [one.kind, one.operatorName, one.reason])).toEqual(
      pauseKinds.map((kind) => [kind, "Olive Operator", "looking into it"]),
    );
    expect(lastAnswer()).toMatchObject({ state: "confirmed" });
    expect(
      world.row("select count(*) n from audit where action = 'pause-actions' and reason = 'looking into it'"),
    ).toEqual({ n: 1n });
  });

  test("works before the engine has heard of it: the intent's own transaction looks", async () => {
    const form = world.form({ reason: "now" });
    form.append("kinds", "trade");
    // Recorded at the desk, its event not sent yet.
    pauseActions(world.desk, world.operator, form);
    await alert("a1");
    expect(outcome("a1")?.outcome).toBe("held");
    expect(world.calls(ORDER)).toBe(0);
  });

  test("without a reason, or of nothing, is refused", async () => {
    const nothing = world.form({ reason: "why" });
    expect(pauseActions(world.desk, world.operator, nothing)).toMatchObject({ kind: "invalid" });
    const silent = world.form({ reason: " " });
    silent.append("kinds", "trade");
    expect(pauseActions(world.desk, world.operator, silent)).toMatchObject({
      kind: "invalid",
      fields: { reason: "Say why; it stays on record." },
    });
  });

  test("of trades holds alerts; resuming shows them and sends each on once", async () => {
    await pause("trade");
    await alert("a1");
    await alert("a2", { asset: "BTC" });
    await alert("a1");
    expect(listHeld(world.read).alerts.map((one) => one.id)).toEqual(["a1", "a2"]);
    await resume(["trade"], { shown: ["alert:a1", "alert:a2"], keep: ["alert:a1", "alert:a2"] });
    await world.advance(MINUTE);
    expect([outcome("a1")?.outcome, outcome("a2")?.outcome]).toEqual(["traded", "traded"]);
    expect(world.calls(ORDER)).toBe(2);
    expect(world.rows("select alert_id from trades order by alert_id")).toEqual([
      { alert_id: "a1" },
      { alert_id: "a2" },
    ]);
    expect(lastAnswer()?.message).toBe("Resumed: trades. 2 held went on, 0 dropped.");
  });

  test("what is taken out of the list does not go on; what came after the list does", async () => {
    await pause("trade");
    await alert("a1");
    await alert("a2", { asset: "BTC" });
    await resume(["trade"], { shown: ["alert:a1"], keep: [] });
    await world.advance(MINUTE);
    expect(outcome("a1")).toMatchObject({ outcome: "skipped" });
    expect(outcome("a1")?.reason).toMatch(/dropped by Olive Operator/);
    expect(outcome("a2")?.outcome).toBe("traded");
  });

  test("what a person takes out was skipped and did not fail, for whoever had asked for it", async () => {
    sendPriceAlert(world.desk, world.operator, world.form({ asset: "ETH", price: "1", direction: "long" }));
    createEscrow(
      world.desk,
      world.operator,
      world.form({ escrow_id: "esc_1", amount_usdc: "5", counterparty: SILENT }),
    );
    await pause("trade", "escrow-create");
    const held = world.row<{ id: string }>("select id from alerts where outcome = 'held'")?.id ?? "none";
    await resume(["trade", "escrow-create"], { shown: [`alert:${held}`, "escrow:esc_1"], keep: [] });
    expect(
      world.rows(
        "select kind, state from commands join command_outcomes on command_id = id where kind not like '%-actions' order by kind",
      ),
    ).toEqual([
      { kind: "create-escrow", state: "skipped" },
      { kind: "send-price-alert", state: "skipped" },
    ]);
  });

  test("an alert that grew too old while it was held is skipped with that reason", async () => {
    await pause("trade");
    await alert("a1");
    await world.advance(HOUR);
    await resume(["trade"]);
    expect(outcome("a1")).toMatchObject({ outcome: "skipped" });
    expect(outcome("a1")?.reason).toMatch(/too old/);
    expect(world.calls(ORDER)).toBe(0);
  });

  test("held, and the event that lets it go on is lost: the next sync lets it go on", async () => {
    await pause("trade", "escrow-create");
    await alert("a1");
    await create("esc_1");
    // As if the engine had forgotten it: the pause is over at the desk, and nobody was told.
    world.mirror.$client.prepare("update pauses set paused = 0").run();
    await world.advance(11 * MINUTE);
    await world.send("purple-flea/sync.requested", {}, "sync");
    await world.advance(MINUTE);
    expect(outcome("a1")?.outcome).toBe("traded");
    expect(escrow("esc_1")?.status).toBe("pending");
  });

  test("resumed while still paused: held again, not lost", async () => {
    await pause("trade");
    await alert("a1");
    await world.send("purple-flea/alert.resumed", { alert_id: "a1" }, "forged");
    expect(outcome("a1")?.outcome).toBe("held");
    expect(world.calls(ORDER)).toBe(0);
  });

  test("of new escrows holds what is asked for; resumed, its seven days begin with its lock", async () => {
    await pause("escrow-create");
    await create("esc_1");
    await create("esc_2");
    expect(escrow("esc_1")).toMatchObject({ status: "held" });
    expect(world.calls("POST /api/escrow/create")).toBe(0);
    await world.advance(2 * HOUR);
    await resume(["escrow-create"], {
      shown: ["escrow:esc_1", "escrow:esc_2"],
      keep: ["escrow:esc_1"],
    });
    expect(escrow("esc_1")?.status).toBe("pending");
    expect(escrow("esc_2")).toMatchObject({ status: "not_created" });
    expect(world.calls("POST /api/escrow/create")).toBe(1);
    const deadline = world.row<{ at: bigint }>("select expires_at at from escrows where ref = 'esc_1'");
    expect(Number(deadline?.at) - world.clock.now()).toBeGreaterThan(7 * 24 * HOUR - MINUTE);
  });

  test("of releases keeps a confirmation on record and the money locked, until it is lifted", async () => {
    await create("esc_1");
    await pause("escrow-release");
    const remote = world.row<{ id: string }>("select remote_id id from escrows")?.id ?? "";
    world.purpleFlea.confirm(remote, world.clock.now());
    await world.advance(3 * HOUR, 30 * MINUTE);
    expect(escrow("esc_1")?.status).toBe("pending");
    expect(world.calls(`POST /api/escrow/${remote}/release`)).toBe(0);
    expect(listHeld(world.read).releases.map((one) => one.ref)).toEqual(["esc_1"]);
    await resume(["escrow-release"]);
    await world.advance(1_000);
    expect(escrow("esc_1")?.status).toBe("released");
    expect(world.calls(`POST /api/escrow/${remote}/release`)).toBe(1);
  });

  test("of escrows that comes between a request and its run: it is answered when it goes on", async () => {
    const form = world.form({ escrow_id: "esc_9", amount_usdc: "5", counterparty: SILENT });
    expect(createEscrow(world.desk, world.operator, form).kind).toBe("accepted");
    await pause("escrow-create");
    expect(escrow("esc_9")?.status).toBe("held");
    await resume(["escrow-create"]);
    expect(escrow("esc_9")?.status).toBe("pending");
    const id = form.get("command_id");
    expect(world.row("select state from command_outcomes where command_id = ?", id)).toEqual({
      state: "confirmed",
    });
  });

  test("of bets skips what falls due and says so", async () => {
    await pause("bet");
    await world.send("purple-flea/bet.requested", { game: "coin_flip", side: "heads", stake_usdc: 1 }, "b1");
    const row = world.row<{ status: string; reason: string }>("select status, reason from bets");
    expect(row).toMatchObject({ status: "skipped" });
    expect(row?.reason).toMatch(/paused by an operator/);
  });

  test("of claims lets a day pass, and says so to who asked", async () => {
    await pause("claim");
    await world.advance(24 * HOUR, HOUR);
    expect(world.rows("select ref from claims")).toEqual([]);
    expect(world.calls("POST /faucet/api/claim")).toBe(0);
  });
});

describe("limits, checked where the intent is written", () => {
  const open = async ({ config }: { config: WorldOptions["config"] }) => {
    await world.close();
    world = await openWorld({ config: { syncCron: "0 */6 * * *", ...config } });
  };
  test("an order over the largest is not sent", async () => {
    await open({ config: { tradeMaxMicro: 9_000_000n } });
    await alert("a1");
    expect(outcome("a1")?.reason).toMatch(/over the limit of 9.000000 USDC/);
    expect(world.calls(ORDER)).toBe(0);
  });
  test("the day's sum, and it begins anew at midnight UTC", async () => {
    await open({ config: { tradeDailyLimitMicro: 20_000_000n } });
    for (const id of ["a1", "a2", "a3"]) await alert(id);
    expect(outcome("a3")?.reason).toMatch(/daily limit for trades/);
    expect(world.calls(ORDER)).toBe(2);
    await world.advance(13 * HOUR);
    await alert("a4");
    expect(outcome("a4")?.outcome).toBe("traded");
  });
  test("the day's sum of an asset, and of those not named", async () => {
    const tradeAssetLimits = new Map([
      ["ETH", 10_000_000n],
      ["*", 0n],
    ]);
    await open({ config: { tradeAssetLimits } });
    await alert("a1");
    await alert("a2");
    await alert("a3", { asset: "DOGE" });
    expect(outcome("a1")?.outcome).toBe("traded");
    expect(outcome("a2")?.reason).toMatch(/daily limit for ETH/);
    expect(outcome("a3")?.reason).toMatch(/daily limit for DOGE/);
    expect(world.calls(ORDER)).toBe(1);
  });
  test("alerts at once: the balance is checked with what the others have committed", async () => {
    world.purpleFlea.books.move(
      world.clock.now(),
      "wallet",
      "outside",
      12_480_317_250n - 25_000_000n,
      "spent",
    );
    await Promise.all(["a1", "a2", "a3", "a4"].map((id) => alert(id)));
    await world.advance(5 * MINUTE);
    expect(world.calls(ORDER)).toBeLessThanOrEqual(2);
    expect(world.purpleFlea.balance()).toBeGreaterThanOrEqual(0n);
    expect(world.rows("select id from alerts where outcome in ('received', 'waiting')")).toEqual([]);
  });
});
