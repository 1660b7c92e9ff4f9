import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inTransaction } from "../../db/connection";
import { appendDecision } from "../../db/desk/decisions";
import type { DecisionKind, EscrowDecision } from "../../domain/decision-record";
import { attempt } from "../money-calls/attempt";
import { escrowEnds } from "../money-calls/actions/escrow-end";
import { openWorld, type World } from "../testing";
import { MINUTE, escrowsIn } from "./testing";

let world: World;
beforeEach(async () => {
  world = await openWorld({ config: { syncCron: "0 */4 * * *" } });
});
afterEach(() => world.close());
const { row, create, moves } = escrowsIn(() => world);

/** Writes a row of the decision record that takes effect later, and has the run read it. */
async function record(
  commandId: string,
  kind: DecisionKind,
  decision: EscrowDecision,
  inMs: number,
): Promise<void> {
  const now = world.clock.now();
  const actor = { kind: "operator", id: world.operator.id } as const;
  const entry = { escrowRef: "esc_1", reason: null, seenVersion: 1, effectiveAt: now + inMs };
  inTransaction(world.desk.desk, (tx) =>
    appendDecision(tx, { ...entry, kind, decision, actor, commandId }, now),
  );
  const claim = { escrow_id: "esc_1", confirmed_by: "0xfeed", confirmed_at: "2026-11-24T12:00:00Z" };
  await world.send("purple-flea/escrow.confirmed", claim, `claim-${commandId}`);
}

describe("a decision that takes effect later", () => {
  test("is carried out then, and nothing is sent before", async () => {
    await create("esc_1");
    await record("c1", "signed", "release", 10 * MINUTE);
    await world.advance(9 * MINUTE, MINUTE);
    expect(row().status).toBe("pending");
    expect(moves()).toEqual({ releases: 0, cancels: 0 });
    expect(world.row("select 1 from intents where key = 'escrow-end:esc_1'")).toBeUndefined();
    await world.advance(2 * MINUTE, MINUTE);
    expect(row()).toMatchObject({ status: "released", settled_by: "Olive Operator" });
    expect(moves().releases).toBe(1);
  });

  test("and is replaced before: the last word is carried out, the first never", async () => {
    await create("esc_1");
    await record("c1", "signed", "release", 10 * MINUTE);
    await record("c2", "replaced", "cancel", 0);
    await world.advance(12 * MINUTE, MINUTE);
    expect(row().status).toBe("refunded");
    expect(moves()).toEqual({ releases: 0, cancels: 1 });
  });
});

test("a release for a decision that is not the one on record any more reserves nothing", async () => {
  await create("esc_1");
  await record("c1", "signed", "release", 60 * MINUTE);
  const request = { ref: "esc_1", commandId: null, runId: row().run, decidedBy: "Olive", decision: "c0" };
  expect(await attempt(world.deps, escrowEnds.release, request)).toMatchObject({
    kind: "held",
    reason: "another decision is on record now",
  });
  expect(world.row("select 1 from intents where key = 'escrow-end:esc_1'")).toBeUndefined();
  expect(moves()).toEqual({ releases: 0, cancels: 0 });
});
