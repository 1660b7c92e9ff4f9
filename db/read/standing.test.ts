import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { balances, claims, commandOutcomes, commands, domains, operators, outbox } from "../schema";
import { explainQueries, openTestDatabase } from "../testing";
import { HISTORY_LIMIT, listBalanceHistory, listCurrentBalances } from "./balances";
import { getFaucetDay, listClaims } from "./claims";
import { listDomains } from "./domains";
import { countUnsent, listSent, listUnsent } from "./outbox";

let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

describe("balances", () => {
  function see(kind: "wallet" | "locked", at: number, amountMicro: bigint) {
    db.writer
      .insert(balances)
      .values({ id: `${kind}:${at}`, kind, at, seenUntil: at, amountMicro, fromApi: kind === "wallet" })
      .run();
  }
  test("the newest row of each kind is what it is now", () => {
    see("wallet", 1, 5n);
    see("wallet", 9, 7n);
    see("locked", 4, 2n ** 53n + 1n);
    expect(listCurrentBalances(db.reader).map((row) => [row.kind, row.amountMicro, row.fromApi])).toEqual([
      ["wallet", 7n, true],
      ["locked", 2n ** 53n + 1n, false],
    ]);
  });
  test("a history begins with what stood when the stretch began", () => {
    for (const at of [10, 20, 30, 40]) see("wallet", at, BigInt(at));
    expect(listBalanceHistory(db.reader, "wallet", 25)).toEqual({
      points: [20, 30, 40].map((at) => ({ at, seenUntil: at, amountMicro: BigInt(at) })),
      cut: false,
    });
    expect(listBalanceHistory(db.reader, "wallet", 0).points).toHaveLength(4);
    expect(listBalanceHistory(db.reader, "wallet", 15, 30).points.map((point) => point.at)).toEqual([10, 20]);
    expect(listBalanceHistory(db.reader, "locked", 0)).toEqual({ points: [], cut: false });
  });
  test("a long history keeps its newest points and says so", () => {
    db.writer.transaction(() => {
      for (let at = 0; at < HISTORY_LIMIT + 3; at++) see("wallet", at, 1n);
    });
    const { points, cut } = listBalanceHistory(db.reader, "wallet", 0);
    expect([points.length, points[0]?.at, cut]).toEqual([HISTORY_LIMIT, 3, true]);
    for (const plan of explainQueries(db.reader, () => listBalanceHistory(db.reader, "wallet", 0)))
      expect(plan).toMatch(/SEARCH balances USING INDEX balances_kind_at/);
  });
});

describe("the faucet", () => {
  const day = Date.UTC(2026, 10, 24);
  function claim(utcDay: string, createdAt: number, nextEligibleAt: number | null = null, agentId = "ag") {
    db.writer
      .insert(claims)
      .values({
        ref: `${agentId}:${utcDay}`,
        agentId,
        utcDay,
        status: "claimed",
        requestedBy: "cron",
        createdAt,
        nextEligibleAt,
        updatedAt: createdAt,
      })
      .run();
  }
  test("today is the UTC day of the moment asked about, to the millisecond", () => {
    claim("2026-11-24", day + 1, day + 86_400_000);
    claim("2026-11-24", day + 2, null, "ag_other");
    expect(getFaucetDay(db.reader, "ag", day + 86_399_999)).toMatchObject({
      utcDay: "2026-11-24",
      today: { ref: "ag:2026-11-24" },
      nextEligibleAt: day + 86_400_000,
    });
    expect(getFaucetDay(db.reader, "ag", day + 86_400_000)).toMatchObject({
      utcDay: "2026-11-25",
      today: null,
    });
    expect(getFaucetDay(db.reader, "ag_third", day)).toEqual({
      utcDay: "2026-11-24",
      today: null,
      nextEligibleAt: null,
    });
  });
  test("history is newest first and pages", () => {
    claim("2026-11-22", 1);
    claim("2026-11-23", 2);
    claim("2026-11-24", 3);
    const page = listClaims(db.reader, { at: "first" }, 2);
    expect(page.rows.map((row) => row.utcDay)).toEqual(["2026-11-24", "2026-11-23"]);
    expect(page.after).toBe("2~ag:2026-11-23");
  });
});

test("domains: what expires first comes first, without an expiry last", () => {
  for (const [domain, expiresAt] of [
    ["never.flea", null],
    ["late.flea", 20],
    ["soon.flea", 10],
  ] as const)
    db.writer.insert(domains).values({ domain, status: "active", expiresAt, observedAt: 1 }).run();
  expect(listDomains(db.reader).map((row) => row.domain)).toEqual(["soon.flea", "late.flea", "never.flea"]);
});

describe("the outbox", () => {
  function put(id: string, createdAt: number, sentAt: number | null) {
    db.writer
      .insert(outbox)
      .values({
        id,
        eventName: "purple-flea/price.alert",
        data: { asset: "ETH" },
        createdAt,
        nextAttemptAt: createdAt,
        sentAt,
      })
      .run();
  }
  test("what waits is listed oldest first, with who asked for it", () => {
    db.writer
      .insert(operators)
      .values({
        id: "op",
        email: "a@b",
        name: "Mara Keller",
        passwordHash: "x",
        role: "operator",
        createdAt: 0,
      })
      .run();
    db.writer
      .insert(commands)
      .values({ id: "c2", kind: "send-price-alert", payload: {}, operatorId: "op", createdAt: 5 })
      .run();
    put("c3", 6, null);
    put("c2", 5, null);
    put("c1", 4, 4);
    expect(listUnsent(db.reader).map((row) => [row.id, row.state, row.operatorName])).toEqual([
      ["c2", "queued", "Mara Keller"],
      ["c3", "queued", null],
    ]);
    expect(countUnsent(db.reader)).toEqual({ n: 2, capped: false });
  });
  test("what has left says sent until the functions answer", () => {
    put("c1", 1, 2);
    put("c2", 2, 3);
    db.writer
      .insert(commandOutcomes)
      .values({ commandId: "c2", state: "failed", message: "Refused.", at: 4 })
      .run();
    expect(
      listSent(db.reader, { at: "first" }, 10).rows.map((row) => [row.id, row.state, row.answer]),
    ).toEqual([
      ["c2", "failed", "Refused."],
      ["c1", "sent", null],
    ]);
  });
  test("finding what waits does not read what has left", () => {
    const client = db.writer.$client;
    const insert = client.prepare(
      "insert into outbox (id, event_name, data, created_at, next_attempt_at, sent_at) values (?, 'e', '{}', ?, 0, 1)",
    );
    client.transaction(() => {
      for (let n = 0; n < 100_000; n++) insert.run(`c${n}`, BigInt(n));
    })();
    const plans = explainQueries(db.reader, () => [listUnsent(db.reader), countUnsent(db.reader)]);
    for (const plan of plans) expect(plan).toMatch(/outbox_unsent \(sent_at=\? AND parked_at=\?\)/);
    const [sent] = explainQueries(db.reader, () => listSent(db.reader, { at: "last" }, 50));
    expect(sent).toMatch(/outbox_created/);
    expect(sent).not.toMatch(/TEMP B-TREE/);
  });
});
