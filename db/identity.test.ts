import { chmodSync, cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileIdentity } from "../domain/identity";
import { closeDatabase, openWriter } from "./connection";
import {
  FileRefused,
  fileMode,
  inspectFile,
  openDesk,
  openUsedFile,
  refusalOf,
  type Found,
} from "./identity";
import { testFolder } from "./testing";

const MIGRATIONS = join(process.cwd(), "db/migrations");
const LIVE: FileIdentity = { mode: "live", dialect: "gateway", agent: "ag_one" };
const PRACTICE: FileIdentity = { mode: "practice", dialect: "gateway", agent: "ag_practice" };

let folder: string;
let path: string;
beforeEach(() => {
  folder = testFolder();
  path = join(folder, "desk", "operator.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (asked: FileIdentity) => {
  const { writer, reader } = openDesk({
    path,
    migrationsFolder: MIGRATIONS,
    durability: "test",
    asked,
    now: 1,
  });
  closeDatabase(reader);
  return writer;
};

/** The file as the release before the mark left it: its migrations and no more, then these rows. */
function oldFile(...statements: string[]): void {
  const migrations = join(folder, "migrations");
  cpSync(MIGRATIONS, migrations, { recursive: true });
  const journal = join(migrations, "meta/_journal.json");
  const { entries, ...rest } = JSON.parse(readFileSync(journal, "utf8")) as { entries: { tag: string }[] };
  const before = entries.findIndex(({ tag }) =>
    readFileSync(join(migrations, `${tag}.sql`), "utf8").includes("`identity`"),
  );
  expect(before).toBeGreaterThan(0);
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, before) }));
  const db = openWriter(path, migrations, "test");
  for (const statement of statements) db.$client.exec(statement);
  closeDatabase(db);
}
const account = (email: string) =>
  `insert into operators (id, email, name, password_hash, role, created_at) values ('${email}', '${email}', 'N', 'h', 'operator', 1)`;
const claim = (agent: string, at: number) =>
  `insert into claims (ref, agent_id, utc_day, status, requested_by, created_at, updated_at) values ('${agent}:${at}', '${agent}', 'd', 'claimed', 'r', ${at}, ${at})`;
const row = `insert into balances (id, kind, amount_micro, from_api, at) values ('wallet:1', 'wallet', 1, 1, 1)`;

describe("what may be opened as what", () => {
  const marked = (identity: Partial<FileIdentity>): Found => ({
    kind: "marked",
    identity: { ...LIVE, ...identity },
  });
  const cases: [string, Found, FileIdentity, RegExp | null][] = [
    ["an empty file takes what opens it", { kind: "empty" }, LIVE, null],
    ["live opens its own", marked({}), LIVE, null],
    [
      "live refuses practice",
      marked({ mode: "practice" }),
      LIVE,
      /is a practice file, and a live desk was asked.*mark-live/,
    ],
    [
      "practice refuses live",
      marked({}),
      { ...LIVE, mode: "practice" },
      /is a live desk's file, and a practice desk was asked.*DATABASE_PATH/,
    ],
    [
      "another dialect",
      marked({}),
      { ...LIVE, dialect: "services" },
      /gateway said.*services.*DATABASE_PATH/,
    ],
    [
      "another agent",
      marked({}),
      { ...LIVE, agent: "ag_two" },
      /agent ag_one.*act for ag_two.*AGENT_ID=ag_one/,
    ],
    ["rows of live, asked by live", { kind: "rows", mode: "live" }, LIVE, null],
    [
      "rows of live, asked by practice",
      { kind: "rows", mode: "live" },
      PRACTICE,
      /no account of practice\.test/,
    ],
    [
      "rows of practice, asked by live",
      { kind: "rows", mode: "practice" },
      LIVE,
      /has accounts of practice\.test.*mark-live/,
    ],
    ["rows of practice, asked by practice", { kind: "rows", mode: "practice" }, PRACTICE, null],
    [
      "rows of another agent",
      { kind: "rows", mode: "live", agent: "ag_two" },
      LIVE,
      /agent ag_two.*AGENT_ID=ag_two/,
    ],
    ["what is no desk's file", { kind: "unreadable", why: "it is torn" }, LIVE, /it is torn/],
  ];
  test.each(cases)("%s", (_what, found, asked, refusal) => {
    const said = refusalOf("a/file.sqlite", found, asked);
    if (refusal === null) return expect(said).toBeNull();
    expect(said).toMatch(refusal);
    expect(said).toMatch(/^a\/file\.sqlite [^\n]+$/);
  });
});

describe("a file", () => {
  test("is marked by the first who opens it, and keeps its mark", () => {
    closeDatabase(open(LIVE));
    expect(inspectFile(path)).toEqual({ kind: "marked", identity: LIVE });
    closeDatabase(open(LIVE));
    expect(() => open(PRACTICE)).toThrow(FileRefused);
    expect(() => open({ ...LIVE, agent: "ag_two" })).toThrow(FileRefused);
    expect(() => open({ ...LIVE, dialect: "services" })).toThrow(FileRefused);
    expect(inspectFile(path)).toEqual({ kind: "marked", identity: LIVE });
  });

  test.each<[string, string[], Found]>([
    ["with nothing in it", [], { kind: "empty" }],
    ["of practice", [account("operator@practice.test"), row], { kind: "rows", mode: "practice" }],
    ["of practice, typed otherwise", [account("Operator@Practice.TEST")], { kind: "rows", mode: "practice" }],
    ["of live with an operator", [account("o@example.com")], { kind: "rows", mode: "live" }],
    ["of live with rows only", [row], { kind: "rows", mode: "live" }],
    [
      "of live, whose domain only ends like it",
      [account("o@notpractice.test")],
      { kind: "rows", mode: "live" },
    ],
    [
      "of live that practice visited",
      [account("o@example.com"), account("viewer@practice.test")],
      { kind: "rows", mode: "practice" },
    ],
    [
      "with claims",
      [claim("ag_old", 1), claim("ag_one", 2)],
      { kind: "rows", mode: "live", agent: "ag_one" },
    ],
  ])("of the release before the mark, %s, is known by its rows", (_what, statements, found) => {
    oldFile(...statements);
    expect(inspectFile(path)).toEqual(found);
  });

  test("of the release before is marked by its rows once it is opened", () => {
    oldFile(account("o@example.com"), claim("ag_one", 1));
    closeDatabase(open(LIVE));
    expect(inspectFile(path)).toEqual({ kind: "marked", identity: LIVE });
  });

  test.each<[string, () => void, FileIdentity]>([
    ["practice, asked by live", () => oldFile(account("operator@practice.test")), LIVE],
    ["live, asked by practice", () => oldFile(account("o@example.com")), PRACTICE],
    ["another agent's", () => oldFile(claim("ag_two", 1)), LIVE],
    ["marked otherwise", () => closeDatabase(open(PRACTICE)), LIVE],
  ])(
    "that is refused (%s) is not written: not migrated, not marked, its rights as they were",
    (_what, make, asked) => {
      make();
      chmodSync(path, 0o644);
      const before = readFileSync(path);
      expect(() => open(asked)).toThrow(FileRefused);
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(0o644);
      const wal = `${path}-wal`;
      expect(existsSync(wal) ? statSync(wal).size : 0).toBe(0);
    },
  );

  test("that is somebody else's database, or none, is refused and left as it was", () => {
    closeDatabase(open(LIVE)); // makes the folder
    rmSync(path);
    const other = new Database(path);
    other.exec("create table entries (a); insert into entries values (1)");
    other.close();
    expect(() => open(LIVE)).toThrow(/some other program's database/);
    writeFileSync(path, "not a database at all, but long enough to look like one ".repeat(20));
    expect(() => open(LIVE)).toThrow(/cannot be opened as a desk's file/);
  });

  test("that a newer release marked is refused", () => {
    const db = open(LIVE);
    db.$client.exec("update identity set dialect = 'of tomorrow'");
    closeDatabase(db);
    expect(() => open(LIVE)).toThrow(/newer release/);
  });

  test("holds one mark", () => {
    const db = open(LIVE);
    expect(() =>
      db.$client.exec(
        "insert into identity (one, mode, dialect, agent, marked_at) values (2, 'practice', 'gateway', 'a', 1)",
      ),
    ).toThrow(/CHECK/);
    closeDatabase(db);
  });

  test("tells a command what it is, marked or not; an unused one is not for commands", () => {
    expect(() => openUsedFile(path, MIGRATIONS)).toThrow(/has not been used/);
    expect(existsSync(path)).toBe(false);
    const modeOf = () => {
      const db = openUsedFile(path, MIGRATIONS);
      const mode = fileMode(db);
      closeDatabase(db);
      return mode;
    };
    oldFile(account("o@example.com"));
    expect(modeOf()).toBe("live");
    closeDatabase(open(LIVE));
    expect(modeOf()).toBe("live");
  });
});

describe("what is on disk", () => {
  const rights = (of: string) => (statSync(of).mode & 0o777).toString(8);

  test("is the owner's alone, whatever the umask says", () => {
    const before = process.umask(0);
    try {
      const db = open(LIVE);
      db.$client.exec(row);
      expect([path, `${path}-wal`, `${path}-shm`].map(rights)).toEqual(["600", "600", "600"]);
      expect(rights(join(folder, "desk"))).toBe("700");
      closeDatabase(db);
    } finally {
      process.umask(before);
    }
  });

  test("is taken from others when an older release left it open to them; a folder of somebody else's is let be", () => {
    const held = open(LIVE);
    held.$client.exec(row);
    writeFileSync(`${path}-clock`, "0");
    const files = ["", "-wal", "-shm", "-clock"].map((end) => path + end);
    for (const file of files) chmodSync(file, 0o644);
    chmodSync(join(folder, "desk"), 0o755);
    closeDatabase(open(LIVE));
    expect(files.map(rights)).toEqual(["600", "600", "600", "600"]);
    expect(rights(join(folder, "desk"))).toBe("755");
    closeDatabase(held);
  });
});
