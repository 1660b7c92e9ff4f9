import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inTransaction } from "../../db/connection";
import { saveOperator, type Operator } from "../../db/desk/operators";
import { changeEscrow } from "../../db/mirror/escrows";
import { operators } from "../../db/schema";
import { newId } from "../../domain/ids";
import { formatMicro } from "../../domain/money";
import { openWorld, type World } from "../../inngest/testing";
import { acceptDrift } from "./accept-drift.server";
import { claimFaucet, createEscrow, placeBet, syncNow } from "./ask.server";
import { decideEscrow } from "./decide-escrow.server";
import { sendAgain } from "./send-again.server";
import { sendPriceAlert } from "./send-price-alert.server";
import { settleUnknown } from "./settle-unknown.server";
import { pauseActions, resumeActions } from "./steer-actions.server";

const PAYEE = "0x00000000000000000000000000000000000000a1";
const DAY = 86_400_000;

let world: World;
let viewer: Operator;
beforeEach(async () => {
  world = await openWorld();
  await saveOperator(
    world.desk.desk,
    { email: "viewer@example.test", name: "Vera Viewer", password: "only to look", role: "viewer" },
    world.clock.now(),
  );
  const found = world.read
    .select()
    .from(operators)
    .all()
    .find((one) => one.role === "viewer");
  if (!found) throw new Error("no viewer");
  viewer = found;
});
afterEach(() => world.close());

const commands: [string, (...args: Parameters<typeof syncNow>) => ReturnType<typeof syncNow>][] = [
  ["accept-drift", acceptDrift],
  ["claim-faucet", claimFaucet],
  ["create-escrow", createEscrow],
  ["place-bet", placeBet],
  ["sync-now", syncNow],
  ["send-price-alert", sendPriceAlert],
  ["settle-unknown", settleUnknown],
  ["pause-actions", pauseActions],
  ["resume-actions", resumeActions],
  ["send-again", sendAgain],
  ["approve-escrow", (...args) => decideEscrow(...args, "release")],
  ["reject-escrow", (...args) => decideEscrow(...args, "cancel")],
];
const sent = () => world.row<{ n: bigint }>("select count(*) n from outbox")?.n;

describe.each(commands)("%s", (_kind, command) => {
  test("looks at the role before it looks at the form", () => {
    const untouchable = new Proxy(new FormData(), {
      get: () => {
        throw new Error("the form was looked at");
      },
    });
    let refused: unknown;
    try {
      command(world.desk, viewer, untouchable);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(Response);
    expect(refused).toMatchObject({ status: 403 });
  });

  test("reads no more of a form than a form can hold, and says so", () => {
    const form = world.form();
    for (let n = 0; n < 20_000; n++) form.append(n % 2 ? "shown" : "keep", `alert:${n}`);
    let read = 0;
    const counted = new Proxy(form, {
      get: (target, name) =>
        name === Symbol.iterator
          ? function* () {
              for (const entry of target) yield [read++, entry][1];
            }
          : Reflect.get(target, name),
    });
    const result = command(world.desk, world.operator, counted);
    expect(result).toMatchObject({
      kind: "invalid",
      fields: { form: expect.stringMatching(/more than 1,000 fields/) as string },
    });
    expect(read).toBeLessThanOrEqual(1_001);
    expect(sent()).toBe(0n);
  });

  test("answers a form without its fields, with files for texts or with one twice in words", () => {
    const empty = new FormData();
    const files = new FormData();
    const twice = world.form();
    twice.append("command_id", newId(world.clock.now()));
    for (const name of ["command_id", "ref", "kinds", "reason", "amount_usdc"])
      files.append(name, new File(["x"], "x"));
    const long = world.form({ reason: "x".repeat(20_000) });
    for (const form of [empty, files, twice, long]) {
      const result = command(world.desk, world.operator, form);
      expect(result.kind).toBe("invalid");
      expect(Object.values(result.kind === "invalid" ? result.fields : {}).join()).not.toMatch(
        /undefined|expected/,
      );
    }
    expect(sent()).toBe(0n);
  });
});

test("a long list of ids is kept apart in one pass", () => {
  pauseActions(world.desk, world.operator, world.form({ kinds: "trade", reason: "why" }));
  const form = world.form({ kinds: "trade", reason: "why" });
  for (let n = 0; n < 400; n++) form.append("shown", `alert:${n}`);
  for (let n = 0; n < 400; n += 2) form.append("keep", `alert:${n}`);
  expect(resumeActions(world.desk, world.operator, form)).toMatchObject({ kind: "accepted" });
  const payload = world.row<{ payload: string }>(
    "select payload from commands where kind = 'resume-actions'",
  );
  const { drop } = JSON.parse(payload?.payload ?? "{}") as { drop: string[] };
  expect(drop).toEqual(Array.from({ length: 200 }, (_, n) => `alert:${2 * n + 1}`));
});

describe("a decision about an escrow", () => {
  beforeEach(async () => {
    await world.send(
      "purple-flea/escrow.created",
      { escrow_id: "esc_1", amount_usdc: 50, counterparty: PAYEE, description: "Translation" },
      "esc_1",
    );
  });
  const row = () => {
    const found = world.row<{
      amount: bigint;
      status: string;
      deadline: bigint;
      version: bigint;
      description: string;
    }>(
      "select amount_micro amount, status, expires_at deadline, version, description from escrows where ref = 'esc_1'",
    );
    if (!found) throw new Error("no escrow");
    return found;
  };
  const review = (more: Record<string, string> = {}) => {
    const { amount, status, deadline, version, description } = row();
    return world.form({
      ref: "esc_1",
      version: String(version),
      seen_amount: formatMicro(amount),
      seen_payee: PAYEE,
      seen_status: status,
      seen_deadline: String(deadline),
      seen_description: description,
      ...more,
    });
  };
  const change = (description: string) =>
    inTransaction(world.mirror, (tx) =>
      changeEscrow(tx, "esc_1", { description }, world.clock.now(), world.clock.now()),
    );
  const decide = (form: FormData, decision: "release" | "cancel" = "release", who = world.operator) =>
    decideEscrow(world.desk, who, form, decision);

  test("about another description than the one that was seen is refused, and both are named", () => {
    const form = review();
    change("Something else");
    expect(decide(form)).toMatchObject({
      kind: "conflict",
      changes: expect.arrayContaining([
        { field: "For", was: "Translation", now: "Something else" },
      ]) as unknown,
    });
    expect(decide(review()).kind).toBe("accepted");
  });

  test("about another version is refused, also by a form that carries no description", () => {
    const form = review();
    form.delete("seen_description");
    change("Something else");
    expect(decide(form)).toMatchObject({
      kind: "conflict",
      changes: expect.arrayContaining([
        { field: "For", was: "not known", now: "Something else" },
        { field: "Version", was: "2", now: "3" },
      ]) as unknown,
    });
  });

  test("about another version that looks the same is refused, and says that it does", () => {
    const form = review();
    change("Something else");
    change("Translation");
    expect(decide(form)).toMatchObject({
      kind: "conflict",
      message: expect.stringMatching(/another version than the one you saw; .* is the same/) as string,
    });
  });

  test("stands after reads that brought nothing an approver looks at", async () => {
    const form = review();
    // The row as it was right after it was locked: the referral was not named yet.
    world.mirror.$client.prepare("update escrows set referral_micro = null").run();
    await world.send("purple-flea/sync.requested", {}, "sync-1");
    await world.advance(60_000);
    await world.send("purple-flea/sync.requested", {}, "sync-2");
    expect(decide(form).kind).toBe("accepted");
  });

  test("is held against the row in the transaction that records it", () => {
    const form = review();
    let changed = false;
    const clock = {
      ...world.desk.clock,
      // The last thing that is asked before the transaction: somebody else writes right then.
      now: () => {
        if (!changed) change("Slipped in");
        changed = true;
        return world.clock.now();
      },
    };
    expect(decideEscrow({ ...world.desk, clock }, world.operator, form, "release")).toMatchObject({
      kind: "conflict",
      changes: expect.arrayContaining([{ field: "For", was: "Translation", now: "Slipped in" }]) as unknown,
    });
    expect(world.row("select * from decisions")).toBeUndefined();
  });

  test("the same form twice is one decision; with another reason, verdict or operator it is not the same", async () => {
    await saveOperator(
      world.desk.desk,
      {
        email: "second@example.test",
        name: "Sam Second",
        password: "a longer one of its own",
        role: "operator",
      },
      world.clock.now(),
    );
    const second = world.read
      .select()
      .from(operators)
      .all()
      .find((one) => one.name === "Sam Second");
    if (!second) throw new Error("no second operator");
    const form = review({ reason: "delivered" });
    const id = form.get("command_id");
    expect(decide(form)).toEqual({ kind: "accepted", commandId: id });
    expect(decide(form)).toEqual({ kind: "duplicate", commandId: id });
    const other = review({ reason: "not delivered", command_id: String(id) });
    const spent = {
      kind: "conflict",
      message: expect.stringMatching(
        /used for something else already: approve escrow esc_1, at .*Nothing was sent/,
      ) as string,
    };
    expect(decide(other)).toMatchObject(spent);
    expect(decide(form, "cancel")).toMatchObject(spent);
    expect(decide(form, "release", second)).toMatchObject(spent);
    expect(
      world.row("select count(*) n from commands where kind in ('approve-escrow', 'reject-escrow')"),
    ).toEqual({ n: 1n });
  });
});

describe("a command's id", () => {
  test("that was spent on another deed, other contents or another event sends nothing, and says so", () => {
    const form = world.form();
    expect(syncNow(world.desk, world.operator, form).kind).toBe("accepted");
    const spent = {
      kind: "conflict",
      message: expect.stringMatching(/used for something else already/) as string,
    };
    expect(claimFaucet(world.desk, world.operator, form)).toMatchObject(spent);
    const alert = world.form({ asset: "ETH", price: "2840", direction: "long" });
    expect(sendPriceAlert(world.desk, world.operator, alert).kind).toBe("accepted");
    expect(sendPriceAlert(world.desk, world.operator, alert).kind).toBe("duplicate");
    alert.set("price", "2841");
    expect(sendPriceAlert(world.desk, world.operator, alert)).toMatchObject(spent);
    const escrow = { escrow_id: "esc_a", amount_usdc: "50", counterparty: PAYEE };
    const asked = world.form(escrow);
    expect(createEscrow(world.desk, world.operator, asked).kind).toBe("accepted");
    asked.set("escrow_id", "esc_b");
    expect(createEscrow(world.desk, world.operator, asked)).toMatchObject(spent);
    const queued = newId(world.clock.now());
    world.mirror.$client
      .prepare(
        "insert into outbox (id, event_name, data, created_at, next_attempt_at) values (?, 'webhook.received', '{}', 1, 0)",
      )
      .run(queued);
    expect(syncNow(world.desk, world.operator, world.form({ command_id: queued }))).toMatchObject(spent);
    expect(sent()).toBe(4n);
  });

  test.each([
    ["made by a clock two days ahead", 2 * DAY, /damaged/],
    ["of a form opened 31 days ago", -31 * DAY, /opened 31 d ago/],
    ["from the year 10889", 281_474_976_710_655 - 1_764_000_000_000, /damaged/],
  ])("%s sends nothing, and says so", (_what, offset, words) => {
    const id = newId(Math.min(world.clock.now() + offset, 281_474_976_710_655));
    const result = syncNow(world.desk, world.operator, world.form({ command_id: id }));
    expect(result).toMatchObject({ kind: "conflict", message: expect.stringMatching(words) as string });
    expect(sent()).toBe(0n);
  });

  test("of an old form that was sent then is still a repeat", () => {
    const form = world.form();
    expect(syncNow(world.desk, world.operator, form).kind).toBe("accepted");
    const later = { ...world.desk, clock: { ...world.clock, now: () => world.clock.now() + 40 * DAY } };
    expect(syncNow(later, world.operator, form).kind).toBe("duplicate");
  });
});
