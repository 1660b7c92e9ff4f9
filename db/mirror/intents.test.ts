import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { closeDatabase, openWriter } from "../connection";
import { openTestDatabase } from "../testing";
import { openIntent, settleIntent, type IntentRequest } from "./intents";
import { intentKeys } from "../../domain/keys";

const MIGRATIONS = join(import.meta.dirname, "../migrations");
const close: (() => void)[] = [];
afterEach(() => close.splice(0).forEach((each) => each()));

const order = (id: string, asset: string): IntentRequest => ({
  key: intentKeys.order(id),
  action: "order",
  subjectRef: `tr_${id}`,
  amountMicro: 10_000_000n,
  purse: "wallet",
  asset,
  runId: `run-${id}`,
  lock: "order",
});

test("an order in flight holds every order; of unknown outcome, those on its market", () => {
  const db = openTestDatabase();
  close.push(() => db.close());
  expect(openIntent(db.writer, order("a", "ETH"), 1).kind).toBe("send");
  for (const asset of ["ETH", "BTC"])
    expect(openIntent(db.writer, { ...order("b", asset), afterUnknown: "none" }, 2)).toMatchObject({
      kind: "busy",
      heldBy: { key: "order:a", status: "open" },
    });
  settleIntent(db.writer, intentKeys.order("a"), { status: "unknown" }, 3);
  expect(openIntent(db.writer, order("b", "ethusdt"), 4)).toMatchObject({
    kind: "busy",
    heldBy: { key: "order:a", status: "unknown" },
  });
  expect(openIntent(db.writer, order("b", "BTC"), 5).kind).toBe("send");
  expect(db.writer.$client.prepare("select key, lock from intents order by key").all()).toEqual([
    { key: "order:a", lock: null },
    { key: "order:b", lock: "order" },
  ]);
});

test("a file from before has its lock back, and its order of unknown outcome still holds its market", () => {
  const folder = mkdtempSync(join(tmpdir(), "upgrade-"));
  close.push(() => rmSync(folder, { recursive: true }));
  const before = join(folder, "migrations");
  cpSync(MIGRATIONS, before, { recursive: true });
  const journal = join(before, "meta/_journal.json");
  const list = JSON.parse(readFileSync(journal, "utf8")) as { entries: { tag: string }[] }; // drizzle's own file
  const own = list.entries.findIndex(({ tag }) => tag.endsWith("orders-of-unknown-outcome-have-no-lock"));
  expect(own).toBeGreaterThan(0);
  writeFileSync(journal, JSON.stringify({ ...list, entries: list.entries.slice(0, own) }));
  const file = join(folder, "operator.sqlite");
  const old = openWriter(file, before);
  old.$client.exec(
    `insert into intents (key, action, subject_ref, amount_micro, asset, idempotency_key, status, lock, tries, created_at, updated_at)
     values ('order:lost', 'order', 'tr_lost', 10000000, 'ETHUSDT', 'order:lost', 'unknown', 'order', 1, 1, 1)`,
  );
  closeDatabase(old);
  const upgraded = openWriter(file, MIGRATIONS);
  close.unshift(() => closeDatabase(upgraded));
  expect(openIntent(upgraded, order("b", "ETH"), 2).kind).toBe("busy");
  expect(openIntent(upgraded, order("b", "BTC"), 2).kind).toBe("send");
});

test("an order whose attempt was lost holds every order for as long as that attempt may be waiting", () => {
  const db = openTestDatabase();
  close.push(() => db.close());
  const lostAt = 100_000;
  openIntent(db.writer, order("a", "ETH"), lostAt - 1_000);
  expect(openIntent(db.writer, order("a", "ETH"), lostAt).kind).toBe("abandoned");
  settleIntent(db.writer, intentKeys.order("a"), { status: "unknown", keepsLock: true }, lostAt);
  expect(openIntent(db.writer, order("b", "BTC"), lostAt + 14_000).kind).toBe("busy");
  expect(openIntent(db.writer, order("b", "BTC"), lostAt + 15_000).kind).toBe("send");
  expect(openIntent(db.writer, order("c", "SOL"), lostAt + 15_000)).toMatchObject({
    kind: "busy",
    heldBy: { key: "order:b" },
  });
});
