import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFunctions } from "..";
import { openWorld, type World } from "../testing";
import { DAY, MINUTE, PROMPT, escrowsIn } from "./testing";

/** Purple Flea as it is when it refunds by itself a minute after the deadline that it names. */
async function namedEarlier(
  request: Request,
  next: (request: Request) => Promise<Response>,
): Promise<Response> {
  const response = await next(request);
  const text = await response.text();
  const earlier = text.replace(
    /("expires_at":)"([^"]+)"/g,
    (_, name: string, at: string) => `${name}"${new Date(Date.parse(at) - MINUTE).toISOString()}"`,
  );
  return new Response(earlier, response);
}

let world: World;
beforeEach(async () => {
  // Without those that the clock calls: seven days pass by themselves.
  const onlyAsked = /^(escrow-|record-|reconcile-)/;
  world = await openWorld({
    upstream: namedEarlier,
    functions: (deps) => createFunctions(deps).filter((one) => onlyAsked.test(one.id())),
  });
});
afterEach(() => world.close());
const { row, create, decide, moves } = escrowsIn(() => world);

/** How each of the three ends an escrow. */
const ends = {
  "Olive Operator": async () => {
    await create("esc_1");
    decide("release");
    await world.settle();
  },
  counterparty: async () => {
    await create("esc_1", { counterparty: PROMPT });
    await world.advance(10 * MINUTE);
  },
  "time-out": async () => {
    await create("esc_1");
    await world.advance(7 * DAY - 10 * MINUTE, DAY / 4);
    await world.advance(12 * MINUTE, MINUTE / 4);
  },
};
const calls = { "Olive Operator": "release", counterparty: "release", "time-out": "cancel" } as const;
const who = Object.keys(ends) as (keyof typeof ends)[]; // its own keys

describe.each(who)("ended by %s", (name) => {
  const call = calls[name];
  const status = call === "release" ? "released" : "refunded";

  test("it says so", async () => {
    await ends[name]();
    expect(row()).toMatchObject({ status, settled_by: name });
    expect(moves()).toEqual({ releases: call === "release" ? 1 : 0, cancels: call === "cancel" ? 1 : 0 });
    const told = world.rows<{ detail: string }>(
      "select detail from timeline where subject_ref = 'esc_1' and detail like 'decided by %'",
    );
    expect(new Set(told.map(({ detail }) => detail))).toEqual(new Set([`decided by ${name}`]));
  });

  test("it says so when the answer got lost and Purple Flea was asked", async () => {
    world.fault({ call: `escrow.${call}`, kind: "drop-after" });
    await ends[name]();
    await world.advance(30 * MINUTE);
    expect(row()).toMatchObject({ status, settled_by: name });
  });
});

test("rejected by an operator, it is the operator who ended it and not the time-out", async () => {
  await create("esc_1");
  decide("cancel");
  await world.settle();
  expect(row()).toMatchObject({ status: "refunded", settled_by: "Olive Operator" });
});

test("found over at Purple Flea without a call of ours, it is Purple Flea who ended it", async () => {
  await create("esc_1");
  world.purpleFlea.endEscrow(row().remote, "refunded", world.clock.now());
  await world.advance(7 * DAY + 10 * MINUTE, DAY / 4);
  expect(row()).toMatchObject({ status: "refunded", settled_by: "Purple Flea" });
  expect(moves().releases).toBe(0);
});
