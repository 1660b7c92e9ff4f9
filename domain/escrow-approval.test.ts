import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decidedStatuses } from "./decided-status";
import type { EscrowDecision } from "./decision-record";
import {
  closes,
  denialCodes,
  deny,
  seenOf,
  type ApprovalContext,
  type Denial,
  type DenialCode,
  type EscrowToDecide,
} from "./escrow-approval";
import { STALE_AFTER_MS } from "./freshness";
import { formatMicro } from "./money";
import { escrowStatuses, roles, type Role } from "./statuses";

const NOW = 1_800_000_000_000;
const usdc = 1_000_000n;

const escrow = (more: Partial<EscrowToDecide> = {}): EscrowToDecide => ({
  ref: "esc_1",
  status: "pending",
  amountMicro: 100n * usdc,
  feeMicro: 1n * usdc,
  netMicro: 99n * usdc,
  referralMicro: 150_000n,
  feeRatePpm: 10_000,
  counterparty: "0x00000000000000000000000000000000000000a1",
  description: "Translation",
  expiresAt: NOW + 86_400_000,
  settledAt: null,
  settledBy: null,
  version: 2,
  sourceSyncedAt: NOW,
  ...more,
});
const around = (more: Partial<ApprovalContext> = {}): ApprovalContext => ({
  decision: "release",
  now: NOW,
  decided: null,
  releasesPaused: null,
  drift: null,
  driftLimitMicro: 50n * usdc,
  seen: null,
  say: {
    time: (ms) => new Date(ms).toISOString(),
    duration: (ms) => `${Math.round(ms / 60_000)} min`,
    usdc: (micro) => `${formatMicro(micro)} USDC`,
  },
  ...more,
});
const ask = (row = escrow(), context = around(), role: Role = "operator") => deny(row, { role }, context);
const codes = (denials: Denial[]) => denials.map(({ code }) => code);

/** How each reason comes about, and what is said of it. */
const cases: Record<DenialCode, { denials: Denial[]; what: RegExp; status: number }> = {
  ended: {
    denials: ask(escrow({ status: "released", settledAt: NOW, settledBy: "Olive Operator" })),
    what: /^Released at 2027-01-15T08:00:00.000Z by Olive Operator\.$/,
    status: 409,
  },
  decided: {
    denials: ask(
      escrow(),
      around({ decided: { decision: "cancel", by: "Ada", sentAt: NOW, status: "sent" } }),
    ),
    what: /^Ada’s rejection was sent at /,
    status: 409,
  },
  unknown: { denials: ask(escrow({ status: "unknown" })), what: /do not know its state/, status: 409 },
  status: { denials: ask(escrow({ status: "disputed" })), what: /^It is disputed\.$/, status: 409 },
  role: { denials: ask(escrow(), around(), "viewer"), what: /may look and not act/, status: 403 },
  changed: {
    denials: ask(escrow(), around({ seen: { ...seenOf(escrow()), amount: "1.000000", version: "1" } })),
    what: /^esc_1 changed while the review was open\.$/,
    status: 409,
  },
  paused: {
    denials: ask(escrow(), around({ releasesPaused: "paused by an operator: prices" })),
    what: /^Releases are paused by an operator: prices\.$/,
    status: 423,
  },
  sums: {
    denials: ask(escrow({ netMicro: 98n * usdc })),
    what: /^Net 98\.000000 USDC and fee 1\.000000 USDC do not make the amount of 100\.000000 USDC\.$/,
    status: 409,
  },
  stale: {
    denials: ask(escrow({ sourceSyncedAt: NOW - STALE_AFTER_MS - 1 })),
    what: /^The escrow source is 15 min old, the limit is 15 min\.$/,
    status: 409,
  },
  drift: {
    denials: ask(escrow(), around({ drift: { differenceMicro: -usdc, since: NOW } })),
    what: /differ by -1\.000000 USDC, unexplained since /,
    status: 409,
  },
};

test("a pending escrow that was just read and adds up may be decided, by operators and admins", () => {
  for (const decision of ["release", "cancel"] as const)
    for (const role of ["operator", "admin"] as const)
      expect(ask(escrow(), around({ decision, seen: seenOf(escrow()) }), role)).toEqual([]);
});

describe.each(denialCodes)("%s", (code) => {
  test("is a reason of its own, in three whole sentences, with its status", () => {
    const { denials, what, status } = cases[code];
    expect(codes(denials)).toEqual([code]);
    for (const denial of denials) {
      expect(denial.what).toMatch(what);
      expect(denial.status).toBe(status);
      for (const words of [denial.what, denial.money, denial.next]) expect(words).toMatch(/^\S.*[^.]\.$/);
    }
  });
});

test("rejecting is closed by what ended, is decided or not known, by the role and by what changed, and by nothing else", () => {
  expect(denialCodes.filter((code) => !closes.cancel.includes(code))).toEqual([
    "paused",
    "sums",
    "stale",
    "drift",
  ]);
  const worst = escrow({ netMicro: 1n, sourceSyncedAt: null });
  const drift = { differenceMicro: usdc, since: NOW };
  const context = around({ releasesPaused: "paused by an operator", drift });
  expect(codes(ask(worst, context))).toEqual(["paused", "sums", "stale", "drift"]);
  expect(ask(worst, { ...context, decision: "cancel" })).toEqual([]);
});

test("a fee that is not at the rate closes nothing while net and fee make the amount", () => {
  expect(ask(escrow({ feeMicro: 2n * usdc, netMicro: 98n * usdc, referralMicro: 7n }))).toEqual([]);
  expect(ask(escrow({ feeRatePpm: 20_000 }))).toEqual([]);
  expect(ask(escrow({ feeRatePpm: null, feeMicro: null, netMicro: null, referralMicro: null }))).toEqual([]);
});

test.each([
  ["net and fee a micro short", { netMicro: 99n * usdc - 1n }],
  ["net and fee a micro over", { feeMicro: usdc + 1n }],
  ["more net than there is", { netMicro: 101n * usdc, feeMicro: null }],
  ["more fee than there is", { netMicro: null, feeMicro: 101n * usdc }],
])("%s is not approved", (_name, sums) => {
  expect(codes(ask(escrow(sums)))).toEqual(["sums"]);
});

test("a difference closes what is above the limit, not what is at it", () => {
  const drift = { differenceMicro: usdc, since: NOW };
  const at = (amountMicro: bigint) =>
    codes(ask(escrow({ amountMicro, feeMicro: null, netMicro: null }), around({ drift })));
  expect(at(50n * usdc)).toEqual([]);
  expect(at(50n * usdc + 1n)).toEqual(["drift"]);
});

test("at its limit the source is still fresh; one that was never read is not", () => {
  expect(ask(escrow({ sourceSyncedAt: NOW - STALE_AFTER_MS }))).toEqual([]);
  expect(ask(escrow({ sourceSyncedAt: null }))[0]?.what).toMatch(/was never read/);
});

test("each thing that a review shows counts as changed, the version alone says that what is decided about is the same", () => {
  const seen = seenOf(escrow());
  const other = { amount: "1.000000", payee: "0xb", description: "x", status: "held", deadline: "" };
  for (const [field, value] of Object.entries(other))
    expect(ask(escrow(), around({ seen: { ...seen, [field]: value } }))[0]).toMatchObject({
      code: "changed",
      what: expect.stringMatching(/changed while/) as string,
    });
  expect(ask(escrow(), around({ seen: { ...seen, version: "1" } }))[0]?.what).toMatch(
    /another version than the one you saw; what you decide about is the same/,
  );
});

test("a decision that was not sent says so, and what becomes of it", () => {
  const decided = { decision: "release" as const, by: "Ada", sentAt: null };
  const said = (status: "queued" | "parked") => ask(escrow(), around({ decided: { ...decided, status } }))[0];
  expect(said("queued")?.what).toBe("Ada’s approval waits to be sent.");
  expect(said("parked")?.next).toBe("Send it again from the outbox.");
});

const micro = fc.bigInt({ min: -2n, max: 200n * usdc });
const anyEscrow = fc.record({
  ref: fc.constant("esc_1"),
  status: fc.oneof(fc.constant("pending" as const), fc.constantFrom(...escrowStatuses)),
  amountMicro: micro,
  feeMicro: fc.option(micro),
  netMicro: fc.option(micro),
  referralMicro: fc.option(micro),
  feeRatePpm: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  counterparty: fc.constantFrom("0xa", "0xb"),
  description: fc.constantFrom("one", "two"),
  expiresAt: fc.option(fc.constant(NOW)),
  settledAt: fc.option(fc.constant(NOW)),
  settledBy: fc.option(fc.constant("Ada")),
  version: fc.integer({ min: 1, max: 3 }),
  sourceSyncedAt: fc.option(fc.integer({ min: NOW - 2 * STALE_AFTER_MS, max: NOW })),
});
const decision = fc.constantFrom<EscrowDecision>("release", "cancel");
const anyContext = fc.record({
  now: fc.constant(NOW),
  decided: fc.option(
    fc.record({
      decision,
      by: fc.constant("Ada"),
      sentAt: fc.option(fc.constant(NOW)),
      status: fc.constantFrom(...decidedStatuses),
    }),
  ),
  releasesPaused: fc.option(fc.constant("paused by an operator")),
  drift: fc.option(fc.record({ differenceMicro: micro, since: fc.constant(NOW) })),
  driftLimitMicro: micro,
  seen: fc.option(fc.constant(seenOf(escrow()))),
  say: fc.constant(around().say),
});

test("whatever the row and what is around it: rejecting is closed by no more than approving, each reason once and in order", () => {
  const seen = new Set<DenialCode>();
  fc.assert(
    fc.property(anyEscrow, anyContext, fc.constantFrom(...roles), (row, context, role) => {
      const release = codes(deny(row, { role }, { ...context, decision: "release" }));
      const cancel = codes(deny(row, { role }, { ...context, decision: "cancel" }));
      expect(release.filter((code) => closes.cancel.includes(code))).toEqual(cancel);
      expect(release).toEqual(denialCodes.filter((code) => release.includes(code)));
      if (row.status !== "pending" || role === "viewer" || context.decided) expect(cancel).toHaveLength(1);
      release.forEach((code) => seen.add(code));
    }),
    { numRuns: 3_000 },
  );
  expect([...seen].sort()).toEqual([...denialCodes].sort());
});
