import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pauseActions } from "../../app/commands/steer-actions.server";
import { openWorld, type World } from "../testing";
import { DAY, HOUR, MINUTE, SECOND, escrowsIn } from "./testing";

let world: World;
const { create, row, story, decide, moves, runs } = escrowsIn(() => world);
beforeEach(async () => {
  // The mirror is read so seldom that no sweep helps.
  world = await openWorld({ config: { syncCron: "0 */4 * * *" } });
});
afterEach(() => world.close());

/** The engine loses what it knew of the escrow's run, as a server that keeps its queue in memory does when it is killed. */
function forget(): void {
  world.engine.database.exec("delete from runs; delete from queue; delete from pauses");
}
const waiting = () => world.rows("select id from runs where status = 'waiting'").length;

describe("a decision is heard", () => {
  test("by the run that waits, and nobody takes over", async () => {
    await create("esc_1");
    decide("release");
    await world.settle();
    expect(row().status).toBe("released");
    await world.advance(5 * MINUTE, 30 * SECOND);
    expect(story()).not.toContain("Resumed by another run");
    expect(moves()).toEqual({ releases: 1, cancels: 0 });
    expect(waiting()).toBe(0);
    expect(runs("completed")).toBe(1);
  });

  test.each([
    ["an approval", "release", "released"],
    ["a rejection", "cancel", "refunded"],
  ] as const)("%s whose run the engine forgot is carried out within a minute", async (_, decision, end) => {
    await create("esc_1");
    forget();
    decide(decision);
    await world.settle();
    expect(row().status).toBe("pending");
    await world.advance(45 * SECOND, SECOND);
    expect(row().status).toBe(end);
  });

  test("so is a counterparty's confirmation", async () => {
    await create("esc_1");
    forget();
    world.purpleFlea.confirm(row().remote, world.clock.now());
    await world.settle();
    await world.advance(45 * SECOND, SECOND);
    expect(row().status).toBe("released");
  });

  test("when it comes between the run's look and its wait", async () => {
    const { engine } = world;
    const there = engine.fetch;
    let isDecided = false;
    engine.fetch = async (input, init) => {
      const answer = await there(input, init);
      const body = await answer.clone().text();
      if (isDecided || !body.includes('"op":"WaitForEvent"')) return answer;
      isDecided = true;
      decide("release");
      // The engine hears of the wait only after the decision was recorded and told of.
      const told = () => world.row("select 1 from steps where name = 'tell-run' and status = 'completed'");
      await world.drain();
      while (!told()) await new Promise(setImmediate);
      return answer;
    };
    await create("esc_1");
    expect(isDecided).toBe(true);
    await world.settle();
    expect(row().status).toBe("pending");
    await world.advance(45 * SECOND, SECOND);
    expect(row().status).toBe("released");
    expect(moves().releases).toBe(1);
  });

  test("a rejection is heard while a pause holds the release", async () => {
    await create("esc_1");
    const form = world.form({ reason: "watching" });
    form.append("kinds", "escrow-release");
    pauseActions(world.desk, world.operator, form);
    world.purpleFlea.confirm(row().remote, world.clock.now());
    await world.settle();
    expect(row().status).toBe("pending");
    decide("cancel");
    await world.settle();
    await world.advance(45 * SECOND, SECOND);
    expect(row().status).toBe("refunded");
    expect(moves()).toEqual({ releases: 0, cancels: 1 });
  });

  test("a run that cannot read Purple Flea has heard, and is left to try again", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.get", kind: "status", status: 503, times: 1, retry_after_s: 50 });
    decide("release");
    await world.settle();
    await world.advance(2 * MINUTE, SECOND);
    expect(row().status).toBe("released");
    expect(story()).not.toContain("Resumed by another run");
  });

  test("nobody takes over while the end's own outcome is unknown", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.cancel", kind: "drop-before", times: 4 });
    await world.advance(7 * DAY - MINUTE, 12 * HOUR);
    world.purpleFlea.db.prepare("update escrows set expires_at = expires_at + ?").run(DAY);
    await world.advance(MINUTE + 10 * SECOND, SECOND);
    expect(row().status).toBe("unknown");
    world.purpleFlea.confirm(row().remote, world.clock.now());
    await world.settle();
    await world.advance(35 * SECOND, SECOND);
    expect(row().status).toBe("unknown");
    expect(story()).not.toContain("Resumed by another run");
    await world.advance(10 * MINUTE, MINUTE);
    expect(row().status).toBe("released");
  });
});

test("a release whose run the engine forgets while it is in flight is unknown, reconciled, and made once", async () => {
  await world.close();
  world = await openWorld();
  await create("esc_1");
  world.fault({ call: "escrow.release", kind: "drop-before", times: 1 });
  decide("release");
  await world.settle();
  // As a killed process leaves it: the intent is written, and no answer is.
  world.mirror.$client.exec(
    "update intents set status = 'open' where key = 'escrow-end:esc_1'; update escrows set status = 'releasing', reason = null",
  );
  forget();
  await world.advance(30 * MINUTE, MINUTE);
  expect(row().status).toBe("released");
  expect(story()).toContain("The release did not happen");
  expect(moves()).toEqual({ releases: 2, cancels: 0 });
});
