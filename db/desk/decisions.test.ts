import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DecisionKind, EscrowDecision } from "../../domain/decision-record";
import { inTransaction } from "../connection";
import { getDecision, listDecisions } from "../read/decisions";
import { listDecided } from "../read/escrow-decisions";
import { decisions, escrows, operators } from "../schema";
import { explainQueries, openTestDatabase } from "../testing";
import { appendDecision, type DecisionEntry } from "./decisions";

let db: ReturnType<typeof openTestDatabase>;
let clock = 0;
beforeEach(() => {
  db = openTestDatabase();
  clock = 1_000;
  const account = { passwordHash: "-", role: "operator" as const, createdAt: 0 };
  db.writer
    .insert(operators)
    .values([
      { id: "op_ada", email: "ada@example.test", name: "Ada", ...account },
      { id: "op_ben", email: "ben@example.test", name: "Ben", ...account },
    ])
    .run();
});
afterEach(() => db.close());

/** Appends a row a second after the one before. */
function append(
  kind: DecisionKind,
  decision: EscrowDecision = "release",
  more: Partial<Omit<DecisionEntry, "kind" | "decision">> = {},
) {
  const at = (clock += 1_000);
  const actor = { kind: "operator", id: "op_ada" } as const;
  const entry = { escrowRef: "esc_1", commandId: `c${at}`, reason: null, seenVersion: 2, effectiveAt: at };
  inTransaction(db.writer, (tx) => appendDecision(tx, { ...entry, kind, decision, actor, ...more }, at));
}
const inForce = () => getDecision(db.reader, "esc_1");
const kinds = () => listDecisions(db.reader, "esc_1").map((row) => row.kind);

describe("the last word about an escrow", () => {
  test("is none where nothing was said", () => {
    expect(inForce()).toBeNull();
    expect(kinds()).toEqual([]);
  });

  test("is what was signed, by whom, about which version, in force at once", () => {
    append("signed", "release", { reason: "delivered", commandId: "c1" });
    expect(inForce()).toMatchObject({
      escrowRef: "esc_1",
      kind: "signed",
      decision: "release",
      actorKind: "operator",
      actorId: "op_ada",
      operatorId: "op_ada",
      operatorName: "Ada",
      commandId: "c1",
      reason: "delivered",
      seenVersion: 2,
      at: 2_000,
      effectiveAt: 2_000,
    });
    // It is asked for inside the transaction that writes an intent, too.
    expect(getDecision(db.writer, "esc_1")).toEqual(inForce());
    expect(getDecision(db.reader, "esc_2")).toBeNull();
  });

  test("is final while nothing takes it back: no second one is appended", () => {
    append("signed", "release");
    for (const decision of ["release", "cancel"] as const)
      expect(() => append("signed", decision)).toThrow("about esc_1 a release stands");
    expect(kinds()).toEqual(["signed"]);
  });

  test("is none after it was undone, and the next one after that", () => {
    append("signed", "release");
    append("undone", "release");
    expect(inForce()).toBeNull();
    append("signed", "cancel", { commandId: "again" });
    expect(inForce()).toMatchObject({ decision: "cancel", commandId: "again" });
    expect(kinds()).toEqual(["signed", "undone", "signed"]);
  });

  test("is what replaced it", () => {
    append("signed", "cancel");
    append("replaced", "release", { actor: { kind: "operator", id: "op_ben" } });
    expect(inForce()).toMatchObject({ kind: "replaced", decision: "release", operatorName: "Ben" });
    append("withdrawn", "release");
    expect(inForce()).toBeNull();
  });

  test("can be a rule's", () => {
    append("signed", "release", { actor: { kind: "rule", id: "small-amounts" } });
    expect(inForce()).toMatchObject({ actorKind: "rule", actorId: "small-amounts", operatorName: null });
  });

  test("may be one that is not acted on yet: it says from when on", () => {
    append("signed", "release", { effectiveAt: 60_000 });
    expect(inForce()).toMatchObject({ at: 2_000, effectiveAt: 60_000 });
  });

  test("waits for the signature that it wants, and is in force with that one", () => {
    append("signed", "release", { effectiveAt: null });
    expect(inForce()).toBeNull();
    expect(() => append("signed", "cancel")).toThrow("about esc_1 a release stands");
    const second = { actor: { kind: "operator", id: "op_ben" }, effectiveAt: 90_000 } as const;
    append("signed", "release", second);
    expect(inForce()).toMatchObject({ operatorName: "Ben", effectiveAt: 90_000 });
    // One of the two takes the signature back.
    append("withdrawn", "release");
    expect(inForce()).toBeNull();
    expect(listDecisions(db.reader, "esc_1").map((row) => [row.kind, row.operatorName])).toEqual([
      ["signed", "Ada"],
      ["signed", "Ben"],
      ["withdrawn", "Ada"],
    ]);
  });

  test.each(["withdrawn", "undone", "replaced"] as const)("nothing is %s where nothing stands", (kind) => {
    const nothing = `nothing about esc_1 stands that could be ${kind}`;
    expect(() => append(kind)).toThrow(nothing);
    append("signed");
    append("undone");
    expect(() => append(kind)).toThrow(nothing);
    expect(kinds()).toEqual(["signed", "undone"]);
  });

  test("on a page is the one that the functions act on", () => {
    const page = [{ ref: "esc_1", runId: null, retryAt: null }];
    const shown = () => listDecided(db.reader, page).get("esc_1")?.commandId ?? null;
    for (const [kind, decision] of [
      ["signed", "release"],
      ["undone", "release"],
      ["signed", "cancel"],
      ["replaced", "release"],
      ["withdrawn", "release"],
      ["signed", "release"],
    ] as const) {
      append(kind, decision);
      expect(shown()).toBe(inForce()?.commandId ?? null);
    }
    expect(shown()).not.toBeNull();
  });
});

test("the file itself changes no row of the record and removes none", () => {
  append("signed");
  expect(() => db.writer.update(decisions).set({ decision: "cancel" }).run()).toThrow(/append another row/);
  expect(() => db.writer.delete(decisions).run()).toThrow(/append another row/);
  expect(inForce()).toMatchObject({ decision: "release" });
});

test("one command is one row, whatever it says", () => {
  append("signed", "release", { commandId: "c1" });
  expect(() => append("undone", "release", { commandId: "c1" })).toThrow(/UNIQUE/);
});

test("a page's decisions are found by their escrows, also beside very many", () => {
  const put = db.writer.$client.prepare(
    "insert into decisions (escrow_ref, kind, decision, actor_kind, actor_id, command_id, seen_version, at, effective_at) values (?, 'signed', 'release', 'operator', 'op_ada', ?, 1, 1, 1)",
  );
  for (let n = 0; n < 300; n++) put.run(`esc_${n}`, `seed-${n}`);
  db.writer.insert(escrows).values({ ref: "esc_1", agentId: "a", amountMicro: 1n, counterparty: "0xabcd", description: "", timeoutHours: 168, status: "pending", createdAt: 1, observedAt: 1, updatedAt: 1, version: 1 }).run(); // prettier-ignore
  const plans = explainQueries(db.reader, () => {
    inForce();
    listDecided(db.reader, [{ ref: "esc_1", runId: null, retryAt: null }]);
  });
  expect(plans.join("\n")).toMatch(/decisions_escrow/);
  expect(plans.join("\n")).not.toMatch(/SCAN d\b|MATERIALIZE/);
});
