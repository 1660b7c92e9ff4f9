import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claimFaucet as askForClaim } from "../../app/commands/ask.server";
import { pauseActions } from "../../app/commands/steer-actions.server";
import { settleUnknown } from "../../app/commands/settle-unknown.server";
import { openWorld, type World } from "../testing";
import { HOUR, MINUTE, SECOND } from "./testing";
import { claimRequestOf, faucetClaim } from "../money-calls/actions/faucet-claim";
import { attempt } from "../money-calls/attempt";

const CLAIM = "/faucet/api/claim";
const DAY = "2026-11-24";
const NEXT_DAY = "2026-11-25";

let world: World;
/** One attempt of a run. */
const claimAs = (run: string) => attempt(world.deps, faucetClaim, claimRequestOf(world.deps, null, run));
/** An attempt of which nobody hears: its answer may come when the world is closed. */
const dies = (): void => void claimAs("run-that-dies").catch(() => undefined);
/** What becomes of a claim on its way to Purple Flea. */
let wire: "well" | "refused" | "silent" | "late" | "slow";
/** Lets a late one come through. */
let arrive: () => Promise<unknown>;
/** Lets the answer of a slow one come through. */
let answerIt: () => void;
beforeEach(async () => {
  wire = "well";
  world = await openWorld({
    startMs: Date.UTC(2026, 10, 24, 23, 59, 59),
    upstream(request, next) {
      if (!request.url.endsWith(CLAIM) || wire === "well") return next(request);
      if (wire === "silent") return new Promise(() => undefined);
      if (wire === "slow")
        return next(request).then((reply) => new Promise((done) => (answerIt = () => done(reply))));
      arrive = () => next(request);
      const code = wire === "late" ? "ECONNRESET" : "ECONNREFUSED";
      const cause = Object.assign(new Error("no answer"), { code });
      return Promise.reject(Object.assign(new TypeError("fetch failed"), { cause }));
    },
  });
});
afterEach(() => world.close());

const claims = () =>
  world.rows("select utc_day day, status, reason from claims order by utc_day") as {
    day: string;
    status: string;
    reason: string | null;
  }[]; // its columns
const intents = () => world.rows("select key, status from intents order by key");
const claimedThere = () => world.purpleFlea.db.prepare("select day from claims order by day").pluck().all();
const answer = () =>
  world.row<{ state: string; message: string }>(
    "select state, message from command_outcomes order by at desc, command_id desc limit 1",
  );
async function ask() {
  askForClaim(world.desk, world.operator, world.form());
  await world.settle();
}

async function didNotHappen(day: string, more: Record<string, string> = {}) {
  const key = `claim:${world.deps.config.agentId}:${day}`;
  const decision = {
    intent_key: key,
    choice: "not-happened",
    seen_tries: "1",
    reason: "looked it up",
    ...more,
  };
  settleUnknown(world.desk, world.operator, world.form(decision));
  await world.settle();
}

describe("a claim at the end of its day", () => {
  test("that could not be sent is over with it, and the next day's is free", async () => {
    wire = "refused";
    await ask();
    expect(claims()).toMatchObject([{ day: DAY, status: "claiming" }]);
    wire = "well";
    await world.advance(5 * MINUTE, MINUTE);
    expect(claims()).toEqual([
      { day: DAY, status: "not_executed", reason: "its day was over before it could be sent" },
    ]);
    expect(answer()).toEqual({
      state: "skipped",
      message: "Not claimed: its day was over before it could be sent. Nothing moved.",
    });
    expect(claimedThere()).toEqual([]);
    await ask();
    expect(claims()).toMatchObject([{ status: "not_executed" }, { day: NEXT_DAY, status: "claimed" }]);
    expect(claimedThere()).toEqual([NEXT_DAY]);
  });

  test("whose try died is unknown, and nothing is sent for it on the next day", async () => {
    wire = "silent";
    dies();
    wire = "well";
    await world.advance(5 * SECOND);
    expect(await claimAs("run-that-dies")).toMatchObject({ kind: "unknown" });
    expect(claims()).toMatchObject([{ day: DAY, status: "unknown" }]);
    expect(intents()).toMatchObject([{ status: "unknown" }]);
    expect(claimedThere()).toEqual([]);
  });

  test("that Purple Flea hears of behind midnight is the next day's, here as there", async () => {
    wire = "late";
    await ask();
    expect(claims()).toMatchObject([{ day: DAY, status: "unknown" }]);
    await world.advance(5 * SECOND);
    await arrive();
    await world.advance(MINUTE);
    expect(claimedThere()).toEqual([NEXT_DAY]);
    expect(claims()).toMatchObject([
      { day: DAY, status: "unknown" },
      { day: NEXT_DAY, status: "claimed" },
    ]);
    wire = "well";
    await world.send("purple-flea/faucet.claim.requested", {}, "c2");
    expect(await claimAs("run-2")).toMatchObject({ reason: "done before" });
    expect(world.calls(`POST ${CLAIM}`)).toBe(1);
    expect(world.row("select amount_micro, requested_by from claims where status = 'claimed'")).toEqual({
      amount_micro: 1_000_000n,
      requested_by: "nobody here",
    });
  });

  test("that a person lets be sent again and could not be sent is over as well", async () => {
    wire = "silent";
    dies();
    await claimAs("run-that-dies");
    wire = "refused";
    await didNotHappen(DAY, { again: "on" });
    expect(claims()).toMatchObject([{ day: DAY, status: "unknown" }]);
    wire = "well";
    await world.advance(5 * MINUTE, MINUTE);
    expect(claims()).toMatchObject([{ day: DAY, status: "not_executed" }]);
    expect(answer()).toMatchObject({ state: "failed" });
    expect(claimedThere()).toEqual([]);
    // Nothing was sent again, so nothing was rejected either.
    const settled = world.row<{ output: string }>(
      "select output from runs where function_id = 'settle-unknown'",
    );
    expect(settled?.output).toContain("Not done: its day was over before it could be sent. Nothing moved.");
  });
});

test("a claim that is paused between its tries is not left claiming", async () => {
  await world.advance(HOUR);
  wire = "refused";
  await ask();
  const form = world.form({ reason: "looking into it" });
  form.append("kinds", "claim");
  pauseActions(world.desk, world.operator, form);
  await world.settle();
  wire = "well";
  await world.advance(5 * MINUTE, MINUTE);
  expect(claims()).toMatchObject([{ day: NEXT_DAY, status: "not_executed" }]);
  expect(claims()[0]?.reason).toMatch(/paused by an operator/);
  expect(claimedThere()).toEqual([]);
});

test("a claim that a person says did not happen, and is not to, is not sent by a look that comes later", async () => {
  await world.advance(HOUR);
  world.fault({ call: "faucet.claim", kind: "drop-before" });
  await ask();
  await didNotHappen(NEXT_DAY);
  await world.advance(3 * HOUR, MINUTE);
  expect(claims()).toMatchObject([{ day: NEXT_DAY, status: "not_executed" }]);
  expect(world.calls(`POST ${CLAIM}`)).toBe(1);
});

test("a claim is of the moment at which it was first told of, whenever its own answer comes", async () => {
  await world.advance(HOUR);
  wire = "slow";
  const claiming = claimAs("run-1");
  await world.advance(5 * SECOND, SECOND);
  const told = world.row<{ status: string; at: bigint }>("select status, settled_at at from claims");
  expect(told?.status).toBe("claimed");
  await world.advance(SECOND);
  answerIt();
  expect(await claiming).toMatchObject({ kind: "done", amount_usdc: "1.000000" });
  expect(world.row("select status, settled_at at from claims")).toEqual(told);
  expect(world.rows("select title from timeline where subject_type = 'claim'")).toHaveLength(1);
});
