import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { settleUnknown } from "../../app/commands/settle-unknown.server";
import { claimFaucet } from "../../app/commands/ask.server";
import { openWorld, type World } from "../testing";
import { CREATE, HOUR, MINUTE, ORDER, alertsIn, escrowsIn } from "./testing";

let world: World;
const { alert } = alertsIn(() => world);
const { create } = escrowsIn(() => world);
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

interface IntentRow {
  status: string;
  lock: string | null;
  tries: bigint;
  decision: string | null;
  decided_by: string | null;
  idempotency_key: string;
}
const intent = (key: string) =>
  world.row<IntentRow>(
    "select status, lock, tries, decision, decided_by, idempotency_key from intents where key = ?",
    key,
  );
/** Decides as an operator does, by the form. */
async function decide(key: string, fields: Record<string, string>) {
  const tries = String(intent(key)?.tries ?? 1);
  const form = world.form({ intent_key: key, seen_tries: tries, reason: "looked at the site", ...fields });
  const result = settleUnknown(world.desk, world.operator, form);
  await world.settle();
  return result;
}
const answers = () =>
  world.rows<{ state: string; message: string }>(
    "select state, message from command_outcomes order by at, command_id",
  );
const lastAnswer = () => answers().at(-1);

test("an order whose run was given up before it could say that no answer came: unknown, not skipped", async () => {
  world.mirror.$client.exec(
    `create trigger gone before update on alerts
     when new.outcome = 'unknown' and not exists (select 1 from runs where function_id = 'clean-up')
     begin select raise(abort, 'the app is gone'); end`,
  );
  world.fault({ call: "order.create", kind: "drop-after" });
  await alert("a1");
  await world.advance(MINUTE);
  expect(world.row("select status from runs where function_id = 'trade-on-price-alert'")).toEqual({
    status: "failed",
  });
  const left = world.row<{ outcome: string; reason: string; trade: string | null }>(
    "select outcome, reason, trade_ref trade from alerts where id = 'a1'",
  );
  expect(left).toMatchObject({ outcome: "unknown", trade: expect.stringMatching(/^tr_/) as string });
  expect(left?.reason).not.toMatch(/No order was sent/);
  expect(world.calls(ORDER)).toBe(1);
});

describe("an order whose answer got lost", () => {
  beforeEach(async () => {
    world.fault({ call: "order.create", kind: "drop-after" });
    await alert("a1");
  });

  test("is unknown, holds its market, and is not sent again however long it takes", async () => {
    await world.advance(6 * HOUR);
    expect(intent("order:a1")).toMatchObject({ status: "unknown", lock: null, tries: 1n });
    expect(world.row("select outcome from alerts where id = 'a1'")).toEqual({ outcome: "unknown" });
    expect(world.calls(ORDER)).toBe(1);
  });

  test("makes the next alert of its market wait two minutes, then skips it with the reason", async () => {
    await alert("a2");
    expect(world.row("select outcome from alerts where id = 'a2'")).toEqual({ outcome: "waiting" });
    await world.advance(3 * MINUTE);
    const second = world.row<{ outcome: string; reason: string }>(
      "select outcome, reason from alerts where id = 'a2'",
    );
    expect(second?.outcome).toBe("skipped");
    expect(second?.reason).toMatch(/it waited 2 minutes for order tr_\w+ on ETH, whose outcome is unknown/);
    expect(world.calls(ORDER)).toBe(1);
  });

  test("it happened, with its id: filled, its market is free, the next alert trades", async () => {
    const [order] = world.purpleFlea.db.prepare("select id from orders").all() as { id: string }[];
    await decide("order:a1", { choice: "happened", needs_id: "1", remote_id: order?.id ?? "" });
    expect(lastAnswer()?.state).toBe("confirmed");
    expect(world.row("select status, remote_id from trades")).toEqual({
      status: "filled",
      remote_id: order?.id,
    });
    expect(world.row("select outcome from alerts where id = 'a1'")).toEqual({ outcome: "traded" });
    expect(intent("order:a1")).toMatchObject({ status: "done", lock: null, decided_by: "Olive Operator" });
    await alert("a2");
    expect(world.calls(ORDER)).toBe(2);
  });

  test("an id that Purple Flea does not know, or of another order, changes nothing", async () => {
    await decide("order:a1", { choice: "happened", needs_id: "1", remote_id: "ord_nothing" });
    expect(lastAnswer()).toMatchObject({ state: "failed" });
    expect(intent("order:a1")?.status).toBe("unknown");
    // One for another asset, made outside.
    const other = world.purpleFlea.placeOrder("BTC", "long", 10_000_000n);
    await decide("order:a1", { choice: "happened", needs_id: "1", remote_id: other.id });
    expect(lastAnswer()?.message).toMatch(/is an order for BTC/);
    expect(intent("order:a1")?.status).toBe("unknown");
  });

  test("an id that belongs to another row is refused", async () => {
    const [order] = world.purpleFlea.db.prepare("select id from orders").all() as { id: string }[];
    await decide("order:a1", { choice: "happened", needs_id: "1", remote_id: order?.id ?? "" });
    world.fault({ call: "order.create", kind: "drop-after" });
    await alert("a2");
    await decide("order:a2", { choice: "happened", needs_id: "1", remote_id: order?.id ?? "" });
    expect(lastAnswer()?.message).toMatch(/belongs to tr_/);
    expect(intent("order:a2")?.status).toBe("unknown");
  });

  test("it did not happen, do it again: sent once more under the same key, and only once", async () => {
    const key = intent("order:a1")?.idempotency_key;
    const form = world.form({
      intent_key: "order:a1",
      seen_tries: "1",
      choice: "not-happened",
      again: "on",
      reason: "not on the site",
    });
    // A double click is one command.
    settleUnknown(world.desk, world.operator, form);
    expect(settleUnknown(world.desk, world.operator, form).kind).toBe("duplicate");
    await world.settle();
    expect(world.calls(ORDER)).toBe(2);
    expect(intent("order:a1")).toMatchObject({ status: "done", tries: 2n, idempotency_key: key });
    expect(world.row("select status from trades")).toEqual({ status: "filled" });
    // The key was honoured: the first order exists, and it is the only one.
    expect(world.purpleFlea.db.prepare("select count(*) n from orders").get()).toEqual({ n: 1n });
    expect(world.row("select outcome from alerts where id = 'a1'")).toEqual({ outcome: "traded" });
  });

  test("two people decide at once: one decision is carried out", async () => {
    const decision = {
      intent_key: "order:a1",
      seen_tries: "1",
      choice: "not-happened",
      again: "on",
      reason: "x",
    };
    settleUnknown(world.desk, world.operator, world.form(decision));
    settleUnknown(world.desk, world.operator, world.form(decision));
    await world.settle();
    expect(world.calls(ORDER)).toBe(2);
    expect(
      answers()
        .map((one) => one.state)
        .sort(),
    ).toEqual(["confirmed", "failed"]);
  });

  test("a decision about an earlier try does not send the next one", async () => {
    const again = {
      intent_key: "order:a1",
      seen_tries: "1",
      choice: "not-happened",
      again: "on",
      reason: "x",
    };
    world.fault({ call: "order.create", kind: "drop-before" });
    settleUnknown(world.desk, world.operator, world.form(again));
    // Asked while the first is on its way: by then the call has been tried, and lost, once more.
    settleUnknown(world.desk, world.operator, world.form(again));
    await world.settle();
    expect(intent("order:a1")).toMatchObject({ status: "unknown", tries: 2n });
    expect(world.calls(ORDER)).toBe(2);
    expect(answers().some((one) => /Nothing was changed/.test(one.message))).toBe(true);
    // The same at the desk, with a form that is older than the last try.
    const stale = settleUnknown(world.desk, world.operator, world.form(again));
    expect(stale.kind === "invalid" && stale.fields.form).toMatch(/tried again after you opened this page/);
  });

  test("done again and lost again: unknown again, to be decided again", async () => {
    world.fault({ call: "order.create", kind: "drop-before" });
    await decide("order:a1", { choice: "not-happened", again: "on" });
    expect(intent("order:a1")).toMatchObject({ status: "unknown", tries: 2n });
    expect(world.calls(ORDER)).toBe(2);
    await world.advance(HOUR);
    expect(world.calls(ORDER)).toBe(2);
    await decide("order:a1", { choice: "not-happened", again: "on" });
    expect(intent("order:a1")).toMatchObject({ status: "done", tries: 3n });
    // The first decision's command is answered by the second, and stays unknown no longer than the call.
    expect(answers().map(({ state }) => state)).toEqual(["failed", "confirmed"]);
  });

  test("done again, lost again and found to have happened: the decision that sent it is answered too", async () => {
    world.fault({ call: "order.create", kind: "drop-after" });
    await decide("order:a1", { choice: "not-happened", again: "on" });
    expect(answers().map(({ state }) => state)).toEqual(["unknown"]);
    const [order] = world.purpleFlea.db.prepare("select id from orders").all() as { id: string }[]; // its column
    await decide("order:a1", { choice: "happened", remote_id: order?.id ?? "", needs_id: "1" });
    expect(answers().map(({ state }) => state)).toEqual(["confirmed", "confirmed"]);
  });

  test("done again, lost again and left: whatever is decided last answers the one that sent it", async () => {
    world.fault({ call: "order.create", kind: "drop-before" });
    await decide("order:a1", { choice: "not-happened", again: "on" });
    await decide("order:a1", { choice: "left" });
    expect(answers().map(({ state }) => state)).toEqual(["unknown", "confirmed"]);
    await decide("order:a1", { choice: "not-happened", again: "on" });
    expect(intent("order:a1")).toMatchObject({ status: "done", tries: 3n });
    expect(
      answers()
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["confirmed", "confirmed", "failed"]);
  });

  test("done again while Purple Flea is busy: tried again until it is done, in one decision", async () => {
    world.fault({ call: "order.create", kind: "status", status: 429, retry_after_s: 2, times: 2 });
    await decide("order:a1", { choice: "not-happened", again: "on" });
    await world.advance(MINUTE);
    expect(intent("order:a1")?.status).toBe("done");
    expect(world.row("select status from trades")).toEqual({ status: "filled" });
  });

  test("it did not happen and is let be: its market is free and nothing is sent", async () => {
    await decide("order:a1", { choice: "not-happened" });
    expect(intent("order:a1")).toMatchObject({ status: "given_up", lock: null, decision: "dropped" });
    expect(world.row("select status from trades")).toEqual({ status: "not_executed" });
    expect(world.calls(ORDER)).toBe(1);
  });

  test("left as it is: who and when are on record, it holds what it held, it can still be decided", async () => {
    await decide("order:a1", { choice: "left" });
    expect(intent("order:a1")).toMatchObject({
      status: "unknown",
      decision: "left",
      decided_by: "Olive Operator",
    });
    await alert("a2");
    expect(world.row("select outcome from alerts where id = 'a2'")).toEqual({ outcome: "waiting" });
    await decide("order:a1", { choice: "not-happened" });
    expect(intent("order:a1")).toMatchObject({ status: "given_up", decision: "dropped" });
  });

  test("an event without a command behind it decides nothing", async () => {
    await world.send("purple-flea/outcome.decided", { intent_key: "order:a1" }, "forged");
    expect(intent("order:a1")?.status).toBe("unknown");
    expect(world.calls(ORDER)).toBe(1);
  });

  test("what Purple Flea reports is offered, not taken", async () => {
    await world.advance(5 * MINUTE, MINUTE);
    const { getUnknown } = await import("../../db/read/unknown");
    const found = getUnknown(world.read, "order:a1");
    const [order] = world.purpleFlea.db.prepare("select id from orders").all() as { id: string }[];
    expect(found?.candidates.map((one) => one.remoteId)).toEqual([order?.id]);
    expect(intent("order:a1")?.status).toBe("unknown");
  });
});

describe("an order that Purple Flea refuses or cannot take", () => {
  test("rejected: once, with the reason, and the lock is free", async () => {
    world.fault({ call: "order.create", kind: "status", status: 422 });
    await alert("a1");
    await world.advance(HOUR);
    expect(world.calls(ORDER)).toBe(1);
    expect(world.row("select status from trades")).toEqual({ status: "rejected" });
    expect(intent("order:a1")).toMatchObject({ status: "rejected", lock: null });
  });
  test("not available until the attempts are used up: not placed, nothing moved, and it can be alerted again", async () => {
    world.fault({ call: "order.create", kind: "status", status: 503, times: 4 });
    await alert("a1");
    await world.advance(HOUR);
    expect(world.calls(ORDER)).toBe(4);
    expect(world.row("select outcome from alerts where id = 'a1'")).toEqual({ outcome: "not_executed" });
    expect(intent("order:a1")).toMatchObject({ status: "given_up", lock: null });
    await alert("a2");
    expect(world.row("select outcome from alerts where id = 'a2'")).toEqual({ outcome: "traded" });
  });
  test("an alert whose balance cannot be read does not stay open", async () => {
    world.fault({ call: "wallet.balance", kind: "status", status: 503, times: 4 });
    await alert("a1");
    await world.advance(HOUR);
    const row = world.row<{ outcome: string; reason: string }>("select outcome, reason from alerts");
    expect(row?.outcome).toBe("skipped");
    expect(row?.reason).toMatch(/its run failed/);
  });
});

describe("an escrow whose creation got no answer", () => {
  beforeEach(async () => {
    await world.close();
    world = await openWorld({ config: { syncCron: "0 */6 * * *" } });
    world.fault({ call: "escrow.create", kind: "drop-after" });
    await create("esc_1");
  });

  test("it happened: goes on under its id, and can be approved", async () => {
    expect(world.row("select status from escrows")).toEqual({ status: "unknown" });
    const [escrow] = world.purpleFlea.db.prepare("select id from escrows").all() as { id: string }[];
    await decide("escrow-create:esc_1", { choice: "happened", needs_id: "1", remote_id: escrow?.id ?? "" });
    expect(world.row("select status, remote_id from escrows")).toEqual({
      status: "pending",
      remote_id: escrow?.id,
    });
    await world.advance(8 * 24 * HOUR, 12 * HOUR);
    expect(world.row("select status from escrows")).toEqual({ status: "refunded" });
    expect(world.calls(CREATE)).toBe(1);
  });

  test("it did not happen, do it again: one escrow under the same key, with a run that looks after it", async () => {
    await decide("escrow-create:esc_1", { choice: "not-happened", again: "on" });
    expect(world.row("select status from escrows")).toEqual({ status: "pending" });
    expect(world.purpleFlea.db.prepare("select count(*) n from escrows").get()).toEqual({ n: 1n });
    await world.advance(8 * 24 * HOUR, 12 * HOUR);
    expect(world.row("select status from escrows")).toEqual({ status: "refunded" });
  });
});

describe("a claim whose answer got lost", () => {
  const claim = async () => {
    claimFaucet(world.desk, world.operator, world.form());
    await world.settle();
  };
  const row = () =>
    world.row<{ status: string; amount: bigint | null }>("select status, amount_micro amount from claims");

  test("that was made is found by its webhook: agent and day name it", async () => {
    world.fault({ call: "faucet.claim", kind: "drop-after" });
    await claim();
    await world.advance(2 * MINUTE, MINUTE);
    expect(row()).toEqual({ status: "claimed", amount: 1_000_000n });
    expect(lastAnswer()?.state).toBe("confirmed");
    expect(world.calls("POST /faucet/api/claim")).toBe(1);
  });
  test("that was not made is made once more the same day", async () => {
    world.fault({ call: "faucet.claim", kind: "drop-before" });
    await claim();
    expect(row()?.status).toBe("unknown");
    await world.advance(10 * MINUTE, MINUTE);
    expect(row()).toEqual({ status: "claimed", amount: 1_000_000n });
    expect(world.purpleFlea.db.prepare("select count(*) n from claims").get()).toEqual({ n: 1n });
  });
  test("is asked for once more at the desk: that command is answered at once, nothing was sent for it", async () => {
    world.fault({ call: "faucet.claim", kind: "drop-before" });
    await world.send("purple-flea/faucet.claim.requested", {}, "c1");
    expect(row()?.status).toBe("unknown");
    await claim();
    expect(answers()).toMatchObject([{ state: "failed", message: expect.stringMatching(/^Not sent:/) }]);
    await world.advance(10 * MINUTE, MINUTE);
    expect(row()).toEqual({ status: "claimed", amount: 1_000_000n });
    expect(answers()).toHaveLength(1);
  });
  test("that cannot be sent is not left claiming", async () => {
    world.fault({ call: "faucet.claim", kind: "status", status: 503, times: 3 });
    await claim();
    await world.advance(5 * MINUTE);
    expect(row()?.status).toBe("not_executed");
    expect(lastAnswer()).toMatchObject({ state: "failed" });
    await claim();
    expect(row()?.status).toBe("claimed");
  });
});
