import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inTransaction } from "../../db/connection";
import { changeBet } from "../../db/mirror/bets";
import { placeBet } from "../../app/commands/ask.server";
import { openWorld, type World } from "../testing";
import { MINUTE } from "./testing";
import type { Commitment } from "../purple-flea/port";
import { bet as betAction, betRequestOf, recordBet, recordVerification } from "../money-calls/actions/bet";
import { attempt } from "../money-calls/attempt";
import type { Deps } from "../deps";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe("a bet whose answer got lost", () => {
  const bet = async (stake = "1") => {
    const result = placeBet(world.desk, world.operator, world.form({ side: "heads", stake_usdc: stake }));
    await world.settle();
    return result;
  };
  test("is found by its report, and known by our own client seed", async () => {
    world.fault({ call: "casino.bet", kind: "drop-after" });
    await bet();
    expect(world.row("select status from bets")).toEqual({ status: "unknown" });
    await world.advance(2 * MINUTE, MINUTE);
    const row = world.row<{ status: string; remote_id: string | null; verified: bigint | null }>(
      "select status, remote_id, verified from bets",
    );
    expect(row?.status).toMatch(/won|lost/);
    expect(row?.remote_id).toMatch(/^pfb_/);
    await world.advance(10 * MINUTE, MINUTE);
    expect(world.row("select verified from bets")).toEqual({ verified: 1n });
    expect(world.calls("POST /api/casino/bet")).toBe(1);
  });
  test("is over when that was first known: an answer that comes later moves no money again", async () => {
    await world.send("purple-flea/sync.requested", {}, "s1");
    await bet();
    const books = () => world.rows("select at, amount_micro from movements order by at, amount_micro");
    const settled = () =>
      world.row<{ ref: string; at: bigint; remote: string }>(
        "select ref, settled_at at, remote_id remote from bets",
      );
    const [before, first] = [books(), settled()];
    await world.advance(5 * MINUTE, MINUTE);
    const again = await world.deps.purpleFlea.bet(first?.remote ?? "");
    inTransaction(world.mirror, (tx) => recordBet(tx, first?.ref ?? "", again, world.clock.now()));
    expect(settled()).toEqual(first);
    expect(books()).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });
  describe("that two tries are to send, the first still waiting for the commitment", () => {
    const plan = (deps: Deps) =>
      betRequestOf(deps, { id: "b1", data: { game: "coin_flip", side: "heads", stake_usdc: "1" } }, "run-1");
    /** Both tries, the second done before the first hears of the commitment. */
    const twice = async (first: (real: () => Promise<Commitment>) => Promise<Commitment>) => {
      const { deps } = world;
      const real = deps.purpleFlea.casinoCommitment.bind(deps.purpleFlea);
      let secondIsDone = () => {};
      const second = new Promise<void>((done) => (secondIsDone = done));
      vi.spyOn(deps.purpleFlea, "casinoCommitment").mockImplementationOnce(async () => {
        await second;
        return first(real);
      });
      const waiting = attempt(deps, betAction, plan(deps));
      const sent = await attempt(deps, betAction, plan(deps));
      secondIsDone();
      return { sent, waiting };
    };
    test("is sent by one of them", async () => {
      const { sent, waiting } = await twice((real) => real());
      expect(sent).toMatchObject({ kind: "done" });
      expect(await waiting).toMatchObject({ kind: "busy" });
      expect(await attempt(world.deps, betAction, plan(world.deps))).toEqual(sent);
      expect(world.calls("POST /api/casino/bet")).toBe(1);
    });
    test("is not called not sent by the one that came to nothing", async () => {
      world.fault({ call: "casino.bet", kind: "drop-after" });
      const { sent, waiting } = await twice(() => Promise.reject(new Error("no commitment")));
      expect(sent).toMatchObject({ kind: "unknown" });
      await expect(waiting).rejects.toThrow("no commitment");
      expect(world.row("select status from intents")).toEqual({ status: "unknown" });
      expect(await attempt(world.deps, betAction, plan(world.deps))).toMatchObject({ kind: "unknown" });
      expect(world.calls("POST /api/casino/bet")).toBe(1);
    });
  });
  test("and of which an earlier try was carried out is not called a broken promise: what that one was promised is not kept", async () => {
    world.fault({ call: "casino.bet", kind: "drop-after" });
    await bet();
    const known = world.row<{ ref: string; nonce: bigint; key: string }>(
      "select b.ref, nonce, key from bets b join intents i on i.subject_ref = b.ref",
    );
    const { ref = "", key = "", nonce = 0n } = known ?? {};
    // As it stands when the bet was sent once more, with a promise of its own.
    inTransaction(world.mirror, (tx) => changeBet(tx, ref, { nonce: Number(nonce) + 1 }, world.clock.now()));
    const [placed] = world.purpleFlea.db.prepare("select id from bets").all() as { id: string }[]; // its column
    world.purpleFlea.placeBet(1_000_000n, "heads", "reveals the seed");
    const revealed = await world.deps.purpleFlea.bet(placed?.id ?? "");
    const verified = () => recordVerification(world.mirror, ref, revealed, world.clock.now());
    expect(verified()).toBe(false);
    world.mirror.$client.prepare("update intents set tries = 2 where key = ?").run(key);
    expect(verified()).toBe(null);
    expect(world.row("select verification from bets")).toEqual({
      verification: expect.stringMatching(/^cannot be proven/),
    });
  });
  test("a report of somebody else's bet is not taken for it", async () => {
    world.fault({ call: "casino.bet", kind: "drop-before" });
    await bet();
    world.purpleFlea.placeBet(1_000_000n, "heads", "somebody");
    await world.advance(10 * MINUTE, MINUTE);
    expect(world.row("select status, remote_id from bets")).toEqual({ status: "unknown", remote_id: null });
  });
  test("that cannot be sent is not left placing", async () => {
    world.fault({ call: "casino.bet", kind: "status", status: 503, times: 4 });
    await bet();
    await world.advance(10 * MINUTE);
    expect(world.row("select status from bets")).toEqual({ status: "not_executed" });
  });
  test("the stake and the day's losses are limits", async () => {
    // The form says so beside the field and sends nothing; whoever sends the event all the same meets the function's own limit.
    expect(await bet("6")).toMatchObject({
      kind: "invalid",
      fields: { stake_usdc: expect.stringMatching(/^At most 5\.000000 USDC/) },
    });
    expect(world.rows("select 1 from commands")).toEqual([]);
    await world.send(
      "purple-flea/bet.requested",
      { game: "coin_flip", side: "heads", stake_usdc: "6" },
      "b1",
    );
    await world.settle();
    expect(world.row("select status, reason from bets")).toMatchObject({ status: "skipped" });
    for (let n = 0; n < 30; n++) await bet("5");
    const lost = world.row<{ lost: bigint }>(
      "select coalesce(sum(stake_micro - coalesce(payout_micro, 0)), 0) lost from bets where status in ('won', 'lost')",
    );
    expect(lost?.lost).toBeLessThanOrEqual(25_000_000n);
  });
});
