import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { getDecision, listDecisions } from "../../db/read/decisions";
import { getEscrowRow } from "../../db/read/escrows";
import { seenOf } from "../../domain/escrow-approval";
import { newId } from "../../domain/ids";
import { openWorld, type World } from "../../inngest/testing";
import { whatIsClosed } from "../lib/escrow-approval";
import { readStandingOf } from "../lib/escrow-standing.server";
import { decideEscrow } from "./decide-escrow.server";
import { statusOf } from "./result";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const put = (sql: string, ...params: unknown[]) => world.mirror.$client.prepare(sql).run(...params);

/** Plants a pending escrow of 200 USDC that was read just now and adds up, over the limit of the drift. */
function plant(ref: string, changes: Record<string, unknown> = {}): void {
  const now = world.clock.now();
  const row = {
    ref,
    remote_id: `re_${ref}`,
    agent_id: "ag_world",
    amount_micro: 200_000_000,
    fee_micro: 2_000_000,
    net_micro: 198_000_000,
    referral_micro: 300_000,
    fee_rate_ppm: 10_000,
    counterparty: "0x00000000000000000000000000000000000000a1",
    description: "Translation",
    timeout_hours: 168,
    status: "pending",
    created_at: now,
    expires_at: now + 86_400_000,
    observed_at: now,
    updated_at: now,
    version: 2,
    ...changes,
  };
  put(
    `insert into escrows (${Object.keys(row).join()}) values (${Object.keys(row)
      .map(() => "?")
      .join()})`,
    ...Object.values(row),
  );
}
const rowOf = (ref: string) => {
  const row = getEscrowRow(world.read, ref);
  if (!row) throw new Error(`no escrow ${ref}`);
  return row;
};
/** What the page shows of it: which reasons close which button. */
const page = (ref: string) => {
  const row = rowOf(ref);
  const standing = readStandingOf(world.desk, world.operator, row);
  return whatIsClosed(row, standing, world.operator.timeZone, world.clock.now(), seenOf(row));
};
/** Presses a button of the review as it is rendered now. */
const press = (ref: string, decision: "release" | "cancel", form = review(ref)) =>
  decideEscrow(world.desk, world.operator, form, decision);
const review = (ref: string) => {
  const seen = seenOf(rowOf(ref));
  return world.form({
    ref,
    reason: "because",
    version: seen.version,
    seen_amount: seen.amount,
    seen_payee: seen.payee,
    seen_status: seen.status,
    seen_deadline: seen.deadline,
    seen_description: seen.description,
  });
};

const onOff = [false, true];
const states = ["pending", "released", "disputed", "unknown"].flatMap((status) =>
  onOff.flatMap((wrong) =>
    onOff.flatMap((old) =>
      onOff.flatMap((paused) =>
        onOff.flatMap((drift) => onOff.map((decided) => ({ status, wrong, old, paused, drift, decided }))),
      ),
    ),
  ),
);

test("a lit button is accepted and an unlit one refused with the reasons beside it, in every state of an unchanged row", () => {
  let lit = 0;
  states.forEach(({ status, wrong, old, paused, drift, decided }, n) => {
    const now = world.clock.now();
    const from = { observed_at: now - (old ? 16 : 14) * 60_000 };
    put("delete from pauses");
    put("delete from drifts");
    if (paused) put("insert into pauses values ('escrow-release', 1, 'prices', 'op_1', ?)", now);
    if (drift)
      put(
        "insert into drifts (id, asset, since, seen_at, difference_micro, observed_micro, expected_micro, explained, rows) values ('d', 'USDC', ?, ?, 5, 5, 0, 0, '[]')",
        now,
        now,
      );
    for (const decision of ["release", "cancel"] as const) {
      const ref = `esc_${n}_${decision}`;
      plant(ref, { ...from, status, ...(wrong && { net_micro: 1 }) });
      if (decided)
        put(
          "insert into decisions (escrow_ref, kind, decision, actor_kind, actor_id, command_id, seen_version, at, effective_at) values (?, 'signed', 'cancel', 'operator', ?, ?, 2, ?, ?)",
          ref,
          world.operator.id,
          newId(now),
          now,
          now,
        );
      const shown = page(ref)[decision === "release" ? "approve" : "reject"];
      const result = press(ref, decision);
      const said = JSON.stringify({ ref, status, wrong, old, paused, drift, decided });
      expect(result.kind === "accepted", said).toBe(shown.length === 0);
      lit += shown.length === 0 ? 1 : 0;
      if (result.kind === "accepted") {
        expect(getDecision(world.read, ref)).toMatchObject({ decision, kind: "signed", effectiveAt: now });
        continue;
      }
      expect(statusOf(result), said).toBe(shown[0]?.status);
      const message = "message" in result ? result.message : "";
      expect(message).toMatch(/ Nothing was sent\.$/);
      for (const { what, money, next } of shown)
        for (const words of [what, money, next]) expect(message, said).toContain(words);
      expect(listDecisions(world.read, ref)).toHaveLength(decided ? 1 : 0);
    }
  });
  // Approving is open in one of them, rejecting in all that are pending and not decided.
  expect(lit).toBe(1 + 16);
});

describe("an approval of what does not add up", () => {
  test("is refused by one micro, and a fee that differs from the rate is not", () => {
    plant("esc_short", { net_micro: 197_999_999 });
    expect(press("esc_short", "release")).toMatchObject({
      kind: "conflict",
      message: expect.stringMatching(
        /^Net 197\.999999 USDC and fee 2\.00 USDC do not make the amount of 200\.00 USDC\./,
      ) as string,
    });
    expect(world.rows("select * from commands")).toEqual([]);
    plant("esc_rate", { fee_micro: 1_000_000, net_micro: 199_000_000 });
    expect(press("esc_rate", "release").kind).toBe("accepted");
  });
});

test("an approval of an older version than the row's is refused, although all that it names is the same", () => {
  plant("esc_1");
  const older = review("esc_1");
  put("update escrows set version = 3");
  expect(press("esc_1", "release", older)).toMatchObject({
    kind: "conflict",
    changes: expect.arrayContaining([{ field: "Version", was: "2", now: "3" }]) as unknown,
  });
  expect(press("esc_1", "cancel", review("esc_1")).kind).toBe("accepted");
});

test("a second decision is refused with who decided, and is not on record", () => {
  plant("esc_1");
  expect(press("esc_1", "cancel").kind).toBe("accepted");
  for (const decision of ["release", "cancel"] as const)
    expect(press("esc_1", decision)).toMatchObject({
      kind: "conflict",
      message: expect.stringMatching(/^Olive Operator’s rejection waits to be sent\./) as string,
    });
  expect(listDecisions(world.read, "esc_1").map((row) => row.decision)).toEqual(["cancel"]);
});
