import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFunctions } from "..";
import { getDecision } from "../../db/read/decisions";
import { getEscrow } from "../../db/mirror/escrows";
import { usdcFromWire } from "../../domain/money";
import { escrowConfirmed, escrowCreated, escrowRejected } from "../events";
import { openWorld, type World } from "../testing";
import { escrowCreate } from "../money-calls/actions/escrow-create";
import { escrowEnds } from "../money-calls/actions/escrow-end";
import { attempt } from "../money-calls/attempt";
import type { Deps } from "../deps";
import { DAY, HOUR, SECOND, escrowsIn } from "./testing";

/** The result of a step in those days: what was done went by the action's name, an escrow's end by its status alone. */
async function resultBefore(done: "created" | undefined, result: Promise<{ kind: string }>): Promise<object> {
  const { kind, ...rest } = await result;
  return kind === "done" ? { ...(done && { kind: done }), ...rest } : { kind, ...rest };
}

/** `escrow-lifecycle` with the steps, ids, waits and results that it had while it raced two waits. */
function lifecycleThatRaces(deps: Deps) {
  const { client, mirror, read, clock } = deps;
  return client.createFunction(
    { id: "escrow-lifecycle", retries: 3, triggers: [escrowCreated], timeouts: { finish: "8d" } },
    async ({ event, step, group, runId }) => {
      const ref = event.data.escrow_id;
      await step.run("create-escrow", () =>
        resultBefore(
          "created",
          attempt(deps, escrowCreate, {
            ref,
            amountMicro: usdcFromWire(event.data.amount_usdc),
            counterparty: event.data.counterparty,
            description: "Agent service payment",
            commandId: null,
            runId,
          }),
        ),
      );
      const race = <T>(work: () => Promise<T>): Promise<T> => group.parallel({ mode: "race" }, work);
      for (;;) {
        const verdict = await race(() => step.run("check-decision", () => look(ref)));
        if (verdict.kind === "act")
          return race(() =>
            step.run("release-escrow", () =>
              resultBefore(
                undefined,
                attempt(deps, escrowEnds.release, { ...verdict.ending, ref, commandId: null, runId }),
              ),
            ),
          );
        const wait = { timeout: verdict.remaining, if: `async.data.escrow_id == "${ref}"` };
        await race(() =>
          Promise.race([
            step.waitForEvent("wait-for-counterparty", { event: escrowConfirmed, ...wait }),
            step.waitForEvent("wait-for-rejection", { event: escrowRejected, ...wait }),
          ]),
        );
      }
    },
  );
  function look(
    ref: string,
  ): { kind: "act"; ending: { action: "release"; decidedBy: string } } | { kind: "wait"; remaining: number } {
    const decision = getDecision(read, ref);
    return decision?.decision === "release"
      ? { kind: "act", ending: { action: "release", decidedBy: decision.operatorName ?? "operator" } }
      : { kind: "wait", remaining: (getEscrow(mirror, ref)?.expiresAt ?? 0) - clock.now() };
  }
}

let world: World;
const { create, row, story, decide, moves, runs } = escrowsIn(() => world);
beforeEach(async () => {
  world = await openWorld({
    config: { syncCron: "0 */4 * * *" },
    functions: (deps) => [
      lifecycleThatRaces(deps),
      ...createFunctions(deps).filter((one) => one.id() !== "escrow-lifecycle"),
    ],
  });
});
afterEach(() => world.close());

describe("a desk is upgraded while an escrow waits for one of two events", () => {
  test.each([
    ["approved", "release", "released", { releases: 1, cancels: 0 }],
    ["rejected", "cancel", "refunded", { releases: 0, cancels: 1 }],
  ] as const)("%s: carried out at once, by the run that waited", async (_, decision, end, calls) => {
    await create("esc_1");
    await world.upgrade();
    decide(decision);
    await world.settle();
    expect(row().status).toBe(end);
    expect(moves()).toEqual(calls);
    await world.advance(8 * DAY, 6 * HOUR);
    expect(story()).not.toContain("Resumed by another run");
    expect(runs("completed")).toBe(1);
    expect(moves()).toEqual(calls);
  });

  test("confirmed by the counterparty: released at once", async () => {
    await create("esc_1");
    await world.upgrade();
    world.purpleFlea.confirm(row().remote, world.clock.now());
    await world.settle();
    expect(row().status).toBe("released");
    expect(moves().releases).toBe(1);
  });

  test("nobody decides: refunded at the deadline", async () => {
    await create("esc_1");
    await world.upgrade();
    await world.advance(7 * DAY + HOUR, 12 * HOUR);
    expect(row().status).toBe("refunded");
    expect(runs("completed")).toBe(1);
  });

  test("woken before for nothing, and woken again: it goes on, and hears the decision", async () => {
    await create("esc_1");
    const claim = (id: string) =>
      world.send(
        "purple-flea/escrow.confirmed",
        { escrow_id: "esc_1", confirmed_by: "0xfeed", confirmed_at: "2026-11-24T12:00:00Z" },
        id,
      );
    await claim("before");
    await world.upgrade();
    await claim("after");
    expect(row().status).toBe("pending");
    decide("cancel");
    await world.settle();
    expect(row().status).toBe("refunded");
    expect(story()).not.toContain("Resumed by another run");
  });

  test("between two attempts of a release: the next attempt is the new build's", async () => {
    await create("esc_1");
    world.fault({ call: "escrow.release", kind: "status", status: 503, times: 1, retry_after_s: 20 });
    decide("release");
    await world.settle();
    await world.upgrade();
    await world.advance(25 * SECOND, SECOND);
    expect(row().status).toBe("released");
    expect(story()).not.toContain("Resumed by another run");
    expect(world.row("select 1 from runs where status = 'failed'")).toBeUndefined();
  });
});
