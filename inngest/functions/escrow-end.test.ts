import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listDecided } from "../../db/read/escrow-decisions";
import { escrowStory, getEscrowRow, getReceipt } from "../../db/read/escrows";
import { listAttention } from "../../db/read/overview";
import { openWorld, type World } from "../testing";
import { MINUTE, SECOND, escrowsIn } from "./testing";

let world: World;
const { create, row, story, decide, moves, runs } = escrowsIn(() => world);
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** Approves, and lets what follows at once happen. The command's id. */
async function approve(): Promise<string> {
  const result = decide("release");
  if (result.kind !== "accepted") throw new Error(result.kind);
  await world.settle();
  return result.commandId;
}
/** What pages are told of the escrow. */
function shown(command: string) {
  const escrow = getEscrowRow(world.read, "esc_1");
  if (!escrow) throw new Error("no escrow");
  const decided = listDecided(world.read, [escrow]).get("esc_1") ?? null;
  return { escrow, decided, receipt: getReceipt(world.read, command) };
}

describe("a release that Purple Flea rejects", () => {
  test("leaves the decision standing, says that nothing moved, and names when it is tried again", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.release", kind: "status", status: 422 });
    const command = await approve();
    const retryAt = world.clock.now() + 15 * MINUTE;
    const { escrow, decided, receipt } = shown(command);
    expect(escrow).toMatchObject({
      status: "pending",
      reason: expect.stringMatching(/^Purple Flea rejected the release: .*\. Nothing moved$/),
    });
    expect(Math.abs((escrow.retryAt ?? 0) - retryAt)).toBeLessThan(SECOND);
    expect(decided).toMatchObject({ status: "put-off", intent: "not_executed" });
    expect(receipt).toMatchObject({ answer: null, intent: "not_executed", putOff: { at: escrow.retryAt } });
    expect(world.row("select 1 from runs where status = 'failed'")).toBeUndefined();
    expect(listAttention(world.read, world.clock.now())).toContainEqual(
      expect.objectContaining({ kind: "put-off", ref: "esc_1", dueAt: escrow.retryAt }),
    );
    expect(story()).toContain("Release rejected by Purple Flea");

    // Syncs in between change nothing of it, and nobody takes over.
    await world.advance(13 * MINUTE, MINUTE);
    expect(getEscrowRow(world.read, "esc_1")).toMatchObject({
      reason: escrow.reason,
      retryAt: escrow.retryAt,
    });
    expect(moves().releases).toBe(1);
    await world.advance(3 * MINUTE, MINUTE);
    expect(row().status).toBe("released");
    expect(moves().releases).toBe(2);
    expect(getEscrowRow(world.read, "esc_1")).toMatchObject({ reason: null, retryAt: null });
    expect(getReceipt(world.read, command)?.answer).toMatchObject({ state: "confirmed" });
    expect(story()).not.toContain("Resumed by another run");
    expect(runs("completed")).toBe(1);
  });

  test("again and again: later and later", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.release", kind: "status", status: 422, times: 2 });
    await approve();
    await world.advance(16 * MINUTE, MINUTE);
    const retryAt = getEscrowRow(world.read, "esc_1")?.retryAt ?? 0;
    expect(retryAt - world.clock.now()).toBeGreaterThan(28 * MINUTE);
    await world.advance(31 * MINUTE, MINUTE);
    expect(row().status).toBe("released");
  });
});

test("a release that is not executed until its attempts are used up is tried again at a time that is named", async () => {
  await create("esc_1");
  world.fault({ call: "escrow.release", kind: "status", status: 503, times: 4 });
  const command = await approve();
  await world.advance(10 * SECOND, SECOND);
  const { escrow, decided, receipt } = shown(command);
  expect(escrow.reason).toMatch(/^The release did not go through: .*\(503\)\. Nothing moved$/);
  expect(decided?.status).toBe("put-off");
  expect(receipt?.putOff?.at).toBe(escrow.retryAt);
  await world.advance(16 * MINUTE, MINUTE);
  expect(row().status).toBe("released");
  expect(moves().releases).toBe(5);
});

describe("a release whose answer gets lost", () => {
  test("is unknown everywhere, and nothing says that nothing moved", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.release", kind: "drop-after" });
    const command = await approve();
    const { escrow, receipt } = shown(command);
    expect(escrow.status).toBe("unknown");
    expect(receipt).toMatchObject({
      intent: "unknown",
      answer: { state: "unknown", message: expect.stringContaining("The money may have moved") },
    });
    expect(JSON.stringify([escrow.reason, receipt?.answer, story()])).not.toMatch(/nothing moved/i);
    await world.advance(10 * SECOND, SECOND);
    expect(row().status).toBe("released");
    expect(getReceipt(world.read, command)?.answer).toMatchObject({ state: "confirmed" });
    expect(moves().releases).toBe(1);
  });

  test("and that is then found not to have happened: unknown is taken back, and it is tried again", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.release", kind: "drop-before", times: 4 });
    const command = await approve();
    await world.advance(10 * SECOND, SECOND);
    expect(shown(command).receipt?.answer).toMatchObject({ state: "unknown" });
    await world.advance(5 * MINUTE, MINUTE);
    expect(story()).toContain("The release did not happen");
    expect(row().status).toBe("released");
    expect(getReceipt(world.read, command)?.answer).toMatchObject({ state: "confirmed" });
  });
});

test("what happens within one second is told in the order it happened", async () => {
  await create("esc_1");
  const command = await approve();
  // Purple Flea dates its webhook in whole seconds, before what it tells of.
  await world.advance(MINUTE);
  const { decided } = shown(command);
  const titles = escrowStory(world.read, "esc_1", decided).map((entry) => entry.title);
  const place = (words: RegExp) => titles.findIndex((title) => words.test(title));
  const order = [
    /^Approved by/,
    /^Approval sent/,
    /^Release sent/,
    /^Released/,
    /^Purple Flea says: escrow.released/,
  ];
  expect(order.map(place)).toEqual([...order.map(place)].sort((a, b) => b - a));
  expect(order.map(place)).not.toContain(-1);
});
