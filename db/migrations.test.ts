import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeDatabase, openReader, openWriter, type Writer } from "./connection";
import { dueEvents } from "./desk/outbox";
import { getDecision, listDecisions } from "./read/decisions";
import { listEscrows } from "./read/escrows";
import { testFolder } from "./testing";

const MIGRATIONS = join(process.cwd(), "db/migrations");
let folder: string;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file as the version of the product left it that knew the migrations before `tag`. */
function fileBefore(tag: string): { path: string; db: Writer } {
  const older = join(folder, "older");
  cpSync(MIGRATIONS, older, { recursive: true });
  const journal = join(older, "meta/_journal.json");
  const { entries, ...rest } = JSON.parse(readFileSync(journal, "utf8")) as { entries: { tag: string }[] }; // drizzle's own
  const upTo = entries.findIndex((entry) => entry.tag.endsWith(tag));
  expect(upTo).toBeGreaterThan(0);
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, upTo) }));
  const path = join(folder, "live.sqlite");
  return { path, db: openWriter(path, older, "test") };
}

test("a live outbox keeps its rows, their order and what waits in it", () => {
  const { path, db } = fileBefore("know-why-an-event-was-not-sent");
  const put = db.$client.prepare(
    "insert into outbox (id, event_name, data, created_at, attempts, next_attempt_at, last_error, sent_at, engine_event_id) values (?, 'e', ?, ?, ?, 0, ?, ?, ?)",
  );
  const data = JSON.stringify({ webhook_id: "p\ud800" });
  put.run("late", "{}", 30n, 0n, null, null, null);
  put.run("webhook.received-p\ud800", data, 20n, 900n, "the event engine does not answer", null, null);
  put.run("gone", "{}", 10n, 1n, null, 11n, "engine-id");
  closeDatabase(db);

  const now = openWriter(path, MIGRATIONS, "test");
  expect(dueEvents(now, 1).map((row) => [row.rowId, row.data, row.attempts])).toEqual([
    [2, data, 900],
    [3, "{}", 0],
  ]);
  expect(
    now.$client
      .prepare("select row_id, id, sent_at, engine_event_id from outbox where sent_at is not null")
      .all(),
  ).toEqual([{ row_id: 1n, id: "gone", sent_at: 11n, engine_event_id: "engine-id" }]);
  closeDatabase(now);
});

test("the decisions of a live desk stand, word for word, and its escrows keep the rate of before", () => {
  const { path, db } = fileBefore("keep-decisions-as-a-record");
  const put = db.$client.prepare("insert into approvals values (?, ?, ?, 'op_1', ?, ?, ?)");
  put.run("esc_2", "cancel", "c2", "not delivered", 3n, 2_000n);
  put.run("esc_1", "release", "c1", null, 2n, 1_000n);
  db.$client
    .prepare(
      "insert into escrows (ref, agent_id, amount_micro, fee_micro, net_micro, referral_micro, counterparty, description, timeout_hours, status, created_at, observed_at, updated_at, version) values ('esc_1', 'ag_1', 50000000, 500000, 49500000, 75000, '0xabcd', 'work', 168, 'pending', 1, 1, 1, 2)",
    )
    .run();
  closeDatabase(db);

  const now = openWriter(path, MIGRATIONS, "test");
  expect(getDecision(now, "esc_2")).toMatchObject({
    kind: "signed",
    decision: "cancel",
    actorKind: "operator",
    actorId: "op_1",
    commandId: "c2",
    reason: "not delivered",
    seenVersion: 3,
    at: 2_000,
    effectiveAt: 2_000,
  });
  expect(listDecisions(now, "esc_1")).toMatchObject([{ id: 1, decision: "release", reason: null }]);
  const older = now.$client.prepare("select * from approvals where escrow_ref = 'esc_2'").get();
  expect(older).toEqual({ escrow_ref: "esc_2", decision: "cancel", command_id: "c2", operator_id: "op_1", reason: "not delivered", seen_version: 3n, at: 2_000n }); // prettier-ignore
  expect(now.$client.prepare("select fee_rate_ppm from escrows").get()).toEqual({ fee_rate_ppm: null });
  const reader = openReader(path);
  expect(listEscrows(reader, "odd", { at: "first" }, 5).rows).toEqual([]);
  closeDatabase(reader);
  closeDatabase(now);
});
