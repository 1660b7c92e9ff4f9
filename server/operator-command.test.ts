import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeDatabase, type Reader, type Writer } from "../db/connection";
import { addOperator, authenticate, saveOperator } from "../db/desk/operators";
import { inspectFile, openDesk } from "../db/identity";
import { audit } from "../db/schema";
import { testFolder } from "../db/testing";
import { practiceAccounts } from "../domain/practice-accounts";
import type { CommandEnv } from "./env";
import { operatorCommand } from "./operator-verbs";
import { runProgram } from "./testing";

const root = process.cwd();
const MIGRATIONS = join(root, "db/migrations");
const PASSWORD = "tangerine umbrella 42";
const by = { actor: { kind: "system", id: "test" }, now: 1 } as const;
let folder: string;
beforeEach(() => {
  folder = testFolder();
  symlinkSync(join(root, "db"), join(folder, "db"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function command(args: string[], env: CommandEnv = {}, typed = "") {
  const came = await operatorCommand({
    args,
    env: { DATABASE_PATH: path(), ...env },
    ask: () => Promise.resolve(typed),
    migrationsFolder: MIGRATIONS,
  });
  const said = "done" in came ? came.done : came.refused;
  expect(said).not.toContain(PASSWORD);
  return { status: "done" in came ? 0 : 1, said };
}
const path = () => join(folder, "data/operator.sqlite");
async function desk(
  mode: "live" | "practice",
  work: (db: Writer, read: Reader) => Promise<unknown>,
): Promise<void> {
  const { writer, reader } = openDesk({
    path: path(),
    migrationsFolder: MIGRATIONS,
    durability: "test",
    asked: { mode, dialect: "gateway", agent: mode === "live" ? "ag_one" : "ag_practice" },
    now: 1,
  });
  try {
    await work(writer, reader);
  } finally {
    closeDatabase(reader);
    closeDatabase(writer);
  }
}
const alice = { email: "alice@example.com", name: "Alice", password: PASSWORD, role: "operator" } as const;

describe("the operator command", () => {
  test.each<[string[], RegExp]>([
    [[], /What is to be done/],
    [["destroy"], /"destroy" is no verb/],
    [["add"], /takes 1 more/],
    [["add", "a@b.cc", "password123"], /takes 1 more/],
    [["role", "a@b.cc"], /takes 2 more/],
    [["mark-live", "now"], /takes 0 more/],
    [["list", "--force"], /--force/],
  ])("says how it is used when it is given %s", async (args, why) => {
    const { status, said } = await command(args);
    expect(status).toBe(1);
    expect(said).toMatch(why);
    expect(said).toMatch(/operator mark-live/);
  });

  test("as a process takes the password from the environment or the input, the mode from the file", async () => {
    await desk("live", (db) => addOperator(db, alice, by));
    const run = (args: string[], env: Record<string, string>, input?: string) =>
      runProgram("server/operator-command.ts", folder, { APP_MODE: "practice", ...env }, args, input);
    expect(
      run(["add", "bob@example.com", "--role", "viewer", "--name", "Bob"], { OPERATOR_PASSWORD: PASSWORD }),
    ).toEqual({ status: 0, said: "bob@example.com may sign in as viewer.\n", complained: "" });
    expect(run(["password", "bob@example.com"], {}, `saffron ${PASSWORD}\nmore\n`).status).toBe(0);
    expect(run(["add", "viewer@practice.test"], { OPERATOR_PASSWORD: PASSWORD })).toEqual({
      status: 1,
      said: "",
      complained: "Nothing was changed: the e-mail is of a practice account, and a live desk has none.\n",
    });
    expect((await command(["list"])).said).toBe(
      "alice@example.com  operator  may sign in  Alice\nbob@example.com    viewer    may sign in  Bob",
    );
    await desk("live", async (db, read) => {
      expect(await authenticate(read, "bob@example.com", `saffron ${PASSWORD}`)).toMatchObject({
        role: "viewer",
      });
      const log = db.select().from(audit).all();
      expect(log.map(({ actorKind, actorId, action }) => [actorKind, actorId, action])).toEqual([
        ["system", "test", "add-operator"],
        ["system", "operator command", "add-operator"],
        ["system", "operator command", "change-password"],
      ]);
    });
  });

  test("has a verb for each change, and says what it did", async () => {
    await desk("live", (db) => addOperator(db, alice, by));
    const says = async (args: string[], words: RegExp) => {
      const { status, said } = await command(args, {}, PASSWORD);
      expect(said).toMatch(words);
      expect(status).toBe(0);
    };
    await says(["help"], /operator sign-out EMAIL/);
    await says(["add", "bob@example.com", "--role", "admin"], /bob@example\.com may sign in as admin/);
    await says(["role", "bob@example.com", "operator"], /is operator now/);
    await says(["disable", "bob@example.com"], /may sign in no more/);
    await says(["list"], /bob@example\.com\s+operator\s+disabled/);
    await says(["enable", "bob@example.com"], /may sign in again/);
    await says(["sign-out", "bob@example.com"], /0 sessions ended/);
  });

  test("refuses in one line: weak passwords, roles that are none, the last who may act", async () => {
    await desk("live", (db) => addOperator(db, alice, by));
    for (const [args, typed, line] of [
      [["password", alice.email], "short", /the password is shorter than 12/],
      [["password", alice.email], "", /the password is shorter than 12/],
      [["add", "bob", "--role", "viewer"], PASSWORD, /the e-mail is not an e-mail address/],
      [["disable", alice.email], "", /last who may act/],
    ] as const) {
      const { status, said } = await command([...args], {}, typed);
      expect(status).toBe(1);
      expect(said).toMatch(line);
      expect(said.split("\n")).toHaveLength(1);
    }
    expect((await command(["role", alice.email, "king"])).said).toMatch(/"king" is no role/);
  });

  test("makes a live file of one that practice visited, once the desk is stopped and the agent is named", async () => {
    await desk("practice", async (db) => {
      await saveOperator(db, alice, 1);
      for (const account of practiceAccounts) await saveOperator(db, account, 1);
      expect((await command(["mark-live"], { AGENT_ID: "ag_practice" })).said).toMatch(
        /in use by another process/,
      );
    });
    expect((await command(["mark-live"])).said).toMatch(/Say whose books/);
    expect((await command(["mark-live"], { AGENT_ID: "ag_one" })).said).toMatch(
      /last used for agent ag_practice/,
    );
    expect(inspectFile(path())).toMatchObject({ identity: { mode: "practice" } });
    const { status, said } = await command(["mark-live", "--agent", "ag_one"]);
    expect(status).toBe(0);
    expect(said).toMatch(/marked live, for agent ag_one/);
    expect(said).toMatch(/removed: operator@practice\.test, viewer@practice\.test; their sessions ended: 0/);
    expect(said).toMatch(/Operators who are left: 1/);
    expect(inspectFile(path())).toMatchObject({ identity: { mode: "live", agent: "ag_one" } });
  });

  test("is not for a file that no desk has used", async () => {
    const DATABASE_PATH = join(folder, "none.sqlite");
    expect((await command(["list"], { DATABASE_PATH })).said).toMatch(/not been used/);
    expect((await command(["mark-live"], { DATABASE_PATH, AGENT_ID: "a" })).said).toMatch(/not been used/);
    expect(existsSync(DATABASE_PATH)).toBe(false);
  });
});
