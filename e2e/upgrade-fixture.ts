import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { machineNames, type MachineName, type Trio } from "../sandbox/trio";

/** Where the fixtures are, one folder for each build that left one behind. */
export const upgradeFixtures = join(import.meta.dirname, "fixtures/upgrade");

/** What waits on the desk that is upgraded. The payees confirm nothing by themselves; each market is one request's own. */
export const waiting = {
  escrows: {
    esc_approve: { amount_usdc: "40", counterparty: "0x00000000000000000000000000000000000000a1" },
    esc_reject: { amount_usdc: "30", counterparty: "0x00000000000000000000000000000000000000b1" },
    esc_timeout: { amount_usdc: "20", counterparty: "0x00000000000000000000000000000000000000c1" },
  },
  /** Asked for while the engine was off: its event is in the outbox. */
  unsent: {
    escrow_id: "esc_unsent",
    amount_usdc: "10",
    counterparty: "0x00000000000000000000000000000000000000d1",
  },
  /** Never reached Purple Flea, which nobody here can know. */
  lost: { id: "alert-lost", asset: "SOL" },
  /** Waits for the one before, on the same market. */
  behind: { id: "alert-behind", asset: "SOL" },
  /** Came while trading was paused. */
  held: { id: "alert-held", asset: "DOGE" },
} as const;

interface Made {
  /** The commit of the build that left the files behind. */
  commit: string;
  /** The practice clock when the engine was stopped, ms. */
  nowMs: number;
}

/** The addresses of a trio differ from run to run: in a fixture each has a name in its place. */
const nameOf = (machine: MachineName): string => `http://${machine}.fixture`;

/**
 * Writes down the three files of a trio that was stopped, as SQL, and when that was. Sessions are left out: nobody is to come
 * in by what lies in a repository.
 */
export function saveFixture(trio: Trio, folder: string, made: Made): void {
  mkdirSync(folder, { recursive: true });
  for (const machine of machineNames) {
    let text = dump(trio.files[machine], ["sessions"]);
    for (const other of machineNames) text = text.replaceAll(trio.urls[other], nameOf(other));
    writeFileSync(join(folder, `${machine}.sql`), text);
  }
  writeFileSync(join(folder, "made.json"), `${JSON.stringify(made, null, 2)}\n`);
}

/** Gives a trio that is not started yet the files of a fixture; its practice clock goes on from when they were left. */
export function loadFixture(folder: string, trio: Trio): Made {
  const made = JSON.parse(readFileSync(join(folder, "made.json"), "utf8")) as Made; // written by saveFixture
  const offset = made.nowMs - Date.now();
  for (const machine of machineNames) {
    if (existsSync(trio.files[machine])) throw new Error(`${trio.files[machine]} is there already`);
    let text = readFileSync(join(folder, `${machine}.sql`), "utf8");
    for (const other of machineNames) text = text.replaceAll(nameOf(other), trio.urls[other]);
    const file = new Database(trio.files[machine]);
    file.exec(text);
    // The outbox goes by the machine's time.
    if (machine === "app")
      file
        .prepare("update outbox set next_attempt_at = next_attempt_at - ? where sent_at is null")
        .run(offset);
    if (machine === "engine")
      file.prepare("insert or replace into meta (key, value) values ('offset', ?)").run(String(offset));
    if (machine === "purple-flea")
      file.prepare("insert or replace into counters (name, n) values ('clock offset', ?)").run(offset);
    file.close();
  }
  writeFileSync(`${trio.files.app}-clock`, String(offset));
  return made;
}

/** A whole SQLite file as statements: its version, tables and rows, then what is built on them. */
function dump(path: string, withoutRows: readonly string[]): string {
  const file = new Database(path, { readonly: true });
  const all = file.prepare<[], { type: string; name: string; sql: string }>(
    "select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by rowid",
  );
  const parts = all.all();
  const lines = [`pragma user_version = ${String(file.pragma("user_version", { simple: true }))};`, "begin;"];
  for (const { type, name, sql } of parts) {
    if (type !== "table") continue;
    lines.push(`${sql};`);
    if (withoutRows.includes(name)) continue;
    const columns = file
      .prepare<[string], string>("select name from pragma_table_info(?)")
      .pluck()
      .all(name)
      .map((column) => `quote("${column}")`);
    const rows = file.prepare<[], string>(`select ${columns.join(` || ', ' || `)} from "${name}"`).pluck();
    for (const row of rows.all()) lines.push(`insert into "${name}" values (${row});`);
  }
  for (const { type, sql } of parts) if (type !== "table") lines.push(`${sql};`);
  file.close();
  return `${[...lines, "commit;"].join("\n")}\n`;
}
