import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Trio } from "../sandbox/trio";
import { waitFor } from "../sandbox/processes";
import { Visitor } from "../simulate/kills/visitor";
import { loadFixture, upgradeFixtures, waiting } from "./upgrade-fixture";

const DAY_MS = 24 * 3_600_000;
const builds = readdirSync(upgradeFixtures, { withFileTypes: true }).filter((one) => one.isDirectory());

test("there is a build to upgrade from", () => expect(builds).not.toEqual([]));

for (const { name: build } of builds)
  test(`a desk that build ${build} left in the middle of its waits goes on with this one, each thing once`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "upgrade-"));
    const trio = await Trio.in(folder, 1, false);
    try {
      const { nowMs } = loadFixture(join(upgradeFixtures, build), trio);
      await goOn(trio, nowMs);
      expect(trio.deaths).toEqual([]);
    } finally {
      await trio.end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  });

async function goOn(trio: Trio, stoppedAt: number): Promise<void> {
  const operator = new Visitor(trio.urls.app);
  const submit = async (path: string, mark: string, typed: Record<string, string>): Promise<void> =>
    expect(await operator.submit(path, mark, typed), path).toMatchObject({ kind: "accepted" });
  const decide = (ref: string, decision: "release" | "cancel") =>
    submit(`/escrows/${ref}?review=1`, 'name="seen_payee"', { decision, reason: "seen" });
  const desk = (sql: string, ...params: unknown[]) => trio.read("app", sql, ...params);
  const isSo = (sql: string, ...params: unknown[]) =>
    waitFor(`${sql} ${params.join()}`, () => desk(sql, ...params).length > 0, 30_000);
  const isEscrow = (ref: string, status: string) =>
    isSo("select 1 from escrows where ref = ? and status = ?", ref, status);
  const runOf = (ref: string) => desk("select run_id run from escrows where ref = ?", ref)[0]?.run;
  const began = Object.keys(waiting.escrows).map((ref) => [ref, runOf(ref)] as const);

  // Decided before the engine is back: what waits for its turn has seconds left, and must not meet the pause.
  await trio.machines["purple-flea"].start();
  await trio.machines.app.start();
  expect(desk("select id from outbox where sent_at is null")).toHaveLength(1);
  const held = `alert:${waiting.held.id}`;
  await submit("/controls", 'value="resume"', { kinds: "trade", keep: held, reason: "Upgraded" });
  const lost = `order:${waiting.lost.id}`;
  const notHappened = { choice: "not-happened", reason: "it is not on Purple Flea's books" };
  await submit(`/unknown/${encodeURIComponent(lost)}`, 'name="choice"', notHappened);
  await trio.machines.engine.start();
  expect(await trio.controls.now()).toBeLessThan(stoppedAt + 60_000);

  await isEscrow(waiting.unsent.escrow_id, "pending");
  await trio.controls.advance(15_000);
  for (const { id } of [waiting.behind, waiting.held])
    await isSo("select 1 from alerts where id = ? and outcome = 'traded'", id);
  await decide("esc_approve", "release");
  await decide("esc_reject", "cancel");
  await isEscrow("esc_approve", "released");
  await isEscrow("esc_reject", "refunded");
  expect(desk("select ref from escrows where status = 'pending' order by ref")).toEqual([
    { ref: "esc_timeout" },
    { ref: "esc_unsent" },
  ]);
  await trio.setTime(stoppedAt + 7 * DAY_MS + 60_000);
  await isEscrow("esc_timeout", "refunded");
  await isEscrow("esc_unsent", "refunded");
  await isSo("select 1 where not exists (select 1 from outbox where sent_at is null)");

  // Once each, by Purple Flea's own books.
  const upstream = (sql: string) => trio.read("purple-flea", sql);
  const orders = upstream("select asset from orders order by asset");
  expect(orders).toEqual([{ asset: waiting.held.asset }, { asset: waiting.behind.asset }]);
  expect(upstream("select counterparty payee, status from escrows order by counterparty")).toEqual([
    { payee: waiting.escrows.esc_approve.counterparty, status: "released" },
    { payee: waiting.escrows.esc_reject.counterparty, status: "refunded" },
    { payee: waiting.escrows.esc_timeout.counterparty, status: "refunded" },
    { payee: waiting.unsent.counterparty, status: "refunded" },
  ]);
  expect(upstream("select sum(amount) total from entries where to_account = 'locked'")).toEqual(
    upstream("select sum(amount) total from entries where from_account = 'locked'"),
  );
  // The runs that waited have done it, and no other run had to resume them.
  for (const [ref, run] of began) {
    expect(run).toBeTruthy();
    expect(runOf(ref), ref).toBe(run);
    await isSo("select 1 from runs where id = ? and status = 'completed'", run);
  }
  expect(desk("select title, subject_ref from timeline where kind = 'taken-over'")).toEqual([]);
  expect(desk("select id, error from runs where status = 'failed'")).toEqual([]);
}
