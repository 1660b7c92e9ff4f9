import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeDatabase } from "../db/connection";
import { inspectFile, openDesk } from "../db/identity";
import { operators } from "../db/schema";
import { testFolder } from "../db/testing";
import type { FileIdentity } from "../domain/identity";
import { openDeskFiles } from "./desk-files";
import { readEnv } from "./env";
import { runProgram } from "./testing";

const root = process.cwd();
const LIVE_KEYS = {
  APP_MODE: "live",
  SESSION_SECRET: "a secret of this test and of no other",
  PURPLE_FLEA_API_KEY: "pf_live_test",
  PURPLE_FLEA_WEBHOOK_SECRET: "whsec_test",
  AGENT_ID: "ag_one",
  AGENT_WALLET: "0xA9e17c0000000000000000000000000000000001",
  INNGEST_EVENT_KEY: "key",
  INNGEST_SIGNING_KEY: "signkey-test-0123456789abcdef",
};

let folder: string;
beforeEach(() => {
  folder = testFolder();
  symlinkSync(join(root, "db"), join(folder, "db"));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(root);
  rmSync(folder, { recursive: true, force: true });
});

const run = (program: string, env: Record<string, string>, ...args: string[]) =>
  runProgram(program, folder, env, args);

function makeFile(path: string, asked: Partial<FileIdentity>, email: string): void {
  const { writer, reader } = openDesk({
    path: join(folder, path),
    migrationsFolder: join(root, "db/migrations"),
    durability: "test",
    asked: { mode: "live", dialect: "gateway", agent: "ag_one", ...asked },
    now: 1,
  });
  writer
    .insert(operators)
    .values({ id: "o", email, name: "N", passwordHash: "h", role: "operator", createdAt: 1 })
    .run();
  closeDatabase(reader);
  closeDatabase(writer);
}
describe("the server", () => {
  test("stops with one line and exit code 1 at a file that it must not open, and leaves it as it was", () => {
    makeFile("data/operator.sqlite", { mode: "practice" }, "operator@practice.test");
    const before = readFileSync(join(folder, "data/operator.sqlite"));
    const { status, said, complained } = run("server/index.ts", LIVE_KEYS);
    expect(complained).toMatch(
      /^data\/operator\.sqlite is a practice file, and a live desk was asked for[^\n]*\n$/,
    );
    expect({ status, said }).toEqual({ status: 1, said: "" });
    expect(readFileSync(join(folder, "data/operator.sqlite")).equals(before)).toBe(true);
  });

  /** What comes of opening, as the environment asks. */
  const opened = (source: Record<string, string>) => {
    const read = readEnv(source);
    if ("mistakes" in read) throw new Error(read.mistakes.join());
    const desk = openDeskFiles(read.env);
    if ("refusal" in desk) return desk.refusal;
    closeDatabase(desk.reader);
    closeDatabase(desk.writer);
    return inspectFile(read.env.DATABASE_PATH);
  };

  test("has a place for live and another for practice", () => {
    const practice = {
      kind: "marked",
      identity: { mode: "practice", dialect: "gateway", agent: "ag_practice" },
    };
    expect(opened({})).toEqual(practice);
    expect(opened({ APP_MODE: "test" })).toEqual(practice);
    expect(opened(LIVE_KEYS)).toMatchObject({ identity: { mode: "live", agent: "ag_one" } });
    expect(["data/operator.sqlite", "data/practice/operator.sqlite"].map((path) => existsSync(path))).toEqual(
      [true, true],
    );
    expect(opened({ APP_MODE: "test", AGENT_ID: "ag_two" })).toMatch(/AGENT_ID=ag_practice/);
  });

  test.each(["practice", "test"])("does not open a live file in %s", (APP_MODE) => {
    makeFile("desk.sqlite", {}, "o@example.com");
    expect(opened({ APP_MODE, DATABASE_PATH: "desk.sqlite" })).toMatch(
      /^desk\.sqlite is a live desk's file, and a practice desk/,
    );
  });

  test("gives nobody an empty desk in practice whose file lies where an older release kept it", () => {
    makeFile("data/operator.sqlite", { mode: "practice", agent: "ag_practice" }, "operator@practice.test");
    expect(opened({})).toMatch(
      /^Practice now keeps its desk in data\/practice\/operator\.sqlite.*mv data\/operator\.sqlite\* data\/practice\//,
    );
    expect(existsSync("data/practice")).toBe(false);
    mkdirSync("data/practice");
    renameSync("data/operator.sqlite", "data/practice/operator.sqlite");
    expect(opened({})).toMatchObject({ kind: "marked" });
  });

  test("does not take a live file at live's place for one that practice left", () => {
    makeFile("data/operator.sqlite", {}, "o@example.com");
    expect(opened({})).toMatchObject({ kind: "marked" });
  });
});

describe("a command", () => {
  test("that migrates takes the file that is there and says what it is, whatever the environment says", () => {
    makeFile("data/operator.sqlite", {}, "o@example.com");
    const { status, said } = run("server/migrate-command.ts", { APP_MODE: "practice" });
    expect({ status, said }).toEqual({ status: 0, said: "data/operator.sqlite is up to date (live)\n" });
  });

  test("does not guess between two files, nor makes one", () => {
    expect(run("server/migrate-command.ts", {}).complained).toMatch(/There is neither/);
    makeFile("data/operator.sqlite", {}, "o@example.com");
    makeFile("data/practice/operator.sqlite", { mode: "practice" }, "operator@practice.test");
    const { status, complained } = run("server/migrate-command.ts", {});
    expect(status).toBe(1);
    expect(complained).toMatch(/say which with DATABASE_PATH/);
  });

  test("that seeds leaves a live file alone, with the environment of practice too", () => {
    makeFile("desk.sqlite", {}, "o@example.com");
    const { status, complained } = run(
      "server/seed-command.ts",
      { APP_MODE: "practice" },
      "--file",
      "desk.sqlite",
    );
    expect(status).toBe(1);
    expect(complained).toMatch(/^Nothing was written: desk\.sqlite is a live desk's file/);
  });

  test("that seeds makes a practice file, with the environment of live too", () => {
    const { status } = run(
      "server/seed-command.ts",
      { APP_MODE: "live" },
      "--file",
      "seed.sqlite",
      "--trades",
      "3",
    );
    expect(status).toBe(0);
    expect(inspectFile(join(folder, "seed.sqlite"))).toMatchObject({ identity: { mode: "practice" } });
  });
});
