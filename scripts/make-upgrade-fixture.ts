/**
 * Makes the files of a desk that is stopped in the middle of its waits, for e2e/upgrade.spec.ts, which starts the build of
 * today on them. Run it for each release whose files are to be upgraded:
 *
 *   git worktree add ../release COMMIT && cd ../release && npm ci && npm run build
 *   npx tsx scripts/make-upgrade-fixture.ts ../release      (in this tree; without a folder: of this tree's own build)
 *
 * The desk, the engine and the sandbox's Purple Flea of that build run as processes of their own. Outside calls and forms make
 * what waits (e2e/upgrade-fixture.ts lists it); then the engine is stopped, one more escrow is asked for, and the rest is
 * stopped (SIGTERM). The files are written as SQL to e2e/fixtures/upgrade/COMMIT.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { saveFixture, upgradeFixtures, waiting } from "../e2e/upgrade-fixture";
import { Trio } from "../sandbox/trio";
import { waitFor } from "../sandbox/processes";
import { Visitor } from "../simulate/kills/visitor";

// The processes are started from the folder they were built in.
process.chdir(resolve(process.argv[2] ?? "."));
const commit = execFileSync("git", ["rev-parse", "--short=7", "HEAD"], { encoding: "utf8" }).trim();
const folder = mkdtempSync(join(tmpdir(), "upgrade-fixture-"));
const trio = await Trio.in(folder, 1, false);
const operator = new Visitor(trio.urls.app);

const isSo = (sql: string, ...params: unknown[]) =>
  waitFor(`${sql} ${params.join()}`, () => trio.read("app", sql, ...params).length > 0);
async function submit(path: string, mark: string, typed: Record<string, string>): Promise<void> {
  const said = await operator.submit(path, mark, typed);
  if (said.kind !== "accepted") throw new Error(`${path} was answered ${JSON.stringify(said)}`);
}
const alert = ({ id, asset }: { id: string; asset: string }) =>
  trio.controls.send({
    name: "purple-flea/price.alert",
    id,
    data: { asset, price: 150, direction: "long" },
  });

try {
  await trio.start();
  for (const [escrow_id, escrow] of Object.entries(waiting.escrows)) {
    await trio.controls.send({
      name: "purple-flea/escrow.created",
      id: escrow_id,
      data: { escrow_id, ...escrow },
    });
    await isSo(
      `select 1 from steps join runs on runs.id = steps.run_id join escrows on escrows.run_id = runs.id
       where escrows.ref = ? and steps.name = 'wait-for-counterparty' and steps.ended_at is null`,
      escrow_id,
    );
  }
  await trio.controls.control("faults", { call: "order.create", kind: "drop-before", times: 1 });
  await alert(waiting.lost);
  await isSo("select 1 from intents where key = ? and status = 'unknown'", `order:${waiting.lost.id}`);
  await operator.page("/controls");

  // From here on there are ten seconds: at its next turn what waits would see that trading is paused.
  await alert(waiting.behind);
  await isSo("select 1 from alerts where id = ? and outcome = 'waiting'", waiting.behind.id);
  await submit("/controls", 'value="pause"', { kinds: "trade", reason: "An upgrade" });
  await isSo("select 1 from outbox where event_name = 'purple-flea/actions.paused' and sent_at is not null");
  await alert(waiting.held);
  await isSo("select 1 from alerts where id = ? and outcome = 'held'", waiting.held.id);
  const nowMs = await trio.controls.now();
  await trio.machines.engine.end("SIGTERM");
  await submit("/new/escrow", 'name="escrow_id"', waiting.unsent);
  await isSo("select 1 from outbox where sent_at is null and attempts > 0");
  await isSo("select 1 from alerts where id = ? and outcome = 'waiting'", waiting.behind.id);
  await trio.end("SIGTERM");
  saveFixture(trio, join(upgradeFixtures, commit), { commit, nowMs });
  console.log(`made ${join(upgradeFixtures, commit)}`);
} finally {
  await trio.end("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
