import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { acceptDrift } from "../../app/commands/accept-drift.server";
import { decideEscrow } from "../../app/commands/decide-escrow.server";
import { settleUnknown } from "../../app/commands/settle-unknown.server";
import { getOpenDrift, getWalletBooks, listEndedDrifts } from "../../db/read/drift";
import { formatMicro } from "../../domain/money";
import { openWorld, type World, type WorldOptions } from "../testing";
import { DAY, HOUR, MINUTE, PROMPT, SILENT, alertsIn, escrowsIn } from "./testing";

let world: World;
const { alert } = alertsIn(() => world);
const { create } = escrowsIn(() => world);
beforeEach(async () => {
  world = await openWorld({ config: { syncCron: "0 * * * *" } });
  await sync();
});
afterEach(() => world.close());

let syncs = 0;
async function sync() {
  await world.send("purple-flea/sync.requested", {}, `sync-${syncs++}`);
}
/** Money that leaves the wallet without a word. */
const vanish = (micro: bigint) =>
  world.purpleFlea.books.move(world.clock.now(), "wallet", "outside", micro, "by hand");

describe("the wallet's books", () => {
  test("open with the first balance, and agree through trades, escrows, claims, bets and time", async () => {
    expect(getWalletBooks(world.read)?.expectedMicro).toBe(world.purpleFlea.balance());
    for (const [n, asset] of ["ETH", "BTC", "SOL", "DOGE"].entries()) await alert(`a${n}`, { asset });
    await create("esc_1", { counterparty: PROMPT });
    await create("esc_2", { amount_usdc: 12.345678 });
    for (let n = 0; n < 4; n++)
      await world.send(
        "purple-flea/bet.requested",
        { game: "coin_flip", side: "tails", stake_usdc: 1 },
        `b${n}`,
      );
    await world.advance(8 * DAY, 6 * HOUR);
    await sync();
    expect(getOpenDrift(world.read)).toBeNull();
    expect(listEndedDrifts(world.read, 10)).toEqual([]);
    expect(getWalletBooks(world.read)?.expectedMicro).toBe(world.purpleFlea.balance());
    expect(world.rows("select distinct subject_type t from movements order by t")).toEqual(
      ["bet", "claim", "escrow", "trade"].map((t) => ({ t })),
    );
  });

  test("do not open while an order may be in the balance already, and agree when it is known", async () => {
    await world.close();
    world = await openWorld({ config: { syncCron: "0 * * * *" } });
    world.fault({ call: "order.create", kind: "drop-after" });
    await alert("a1");
    await sync();
    expect(world.row("select status from intents")).toEqual({ status: "unknown" });
    expect(getWalletBooks(world.read)).toBeNull();
    const [order] = world.purpleFlea.db.prepare("select id from orders").all() as { id: string }[]; // its column
    settleUnknown(
      world.desk,
      world.operator,
      world.form({
        intent_key: "order:a1",
        choice: "happened",
        remote_id: order?.id ?? "",
        needs_id: "1",
        seen_tries: "1",
        reason: "seen at Purple Flea",
      }),
    );
    await world.settle();
    await world.advance(HOUR);
    expect(getWalletBooks(world.read)?.expectedMicro).toBe(world.purpleFlea.balance());
    expect(getOpenDrift(world.read)).toBeNull();
  });

  test("do not count a claim again whose amount is told after they opened", async () => {
    await world.close();
    world = await openWorld({ config: { syncCron: "0 * * * *" } });
    // Lost behind its effect, and its webhook is held back: the faucet says that it was made, and not how much it was.
    world.fault({ call: "faucet.claim", kind: "drop-after" });
    await world.send("purple-flea/faucet.claim.requested", {}, "c1");
    const [{ body }] = world.purpleFlea.db.prepare("select body from webhooks").all() as [{ body: string }]; // its column
    world.purpleFlea.db.exec("delete from webhooks");
    await world.advance(HOUR);
    expect(world.row("select status, amount_micro from claims")).toEqual({
      status: "claimed",
      amount_micro: null,
    });
    await sync();
    expect(getWalletBooks(world.read)?.expectedMicro).toBe(world.purpleFlea.balance());
    await world.purpleFlea.webhooks.post(body);
    await world.settle();
    await sync();
    expect(world.row("select amount_micro from claims")).toEqual({ amount_micro: 1_000_000n });
    expect(getWalletBooks(world.read)?.expectedMicro).toBe(world.purpleFlea.balance());
    expect(getOpenDrift(world.read)).toBeNull();
  });

  test("do not count a claim that reaches Purple Flea after the faucet has said that it was not made", async () => {
    await world.close();
    let arrive = () => Promise.resolve<unknown>(undefined);
    const upstream: WorldOptions["upstream"] = (request, next) => {
      const isFirst =
        request.url.endsWith("/faucet/api/claim") && world.calls("POST /faucet/api/claim") === 0;
      if (!isFirst || held) return next(request);
      held = true;
      arrive = () => next(request);
      return Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNRESET" } }));
    };
    let held = false;
    world = await openWorld({ config: { syncCron: "0 0 * * *" }, upstream });
    await world.send("purple-flea/faucet.claim.requested", {}, "c1");
    // The gateway refuses the second try, and then the first one comes through.
    world.fault({ call: "faucet.claim", kind: "status", status: 402 });
    await world.advance(5 * MINUTE, MINUTE);
    expect(world.row("select status from claims")).toEqual({ status: "rejected" });
    await arrive();
    const [{ body }] = world.purpleFlea.db.prepare("select body from webhooks").all() as [{ body: string }]; // its column
    world.purpleFlea.db.exec("delete from webhooks");
    await world.advance(MINUTE);
    await sync();
    expect(getWalletBooks(world.read)?.expectedMicro).toBe(world.purpleFlea.balance());
    await world.purpleFlea.webhooks.post(body);
    await world.settle();
    await sync();
    expect(world.row("select status, amount_micro from claims")).toEqual({
      status: "claimed",
      amount_micro: 1_000_000n,
    });
    expect(getWalletBooks(world.read)?.expectedMicro).toBe(world.purpleFlea.balance());
    expect(getOpenDrift(world.read)).toBeNull();
  });

  test("do not open on a balance that moves while the rows are read", async () => {
    await world.close();
    let looks = 0;
    world = await openWorld({
      config: { syncCron: "0 0 * * *" },
      async upstream(request, next) {
        const reply = await next(request);
        // Money that no row tells of leaves between the first two looks.
        if (request.url.endsWith("/wallet/balance") && ++looks === 1) vanish(1_000_000n);
        return reply;
      },
    });
    await sync();
    expect(getWalletBooks(world.read)).toBeNull();
    await sync();
    expect(getWalletBooks(world.read)?.expectedMicro).toBe(world.purpleFlea.balance());
  });

  test("the sum of what was booked is what the wallet has moved by", async () => {
    await alert("a1");
    await create("esc_1", { counterparty: PROMPT });
    await world.advance(4 * DAY, 6 * HOUR);
    const row = world.row<{ sum: bigint; moved: bigint }>(
      "select (select sum(amount_micro) from movements) sum, moved_micro moved from wallet_books",
    );
    expect(row?.sum).toBe(row?.moved);
  });
});

describe("a difference", () => {
  test("is recorded with since when, and ends by itself when it goes", async () => {
    vanish(1_000_000n);
    await sync();
    const since = world.clock.now();
    const drift = getOpenDrift(world.read);
    expect(drift).toMatchObject({ differenceMicro: -1_000_000n, explained: false });
    await world.advance(3 * HOUR);
    expect(getOpenDrift(world.read)?.since).toBe(drift?.since);
    expect(Math.abs((drift?.since ?? 0) - since)).toBeLessThan(1_000);
    world.purpleFlea.books.move(world.clock.now(), "outside", "wallet", 1_000_000n, "back");
    await sync();
    expect(getOpenDrift(world.read)).toBeNull();
    expect(listEndedDrifts(world.read, 1)[0]?.ending).toBe("the balances agree again");
  });

  test("names the rows that changed since the balances last agreed", async () => {
    await alert("a1");
    vanish(1_000_000n);
    await sync();
    expect(getOpenDrift(world.read)?.rows.map((row) => row.type)).toContain("trade");
  });

  test("a transfer told by webhook is a movement, once, and no difference", async () => {
    vanish(5_000_000n);
    const data = { tx_id: "tx_1", direction: "out", amount_usdc: 5, source: "withdrawal" };
    await world.webhook("wallet.transfer", data, { id: "evt_1" });
    await world.webhook("wallet.transfer", data, { id: "evt_2" });
    await sync();
    expect(getOpenDrift(world.read)).toBeNull();
    expect(world.row("select count(*) n from movements where subject_type = 'transfer'")).toEqual({ n: 1n });
  });

  test("a transfer that is another row's own is not booked twice", async () => {
    await create("esc_1");
    await world.webhook("wallet.transfer", {
      tx_id: "tx_9",
      direction: "out",
      amount_usdc: 50,
      source: "escrow",
    });
    await sync();
    expect(getOpenDrift(world.read)).toBeNull();
  });

  test("an unknown order explains it, until it is settled; then nothing is left", async () => {
    world.fault({ call: "order.create", kind: "drop-after" });
    await alert("a1");
    await sync();
    expect(getOpenDrift(world.read)).toMatchObject({ explained: true });
    expect(getOpenDrift(world.read)?.rows[0]?.words).toBe("order without an answer");
    const [order] = world.purpleFlea.db.prepare("select id from orders").all() as { id: string }[];
    settleUnknown(
      world.desk,
      world.operator,
      world.form({
        intent_key: "order:a1",
        seen_tries: "1",
        choice: "happened",
        needs_id: "1",
        remote_id: order?.id ?? "",
        reason: "on the site",
      }),
    );
    await world.settle();
    await sync();
    expect(getOpenDrift(world.read)).toBeNull();
  });

  test("more than the unknown call can make up is unexplained", async () => {
    world.fault({ call: "order.create", kind: "drop-after" });
    await alert("a1");
    vanish(3_000_000n);
    await sync();
    expect(getOpenDrift(world.read)).toMatchObject({ explained: false });
  });

  test("unexplained, it closes approvals over the limit and no others", async () => {
    await create("esc_small", { amount_usdc: 100 });
    await create("esc_large", { amount_usdc: 100.000001 });
    vanish(1_000_000n);
    await sync();
    const approve = (ref: string) => {
      const row = world.row<{ amount: bigint; status: string; deadline: bigint; version: bigint }>(
        "select amount_micro amount, status, expires_at deadline, version from escrows where ref = ?",
        ref,
      );
      return decideEscrow(
        world.desk,
        world.operator,
        world.form({
          ref,
          version: String(row?.version),
          seen_amount: formatMicro(row?.amount ?? 0n),
          seen_payee: SILENT,
          seen_status: row?.status ?? "",
          seen_deadline: String(row?.deadline),
        }),
        "release",
      );
    };
    const refused = approve("esc_large");
    expect(refused.kind === "conflict" && refused.message).toMatch(/differ by −1.00 USDC, unexplained since/);
    expect(approve("esc_small").kind).toBe("accepted");
  });

  test("accepted with a reason, it is in the books; one that changed meanwhile is not", async () => {
    vanish(1_000_000n);
    await sync();
    const shown = getOpenDrift(world.read);
    const form = {
      drift_id: shown?.id ?? "",
      difference_usdc: formatMicro(shown?.differenceMicro ?? 0n),
      reason: "withdrawn by hand",
    };
    vanish(500_000n);
    await sync();
    expect(acceptDrift(world.desk, world.operator, world.form(form))).toMatchObject({ kind: "invalid" });
    const fresh = { ...form, difference_usdc: formatMicro(getOpenDrift(world.read)?.differenceMicro ?? 0n) };
    expect(acceptDrift(world.desk, world.operator, world.form(fresh)).kind).toBe("accepted");
    await world.settle();
    expect(getOpenDrift(world.read)).toBeNull();
    expect(listEndedDrifts(world.read, 1)[0]?.ending).toBe("accepted by Olive Operator: withdrawn by hand");
    await sync();
    expect(getOpenDrift(world.read)).toBeNull();
  });

  test("nothing is said while a source cannot be read or a call is under way", async () => {
    vanish(1_000_000n);
    world.fault({ call: "domains", kind: "status", status: 503 });
    await sync();
    expect(getOpenDrift(world.read)).toBeNull();
    await sync();
    expect(getOpenDrift(world.read)).not.toBeNull();
  });
});
