import { createApi } from "inngest-sandbox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWorld, type World } from "../testing";
import { DAY, HOUR, MINUTE, SILENT, escrowsIn } from "./testing";

let world: World;
const { create, row, story, upstream, decide, moves, runs } = escrowsIn(() => world);
/** What stands between the functions and Purple Flea in a test; null lets everything through. */
let between: ((request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>) | null;
beforeEach(async () => {
  between = null;
  world = await openWorld({
    config: { syncCron: "0 */4 * * *" },
    upstream: (request, next) => (between ? between(request, next) : next(request)),
  });
});
afterEach(() => world.close());

const confirmed = (ref: string, id?: string) =>
  world.send(
    "purple-flea/escrow.confirmed",
    { escrow_id: ref, confirmed_by: "0xfeed", confirmed_at: new Date(world.clock.now()).toISOString() },
    id,
  );

describe("an escrow ends once, as Purple Flea has it", () => {
  test("approved: released, fee and referral exact, one release", async () => {
    await create("esc_1");
    expect(decide("release").kind).toBe("accepted");
    await world.settle();
    expect(row()).toMatchObject({ status: "released", fee: 500_000n, referral: 75_000n });
    expect(moves()).toEqual({ releases: 1, cancels: 0 });
    expect(upstream()).toBe("released");
  });

  test("approved and confirmed by webhook at once: one release", async () => {
    await create("esc_1");
    decide("release");
    world.purpleFlea.confirm(row().remote, world.clock.now());
    await world.settle();
    await world.advance(HOUR);
    expect(row().status).toBe("released");
    expect(moves()).toEqual({ releases: 1, cancels: 0 });
  });

  test("confirmed twice, once more after the end: one release", async () => {
    await create("esc_1");
    world.purpleFlea.confirm(row().remote, world.clock.now());
    await world.settle();
    await confirmed("esc_1", "again");
    await world.webhook("escrow.confirmed", { escrow_id: row().remote }, { id: "evt_twice" });
    await world.webhook("escrow.confirmed", { escrow_id: row().remote }, { id: "evt_twice" });
    await world.advance(HOUR);
    expect(row().status).toBe("released");
    expect(moves()).toEqual({ releases: 1, cancels: 0 });
  });

  test("a bare event is written down and releases nothing", async () => {
    await create("esc_1");
    await confirmed("esc_1", "bare");
    await world.advance(DAY, HOUR);
    expect(row().status).toBe("pending");
    expect(story().join("\n")).toMatch(/Confirmation claimed by 0xfeed, not proven/);
    expect(moves()).toEqual({ releases: 0, cancels: 0 });
  });

  test("rejected, then confirmed: cancelled, the first decision stays", async () => {
    await create("esc_1");
    decide("cancel");
    world.purpleFlea.confirm(row().remote, world.clock.now());
    await world.settle();
    expect(decide("release").kind).toBe("conflict");
    await world.advance(HOUR);
    expect(row().status).toBe("refunded");
    expect(moves()).toEqual({ releases: 0, cancels: 1 });
    expect(story().join("\n")).toMatch(/Rejected by Olive Operator/);
  });

  test("confirmed at the moment of the time-out: released or refunded, never both", async () => {
    await create("esc_1");
    const deadline = Number(world.row<{ at: bigint }>("select expires_at at from escrows")?.at);
    await world.advance(deadline - world.clock.now() - 1_000, 12 * HOUR);
    world.purpleFlea.confirm(row().remote, world.clock.now());
    await world.advance(2_000);
    await world.advance(HOUR);
    const { releases, cancels } = moves();
    expect(upstream()).toBe(row().status === "released" ? "released" : "refunded");
    expect(["released", "refunded"]).toContain(row().status);
    expect(releases + cancels).toBeLessThanOrEqual(2);
    expect(world.purpleFlea.books.sum()).toBe(0n);
  });

  test("nobody confirms: refunded at the deadline", async () => {
    await create("esc_1");
    await world.advance(7 * DAY + HOUR, 12 * HOUR);
    expect(row().status).toBe("refunded");
    expect(upstream()).toBe("refunded");
    expect(runs("completed")).toBe(1);
  });

  test("ended by Purple Flea itself meanwhile: recorded as it ended, and said so", async () => {
    await create("esc_1");
    // Between our look and our call.
    between = async (request, next) => {
      if (request.url.endsWith("/release"))
        world.purpleFlea.endEscrow(row().remote, "refunded", world.clock.now());
      return next(request);
    };
    decide("release");
    await world.settle();
    await world.advance(10 * MINUTE);
    expect(row()).toMatchObject({ status: "refunded", settled_by: "Purple Flea" });
    expect(story().join("\n")).toMatch(/Refunded, by Purple Flea/);
    expect(world.row("select state from command_outcomes where message like '%already refunded%'")).toEqual({
      state: "failed",
    });
  });

  test("a release whose answer got lost is settled by looking: ours, once", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.release", kind: "drop-after" });
    decide("release");
    await world.settle();
    await world.advance(10 * MINUTE);
    expect(row()).toMatchObject({ status: "released", settled_by: "Olive Operator" });
    expect(moves().releases).toBe(1);
  });

  test("a release that is refused again and again is taken up again, and ends", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.release", kind: "status", status: 500, times: 6 });
    decide("release");
    await world.settle();
    await world.advance(13 * HOUR, HOUR);
    expect(row().status).toBe("released");
    expect(upstream()).toBe("released");
    expect(world.row("select state from command_outcomes order by at desc limit 1")).toEqual({
      state: "confirmed",
    });
  });
});

describe("a confirmation that does not fit", () => {
  test("with Purple Flea's id: translated, written down under ours, and upstream is asked", async () => {
    await create("esc_1");
    await confirmed(row().remote, "theirs");
    expect(story().join("\n")).toMatch(/Confirmation claimed by 0xfeed, not proven/);
    expect(world.row("select escrow_ref from confirmations where id = 'theirs'")).toEqual({
      escrow_ref: "esc_1",
    });
    expect(row().status).toBe("pending");
  });

  test("with Purple Flea's id, while Purple Flea knows it to be confirmed: released", async () => {
    await create("esc_1");
    // The webhook never comes: only the field upstream says so.
    world.purpleFlea.confirm(row().remote, world.clock.now());
    world.purpleFlea.db.prepare("update webhooks set done = 1").run();
    await confirmed(row().remote, "theirs");
    await world.advance(MINUTE);
    expect(row().status).toBe("released");
  });

  test("for an escrow that is not known here: kept, and shown", async () => {
    await confirmed("esc_none", "stray");
    const { listAttention } = await import("../../db/read/overview");
    expect(listAttention(world.read, world.clock.now())).toContainEqual(
      expect.objectContaining({ kind: "stray", ref: "esc_none" }),
    );
  });

  test("before its escrow: it is the escrow's own when that comes, and still no proof", async () => {
    await confirmed("esc_1", "early");
    await create("esc_1");
    expect(story().join("\n")).toMatch(/Confirmation claimed by 0xfeed, not proven/);
    expect(row().status).toBe("pending");
    expect(world.rows("select id from confirmations where escrow_ref is null")).toEqual([]);
  });

  test("a webhook of the time before its escrow was linked is applied when it is", async () => {
    world.fault({ call: "escrow.create", kind: "drop-after" });
    await create("esc_1");
    const [remote] = world.purpleFlea.db.prepare("select id from escrows").all() as { id: string }[];
    await world.webhook("escrow.confirmed", { escrow_id: remote?.id, confirmed_by: SILENT });
    await world.advance(5 * MINUTE);
    const { settleUnknown } = await import("../../app/commands/settle-unknown.server");
    settleUnknown(
      world.desk,
      world.operator,
      world.form({
        intent_key: "escrow-create:esc_1",
        seen_tries: "1",
        choice: "happened",
        needs_id: "1",
        remote_id: remote?.id ?? "",
        reason: "on the site",
      }),
    );
    await world.settle();
    await world.advance(9 * HOUR, HOUR);
    expect(row().status).toBe("released");
  });
});

describe("an escrow whose run is gone", () => {
  const cancelRun = async () => {
    await createApi({ engine: world.engine })(
      new Request(`http://127.0.0.1/v1/runs/${row().run}`, {
        method: "DELETE",
        headers: { host: "127.0.0.1" },
      }),
    );
    await world.settle();
  };

  test("is taken over, and an approval is carried out", async () => {
    await create("esc_1");
    await cancelRun();
    expect(story().join("\n")).toMatch(/The run was cancelled/);
    decide("release");
    await world.settle();
    await world.advance(MINUTE);
    expect(row().status).toBe("released");
    expect(moves().releases).toBe(1);
  });

  test("is taken over without anybody asking, and refunded at its deadline", async () => {
    await create("esc_1");
    await cancelRun();
    await world.advance(9 * HOUR, HOUR);
    expect(story()).toContain("Resumed by another run");
    await world.advance(7 * DAY, 12 * HOUR);
    expect(row().status).toBe("refunded");
  });

  test("is taken over within the next hour when the run that was to do it was given up as well", async () => {
    await create("esc_1");
    await cancelRun();
    const { engine } = world;
    const there = engine.fetch;
    const away = () => Promise.reject(Object.assign(new TypeError("fetch failed"), { code: "ECONNREFUSED" }));
    engine.fetch = (input, init) =>
      new Request(input, init).url.includes("escrow-lifecycle") ? away() : there(input, init);
    const sync = async (id: string) => {
      await world.send("purple-flea/sync.requested", {}, id);
      await world.advance(10 * MINUTE, MINUTE);
    };
    await world.advance(10 * MINUTE, MINUTE);
    await sync("while away");
    engine.fetch = there;
    await sync("at once");
    expect(story()).not.toContain("Resumed by another run");
    await world.advance(HOUR, 10 * MINUTE);
    await sync("in the next hour");
    expect(story()).toContain("Resumed by another run");
  });

  test("also when the engine has lost everything it knew", async () => {
    await create("esc_1");
    // The run still reads as waiting in the mirror; the engine has never heard of it.
    world.engine.database.exec("delete from runs; delete from queue; delete from pauses");
    decide("release");
    await world.settle();
    await world.advance(9 * HOUR, HOUR);
    expect(row().status).toBe("released");
    expect(moves().releases).toBe(1);
  });

  test("the run that was taken over stops when it wakes, and does nothing", async () => {
    await create("esc_1");
    await world.send("purple-flea/escrow.resumed", { escrow_id: "esc_1" }, "take");
    decide("release");
    await world.settle();
    await world.advance(MINUTE);
    expect(row().status).toBe("released");
    expect(moves()).toEqual({ releases: 1, cancels: 0 });
    await world.advance(8 * DAY, 6 * HOUR);
    expect(runs("completed")).toBe(2);
  });
});

describe("a process that stops anywhere", () => {
  test("while an escrow waits: it goes on after the start", async () => {
    await create("esc_1");
    await world.crash();
    decide("release");
    await world.settle();
    await world.advance(MINUTE);
    expect(row().status).toBe("released");
  });
});
