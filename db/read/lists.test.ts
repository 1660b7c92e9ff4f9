import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explainQueries, openTestDatabase } from "../testing";
import { countAlerts, getAlert, listAlerts } from "./alerts";
import { countAudit, listAudit, listAuditFacets } from "./audit";
import { countBets, getBet, listBets } from "./bets";
import type { PageRequest } from "./keyset";
import { countRuns, countRunViews, getRun, listRunFunctions, listRuns } from "./runs";
import { countWebhooks, getWebhook, listWebhooks, listWebhookTypes } from "./webhooks";

/** 100,000 rows of each kind that grows without end; four share each millisecond. */
const ROWS = 100_000;
let db: ReturnType<typeof openTestDatabase>;
const name = (prefix: string, n: number) => `${prefix}${String(n).padStart(6, "0")}`;

beforeAll(() => {
  db = openTestDatabase();
  const client = db.writer.$client;
  const insertAlert = client.prepare(
    "insert into alerts (id, asset, price, direction, event_name, received_at, outcome, updated_at) values (?, ?, '1', ?, 'e', ?, ?, 0)",
  );
  const insertBet = client.prepare(
    `insert into bets (ref, request_key, agent_id, game, params, stake_micro, client_seed, status, created_at, observed_at, updated_at)
     values (?, ?, 'ag', 'coin_flip', '{}', 1, 's', ?, ?, 0, 0)`,
  );
  const insertRun = client.prepare(
    `insert into runs (id, function_id, event_name, status, attempt, input, subject_type, subject_ref, queued_at, started_at, updated_at)
     values (?, ?, 'e', ?, 1, '{}', 'escrow', ?, 0, ?, 0)`,
  );
  const insertHook = client.prepare(
    "insert into inbox (id, type, envelope, signed_at, received_at) values (?, ?, '{}', 0, ?)",
  );
  const insertAudit = client.prepare(
    "insert into audit (id, at, actor_kind, actor_id, action, before, after, result) values (?, ?, 'operator', ?, ?, 'null', '{\"a\":1}', 'accepted')",
  );
  client.transaction(() => {
    for (let n = 0; n < ROWS; n++) {
      const at = BigInt(Math.floor(n / 4));
      insertAlert.run(
        name("al_", n),
        n % 2 ? "BTC" : "ETH",
        n % 3 ? "long" : "short",
        at,
        n % 500 === 0 ? "unknown" : "traded",
      );
      insertBet.run(name("bet_", n), name("rq_", n), n % 2 ? "won" : "lost", at);
      insertRun.run(
        name("run_", n),
        n % 2 ? "escrow-lifecycle" : "sync-mirror",
        n % 1000 === 1 ? "failed" : "completed",
        name("esc_", n % 5000),
        at,
      );
      insertHook.run(name("evt_", n), n % 100 === 0 ? "something.unheard_of" : "trade.filled", at);
      insertAudit.run(name("au_", n), at, n % 50 ? "op_1" : "op_2", n % 10 ? "approve-escrow" : "sign-in");
    }
  })();
  client
    .prepare(
      "insert into operators (id, email, name, password_hash, role, created_at) values ('op_1', 'a@b', 'Mara Keller', 'x', 'operator', 0)",
    )
    .run();
  client
    .prepare(
      "insert into webhook_outcomes (webhook_id, outcome, detail, run_id, at) values ('evt_000100', 'unknown-type', 'kept', 'run_1', 9)",
    )
    .run();
  client
    .prepare(
      "insert into timeline (id, subject_type, subject_ref, at, kind, title, actor_kind, actor_id) values ('t', 'bet', 'bet_000001', 1, 'k', 'Placed', 'function', 'f')",
    )
    .run();
  client
    .prepare(
      "insert into steps (run_id, id, name, kind, status, attempts, started_at, position) values ('run_000001', 's2', 'b', 'run', 'failed', 2, 5, 1), ('run_000001', 's1', 'a', 'run', 'completed', 1, 4, 0)",
    )
    .run();
  client
    .prepare(
      "insert into step_attempts (run_id, step_id, attempt, started_at, error) values ('run_000001', 's2', 2, 7, 'e2'), ('run_000001', 's2', 1, 5, 'e1')",
    )
    .run();
});
afterAll(() => db.close());

const pages: PageRequest[] = [
  { at: "first" },
  { at: "after", cursor: { value: 50n, id: "m" } },
  { at: "before", cursor: { value: 50n, id: "m" } },
  { at: "last" },
];

describe("every page of every list is a seek", () => {
  const lists: [string, RegExp, (page: PageRequest) => unknown][] = [
    ["alerts", /alerts_received/, (page) => listAlerts(db.reader, {}, "desc", page, 50)],
    [
      "alerts by outcome",
      /alerts_outcome_received \(outcome=\?/,
      (page) => listAlerts(db.reader, { outcomes: ["unknown", "traded"] }, "desc", page, 50),
    ],
    [
      "alerts by market",
      /alerts_asset_received \(asset=\?/,
      (page) => listAlerts(db.reader, { asset: "BTC" }, "asc", page, 50),
    ],
    ["bets", /bets_created/, (page) => listBets(db.reader, {}, "desc", page, 50)],
    [
      "bets by status",
      /bets_status_created \(status=\?/,
      (page) => listBets(db.reader, { statuses: ["won"] }, "desc", page, 50),
    ],
    ["runs", /runs_started/, (page) => listRuns(db.reader, {}, "desc", page, 50)],
    [
      "runs by status",
      /runs_status_started \(status=\?/,
      (page) => listRuns(db.reader, { statuses: ["failed"] }, "desc", page, 50),
    ],
    [
      "runs by function",
      /runs_function_started \(function_id=\?/,
      (page) => listRuns(db.reader, { functionId: "sync-mirror" }, "desc", page, 50),
    ],
    ["webhooks", /inbox_received/, (page) => listWebhooks(db.reader, {}, page, 50)],
    [
      "webhooks by type",
      /inbox_type_received \(type=\?/,
      (page) => listWebhooks(db.reader, { type: "trade.filled" }, page, 50),
    ],
    ["audit", /audit_at/, (page) => listAudit(db.reader, {}, "desc", page, 50)],
    [
      "audit by actor",
      /audit_actor_at \(actor_id=\?/,
      (page) => listAudit(db.reader, { actorId: "op_2" }, "desc", page, 50),
    ],
    [
      "audit by action",
      /audit_action_at \(action=\?/,
      (page) => listAudit(db.reader, { action: "sign-in" }, "desc", page, 50),
    ],
  ];
  for (const [list, index, read] of lists)
    for (const page of pages)
      test(`${list}, ${page.at}`, () => {
        const plans = explainQueries(db.reader, () => read(page));
        expect(plans.length).toBeGreaterThan(0);
        for (const plan of plans) {
          expect(plan).toMatch(index);
          expect(plan).not.toMatch(/TEMP B-TREE/);
        }
      });
});

describe("alerts", () => {
  test("by outcome, market and direction", () => {
    const { rows } = listAlerts(
      db.reader,
      { outcomes: ["unknown"], asset: "ETH", direction: "short" },
      "desc",
      { at: "first" },
      50,
    );
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows)
      expect([row.outcome, row.asset, row.direction]).toEqual(["unknown", "ETH", "short"]);
    expect(countAlerts(db.reader, { outcomes: ["unknown"] })).toEqual({ n: 200, capped: false });
    expect(countAlerts(db.reader, { fromMs: 24_999 })).toEqual({ n: 4, capped: false });
  });
  test("one by its id, or none", () => {
    expect(getAlert(db.reader, "al_000003")?.receivedAt).toBe(0);
    expect(getAlert(db.reader, "al_x")).toBeNull();
  });
});

describe("bets", () => {
  test("by status", () => {
    expect(
      listBets(db.reader, { statuses: ["won"] }, "desc", { at: "first" }, 2).rows.map((row) => row.ref),
    ).toEqual(["bet_099999", "bet_099997"]);
    expect(countBets(db.reader, { statuses: ["won"] }, true)).toEqual({ n: ROWS / 2, capped: false });
    expect(countBets(db.reader, { statuses: ["unknown"] })).toEqual({ n: 0, capped: false });
  });
  test("one with its story, or none", () => {
    expect(getBet(db.reader, "bet_000001")?.timeline.map((entry) => entry.title)).toEqual(["Placed"]);
    expect(getBet(db.reader, "bet_x")).toBeNull();
  });
});

describe("runs", () => {
  test("failed only, and by function", () => {
    const { rows } = listRuns(
      db.reader,
      { statuses: ["failed"], functionId: "escrow-lifecycle" },
      "desc",
      { at: "first" },
      500,
    );
    expect(rows).toHaveLength(100);
    expect(countRuns(db.reader, { statuses: ["failed"] })).toEqual({ n: 100, capped: false });
    expect(countRunViews(db.reader)).toEqual({
      failed: { n: 100, capped: false },
      active: { n: 0, capped: false },
    });
    expect(listRunFunctions(db.reader)).toEqual(["escrow-lifecycle", "sync-mirror"]);
  });
  test("one with its steps in order and their tries in order", () => {
    const found = getRun(db.reader, "run_000001");
    expect(found?.steps.map((step) => step.id)).toEqual(["s1", "s2"]);
    expect(found?.attempts.map((attempt) => attempt.error)).toEqual(["e1", "e2"]);
    expect(getRun(db.reader, "run_x")).toBeNull();
  });
});

describe("webhooks", () => {
  test("types nobody knows are listed like the others", () => {
    expect(listWebhookTypes(db.reader)).toEqual(["something.unheard_of", "trade.filled"]);
    expect(countWebhooks(db.reader, { type: "something.unheard_of" })).toEqual({ n: 1_000, capped: false });
  });
  test("an outcome is there once a run has given one", () => {
    expect(getWebhook(db.reader, "evt_000100")).toMatchObject({
      outcome: "unknown-type",
      detail: "kept",
      runId: "run_1",
    });
    expect(getWebhook(db.reader, "evt_000101")).toMatchObject({ outcome: null, runId: null, deliveries: 1 });
    expect(getWebhook(db.reader, "evt_x")).toBeNull();
  });
});

describe("the audit log", () => {
  test("names operators, and keeps what they did before they were removed", () => {
    const rows = listAudit(
      db.reader,
      { action: "approve-escrow", fromMs: 10, untilMs: 40 },
      "asc",
      { at: "first" },
      200,
    ).rows;
    expect(rows.find((row) => row.actorId === "op_1")?.actorName).toBe("Mara Keller");
    expect(rows.every((row) => row.at >= 10 && row.at < 40)).toBe(true);
    expect(
      listAudit(db.reader, { actorId: "op_2" }, "desc", { at: "first" }, 1).rows[0]?.actorName,
    ).toBeNull();
    expect(rows[0]).toMatchObject({ before: null, after: { a: 1 } });
  });
  test("facets and counts", () => {
    expect(listAuditFacets(db.reader)).toEqual({
      actions: ["approve-escrow", "sign-in"],
      actors: [
        { id: "op_1", name: "Mara Keller" },
        { id: "op_2", name: "op_2" },
      ],
    });
    expect(countAudit(db.reader, { actorId: "op_2" })).toEqual({ n: 2_000, capped: false });
  });
});
