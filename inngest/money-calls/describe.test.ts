import { describe, expect, test } from "vitest";
import type { MoneyActionName as ActionName } from "../../domain/intents";
import { actions } from "./actions";
import type { Transition, TransitionKind } from "./protocol";

const order = { id: "ord_1", fillPrice: null };
const values: Record<ActionName, unknown> = {
  order,
  "escrow-create": { id: "pfe_1" },
  "escrow-release": {
    as: "released",
    feeMicro: 0n,
    referralMicro: null,
    by: { kind: "operator", name: "Olive" },
    at: 1,
  },
  "escrow-cancel": {
    as: "refunded",
    feeMicro: null,
    referralMicro: null,
    by: { kind: "operator", name: "Olive" },
    at: 1,
  },
  bet: { bet: { id: "pfb_1", outcome: "won", payoutMicro: 1n }, earlier: null },
  claim: { amountMicro: 1n, txHash: null, claimedAt: 1 },
};
const every = (name: ActionName): { [K in TransitionKind]: Extract<Transition<unknown>, { kind: K }> } => ({
  reserved: { kind: "reserved" },
  done: { kind: "done", value: values[name] },
  found: { kind: "found", value: values[name], words: "read at Purple Flea" },
  unknown: { kind: "unknown", reason: "no answer" },
  rejected: { kind: "rejected", reason: "no" },
  "not-executed": { kind: "not-executed", reason: "busy" },
  "given-up": { kind: "given-up", reason: "busy" },
  skipped: { kind: "skipped", reason: "a limit" },
  "found-missing": { kind: "found-missing", reason: "still locked" },
});
/** After which it is known that nothing moved. */
const NOTHING_MOVED = ["rejected", "not-executed", "given-up", "skipped", "found-missing"];
const names = Object.keys(actions) as ActionName[]; // a table over all names

describe.each(names)("%s", (name) => {
  const told = Object.entries(every(name)).map(([kind, transition]) => ({
    kind,
    ...actions[name].describe(undefined, transition, { decision: null }),
  }));

  test("says that nothing moved only where that is known", () => {
    for (const { kind, ...words } of told)
      if (/nothing (?:moved|was sent)|no order was sent/i.test(JSON.stringify(words)))
        expect(NOTHING_MOVED).toContain(kind);
  });
  test("answers who asked as the transition says, and never as done what is not", () => {
    for (const { kind, answer } of told) {
      if (kind === "done" || kind === "found") expect(answer?.state).toBe("confirmed");
      else if (kind === "unknown") expect(answer?.state).toBe("unknown");
      else expect(answer?.state ?? "failed").toMatch(/^(?:failed|skipped)$/);
    }
  });
  test("does not call unknown what is known, nor known what is not", () => {
    const unknown = told.find((one) => one.kind === "unknown");
    expect(unknown?.entry?.title).toBe("No answer came");
    expect(JSON.stringify(unknown)).toMatch(/\bmay\b/);
  });
});
