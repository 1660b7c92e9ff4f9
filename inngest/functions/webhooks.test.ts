import { afterEach, beforeEach, describe, expect, test } from "vitest";
import fc from "fast-check";
import { openWorld, type World } from "../testing";
import { DAY, HOUR, MINUTE, alertsIn, escrowsIn, SILENT } from "./testing";

let world: World;
const { alert } = alertsIn(() => world);
const { create } = escrowsIn(() => world);
beforeEach(async () => {
  world = await openWorld({ config: { syncCron: "0 */6 * * *" } });
});
afterEach(() => world.close());

const trade = () =>
  world.row<{ status: string; fill: string | null; pnl: bigint | null; remote: string }>(
    "select status, fill_price fill, pnl_micro pnl, remote_id remote from trades",
  );
/** An order that Purple Flea only accepted: what becomes of it is told by webhook. */
async function openOrder(): Promise<string> {
  await alert("a1");
  world.purpleFlea.db.prepare("update webhooks set done = 1").run();
  return trade()?.remote ?? "";
}

describe("news of a trade", () => {
  const at = (minutes: number) => ({ atMs: world.clock.now() + minutes * MINUTE });
  test("in any order, doubled, late and from the future: the mirror ends where Purple Flea is", async () => {
    const order = await openOrder();
    const filled = { order_id: order, fill_price: "2850.5", filled_at: world.clock.now() };
    const closed = { order_id: order, pnl_usdc: -0.25, closed_at: world.clock.now() };
    await world.webhook("position.closed", closed, { id: "w-closed", ...at(DAY / MINUTE) });
    await world.webhook("trade.filled", filled, { id: "w-filled", ...at(-DAY / MINUTE) });
    await world.webhook("position.opened", { order_id: order }, { id: "w-opened" });
    await world.webhook("position.closed", closed, { id: "w-closed" });
    await world.webhook("trade_filled", filled, { id: "w-filled-2", ...at(60) });
    expect(trade()).toMatchObject({ status: "closed", pnl: -250_000n });
    expect(world.row("select count(*) n from inbox where id = 'w-closed'")).toEqual({ n: 1n });
  });

  test("every order of the same news ends alike", async () => {
    const order = await openOrder();
    const news = [
      ["trade.filled", { order_id: order, fill_price: "2850.5" }],
      ["position.opened", { order_id: order }],
      ["position.closed", { order_id: order, pnl_usdc: 0.125 }],
    ] as const;
    let n = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }),
        fc.array(fc.integer({ min: -2 * DAY, max: 2 * DAY }), { minLength: 6, maxLength: 6 }),
        async (sequence, shifts) => {
          for (const [place, index] of sequence.entries()) {
            const [type, data] = news[index as 0 | 1 | 2];
            await world.webhook(type, data, {
              id: `w-${n++}`,
              atMs: world.clock.now() + (shifts[place] ?? 0),
            });
          }
          expect(trade()).toMatchObject({ status: "closed", pnl: 125_000n });
        },
      ),
      { numRuns: 5 },
    );
  });
});

test("a position of whose end no webhook tells has its result from its order, and the wallet's books agree", async () => {
  await world.send("purple-flea/sync.requested", {}, "s1");
  await openOrder();
  world.purpleFlea.db.exec(
    "create trigger lost after insert on webhooks begin update webhooks set done = 1 where id = new.id; end",
  );
  await world.advance(4 * DAY, 6 * HOUR);
  const there = world.purpleFlea.db.prepare("select pnl, closes_at at from orders").get() as {
    pnl: bigint;
    at: bigint;
  }; // its columns
  expect(world.row("select status, pnl_micro pnl, closed_at at from trades")).toEqual({
    status: "closed",
    ...there,
  });
  expect(world.row("select title, at from timeline where kind = 'position.closed'")).toEqual({
    title: "Position closed",
    at: there.at,
  });
  expect(world.rows("select id from drifts")).toEqual([]);
  const booked = world.row("select sum(amount_micro) sum from movements where subject_type = 'trade'");
  expect(booked).toEqual({ sum: there.pnl - 5_000n });
});

describe("news of an escrow", () => {
  const row = () =>
    world.row<{ status: string; remote: string; confirmed: bigint | null }>(
      "select status, remote_id remote, confirmed_at confirmed from escrows",
    );
  beforeEach(() => create("esc_1"));

  test("an end that a webhook tells and Purple Flea does not is not believed", async () => {
    await world.webhook("escrow.released", { escrow_id: row()?.remote });
    await world.advance(12 * HOUR);
    expect(row()?.status).toBe("pending");
  });

  test("a confirmation dated in the future counts from now, and newer news is not blocked by it", async () => {
    const remote = row()?.remote ?? "";
    const future = world.clock.now() + 300 * DAY;
    // Upstream as well, so that nothing else holds the release back.
    await world.webhook(
      "escrow.confirmed",
      { escrow_id: remote, confirmed_by: SILENT, confirmed_at: new Date(future).toISOString() },
      { atMs: future },
    );
    expect(Number(row()?.confirmed)).toBeLessThanOrEqual(world.clock.now());
    await world.advance(MINUTE);
    expect(row()?.status).toBe("released");
    expect(world.purpleFlea.getEscrow(remote).status).toBe("released");
  });

  test("what nobody knows is kept and shown, and changes nothing", async () => {
    await world.webhook("moon.landed", { escrow_id: row()?.remote }, { id: "evt_moon" });
    await world.webhook("escrow.confirmed", { escrow_id: "pfe_nobody" }, { id: "evt_nobody" });
    await world.webhook("escrow.confirmed", { nothing: true }, { id: "evt_empty" });
    await world.advance(5 * MINUTE);
    expect(
      world.rows(
        "select webhook_id id, outcome from webhook_outcomes where webhook_id in ('evt_moon', 'evt_nobody', 'evt_empty') order by id",
      ),
    ).toEqual([
      { id: "evt_empty", outcome: "unreadable" },
      { id: "evt_moon", outcome: "unknown-type" },
      { id: "evt_nobody", outcome: "unmatched" },
    ]);
    expect(row()?.status).toBe("pending");
  });
});

describe("a bet is held against its commitment", () => {
  test("revealed later, it is looked at again", async () => {
    await world.close();
    let revealed = false;
    world = await openWorld({
      config: { syncCron: "0 * * * *" },
      upstream: async (request, next) => {
        const reply = await next(request);
        if (!request.url.includes("/casino/bet") || revealed) return reply;
        const { server_seed: _kept, ...rest } = (await reply.json()) as Record<string, unknown>;
        return Response.json(rest, { status: reply.status });
      },
    });
    await world.send("purple-flea/bet.requested", { game: "coin_flip", side: "heads", stake_usdc: 1 }, "b1");
    expect(world.row("select verified, verification from bets")).toEqual({
      verified: null,
      verification: null,
    });
    revealed = true;
    await world.advance(HOUR);
    expect(world.row("select verified from bets")).toEqual({ verified: 1n });
  });

  test("two of ours at once are placed one after the other, and both hold", async () => {
    await Promise.all(
      ["b1", "b2", "b3"].map((id) =>
        world.send("purple-flea/bet.requested", { game: "coin_flip", side: "heads", stake_usdc: 1 }, id),
      ),
    );
    await world.advance(2 * MINUTE);
    expect(world.rows("select verified from bets")).toEqual([
      { verified: 1n },
      { verified: 1n },
      { verified: 1n },
    ]);
  });

  test("somebody else's between commitment and bet makes it neither proven nor wrong", async () => {
    await world.close();
    world = await openWorld({
      upstream: async (request, next) => {
        if (request.method === "POST" && request.url.endsWith("/casino/bet"))
          world.purpleFlea.placeBet(1_000_000n, "heads", "somebody");
        return next(request);
      },
    });
    await world.send("purple-flea/bet.requested", { game: "coin_flip", side: "heads", stake_usdc: 1 }, "b1");
    const bet = world.row<{ verified: bigint | null; verification: string }>(
      "select verified, verification from bets",
    );
    expect(bet?.verified).toBeNull();
    expect(bet?.verification).toMatch(/cannot be proven: nonce 0 was committed to and another bet took it/);
  });
});

test("data that is no data of its kind is answered in words, whatever it holds, and holds up nobody", async () => {
  const odd = {
    escrow_id: "x\ud800",
    order_id: { toString: 1 },
    bet_id: -1.5,
    agent_id: "a\u0000b",
    tx_id: "t\ud800",
    amount_usdc: 9e22,
    balance_after: 9e22,
    direction: "in",
  };
  const huge = {
    ...odd,
    escrow_id: "e",
    order_id: "o",
    bet_id: "b",
    agent_id: "a",
    tx_id: "t",
    claimed_at: 8.64e15,
  };
  const names = [
    "escrow.released",
    "trade.filled",
    "bet.won",
    "faucet.claimed",
    "wallet.transfer",
    "__proto__",
  ];
  for (const name of names) {
    await world.webhook(name, odd, { id: `odd-${name}` });
    await world.webhook(name, huge, { id: `huge-${name}` });
  }
  await world.advance(5 * MINUTE, 15_000);
  const outcomes = world.rows<{ id: string; outcome: string | null; detail: string | null }>(
    "select i.id, o.outcome, o.detail from inbox i left join webhook_outcomes o on o.webhook_id = i.id",
  );
  expect(outcomes).toHaveLength(2 * names.length);
  expect(outcomes.filter((row) => row.outcome === null)).toEqual([]);
  const detail = (id: string) => outcomes.find((row) => row.id === id)?.detail;
  expect(detail("odd-wallet.transfer")).toMatch(
    /^tx_id of wallet.transfer is not an id: printable characters only/,
  );
  expect(detail("odd-faucet.claimed")).toMatch(/^agent_id of faucet.claimed is not an id/);
  expect(detail("odd-escrow.released")).toMatch(/^escrow_id of escrow.released is not an id: letters/);
});
