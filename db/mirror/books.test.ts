import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTestDatabase } from "../testing";
import { beginBet, beginClaim, changeBet, changeClaim } from "./bets";
import { getBooks, openBooks } from "./books";
import { beginEscrow, changeEscrow } from "./escrows";
import { compareWallet } from "./drift";
import { openIntent, reopenIntent, settleIntent } from "./intents";
import type { MoneyActionName } from "../../domain/intents";
import { intentKeys, type IntentKey } from "../../domain/keys";

/* What trades do to the books is in trades.test.ts. */
const MINUTE = 60_000;
const OPENED = 10 * MINUTE;
const AMOUNT = 1_000_000n;
let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());
const moved = () => getBooks(db.writer)?.movedMicro;
const open = () => openBooks(db.writer, 50_000_000n, OPENED);
const send = (key: IntentKey, action: MoneyActionName, minute: number) =>
  openIntent(
    db.writer,
    { key, action, subjectRef: "it", amountMicro: AMOUNT, purse: "wallet", runId: "run-1" },
    minute * MINUTE,
  );
const settle = (key: IntentKey, status: "done" | "not_executed" | "unknown", minute: number) =>
  settleIntent(db.writer, key, { status }, minute * MINUTE);

describe("a claim that is learnt of after a look said that it was not made", () => {
  beforeEach(() => {
    const claim = {
      ref: "it",
      agentId: "ag_1",
      utcDay: "1970-01-01",
      requestedBy: "schedule",
      runId: "run-1",
    };
    beginClaim(db.writer, claim, MINUTE);
    changeClaim(db.writer, "it", { status: "not_executed", settledAt: 3 * MINUTE }, 3 * MINUTE);
    open();
  });
  const learn = (settledAt: number, amountMicro: bigint | null = AMOUNT) =>
    changeClaim(db.writer, "it", { status: "claimed", amountMicro, settledAt }, 60 * MINUTE);

  test("is in the opening when it was made before", () => {
    learn(4 * MINUTE);
    expect(moved()).toBe(0n);
  });
  test("is booked when it was made afterwards", () => {
    learn(11 * MINUTE);
    expect(moved()).toBe(AMOUNT);
    learn(11 * MINUTE);
    expect(moved()).toBe(AMOUNT);
  });
  test("is corrected when its moment is told later than itself", () => {
    learn(60 * MINUTE);
    expect(moved()).toBe(AMOUNT);
    learn(4 * MINUTE);
    expect(moved()).toBe(0n);
  });
});

describe("an escrow", () => {
  const key = intentKeys.escrowCreate("it");
  const begin = (minute: number) => {
    const escrow = { ref: "it", agentId: "ag_1", amountMicro: AMOUNT, counterparty: "0x1", runId: "run-1" };
    const row = { ...escrow, description: "", timeoutHours: 168 };
    beginEscrow(db.writer, row, "creating", null, minute * MINUTE);
  };
  const learn = (minute: number, change: Parameters<typeof changeEscrow>[2]) =>
    changeEscrow(db.writer, "it", change, minute * MINUTE, minute * MINUTE);

  const lockThenOpen = () => {
    send(key, "escrow-create", 1);
    begin(1);
    settle(key, "done", 2);
    learn(2, { remoteId: "pfe_1", status: "pending", lockedAt: 2 * MINUTE });
    open();
  };

  test("that was refunded before the books opened is in their opening, whenever that is read", () => {
    lockThenOpen();
    learn(11, { status: "refunded", settledAt: 9 * MINUTE });
    expect(moved()).toBe(0n);
  });
  test("that was locked before and refunded afterwards has come back", () => {
    lockThenOpen();
    learn(12, { status: "refunded", settledAt: 11 * MINUTE });
    expect(moved()).toBe(AMOUNT);
  });
  test("whose first try came to nothing before the books opened is booked, whatever its row is dated with", () => {
    send(key, "escrow-create", 1);
    begin(1);
    settle(key, "not_executed", 1);
    open();
    send(key, "escrow-create", 11);
    settle(key, "unknown", 11);
    // As a person's decision writes it: the row first, and then the call.
    learn(20, { remoteId: "pfe_1", status: "pending", lockedAt: MINUTE });
    expect(moved()).toBe(-AMOUNT);
    settle(key, "done", 20);
    learn(21, { confirmedAt: 21 * MINUTE });
    expect(moved()).toBe(-AMOUNT);
    learn(30, { status: "refunded", settledAt: 30 * MINUTE });
    expect(moved()).toBe(0n);
  });
});

describe("a bet", () => {
  const key = intentKeys.bet("slot");
  const begin = () => {
    send(key, "bet", 1);
    const bet = {
      ref: "it",
      requestKey: "slot",
      agentId: "ag_1",
      game: "coin_flip",
      params: {},
      runId: "run-1",
    };
    const row = { ...bet, stakeMicro: AMOUNT, clientSeed: "it", serverSeedHash: null, nonce: null };
    beginBet(db.writer, row, MINUTE);
    settle(key, "done", 2);
  };
  test("that was over before the books opened stays in their opening when its seed is read", () => {
    begin();
    const won = { remoteId: "pfb_1", status: "won", payoutMicro: 1_980_000n, settledAt: 2 * MINUTE } as const;
    changeBet(db.writer, "it", won, 2 * MINUTE);
    open();
    changeBet(db.writer, "it", { serverSeed: "seed", verified: true }, 11 * MINUTE);
    expect(moved()).toBe(0n);
  });
  test("whose outcome was pending when they opened is booked with what it pays", () => {
    begin();
    changeBet(db.writer, "it", { remoteId: "pfb_1", status: "unknown", payoutMicro: 0n }, 2 * MINUTE);
    open();
    const won = { status: "won", payoutMicro: 1_980_000n, settledAt: 11 * MINUTE } as const;
    changeBet(db.writer, "it", won, 11 * MINUTE);
    expect(moved()).toBe(1_980_000n);
  });
});

describe("the opening", () => {
  const balanceMicro = 50_000_000n;
  /** Two looks at the same balance, the first a minute before the second. */
  const look = (minute: number) => {
    const first = { balanceMicro, askedAt: (minute - 1) * MINUTE, movedMicro: null };
    return compareWallet(db.writer, { ...first, askedAt: minute * MINUTE }, first, minute * MINUTE);
  };
  const decider = { commandId: "c1", by: "Olive", reason: null, seenTries: 1 };

  test("waits while a call is sent again that a person said did not happen: it may be in the balance", () => {
    send(intentKeys.bet("b1"), "bet", 1);
    settle(intentKeys.bet("b1"), "unknown", 2);
    expect(look(10)).toBe("busy");
    reopenIntent(db.writer, intentKeys.bet("b1"), "bet", decider, "run-2", 11 * MINUTE);
    expect(look(14)).toBe("busy");
    settle(intentKeys.bet("b1"), "not_executed", 15);
    expect(look(20)).toBe("busy");
    settle(intentKeys.bet("b1"), "done", 21);
    expect(look(30)).toBe("opened");
  });
  test("does not wait for a day's claim that came to nothing: it tells its own moment", () => {
    send(intentKeys.claim("ag_1", "1970-01-01"), "claim", 1);
    settle(intentKeys.claim("ag_1", "1970-01-01"), "unknown", 2);
    reopenIntent(db.writer, intentKeys.claim("ag_1", "1970-01-01"), null, decider, "run-2", 11 * MINUTE);
    settle(intentKeys.claim("ag_1", "1970-01-01"), "not_executed", 12);
    expect(look(20)).toBe("opened");
  });
});
