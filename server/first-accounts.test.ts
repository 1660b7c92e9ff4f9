import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  authenticate,
  disableOperator,
  listOperators,
  saveOperator,
  setPassword,
} from "../db/desk/operators";
import { audit, identity, operators, sessions } from "../db/schema";
import { openTestDatabase } from "../db/testing";
import { firstAccounts } from "./first-accounts";

const by = { actor: { kind: "system", id: "operator command" }, now: 2 } as const;
const first = { OPERATOR_EMAIL: "first@example.com", OPERATOR_PASSWORD: "tangerine umbrella 42" };

let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

const mark = (mode: "live" | "practice") =>
  db.writer.insert(identity).values({ mode, dialect: "gateway", agent: "a", markedAt: 1 }).run();
const start = (env: Partial<Parameters<typeof firstAccounts>[0]>) =>
  firstAccounts(
    { APP_MODE: "live", OPERATOR_EMAIL: undefined, OPERATOR_PASSWORD: undefined, ...env },
    db.writer,
    db.reader,
    1,
  );
const emails = () => listOperators(db.reader).map(({ email }) => email);

describe("a live desk that starts", () => {
  beforeEach(() => mark("live"));

  test("makes the first operator, once, on the log, and shows no accounts", async () => {
    expect(await start(first)).toEqual({ accounts: [] });
    expect(await authenticate(db.reader, first.OPERATOR_EMAIL, first.OPERATOR_PASSWORD)).toMatchObject({
      role: "admin",
    });
    await start({ ...first, OPERATOR_EMAIL: "second@example.com" });
    expect(emails()).toEqual([first.OPERATOR_EMAIL]);
    expect(db.reader.select().from(audit).all()).toMatchObject([
      { actorId: "first start", action: "add-operator" },
    ]);
  });

  test("makes it also where a practice account was put in by hand", async () => {
    db.writer
      .insert(operators)
      .values({
        id: "x",
        email: "operator@practice.test",
        name: "x",
        passwordHash: "x",
        role: "admin",
        createdAt: 1,
      })
      .run();
    await start(first);
    expect(emails()).toContain(first.OPERATOR_EMAIL);
  });

  test.each([
    [{ ...first, OPERATOR_PASSWORD: "tiny" }, /^OPERATOR_PASSWORD: is shorter/],
    [
      { ...first, OPERATOR_PASSWORD: "practice-operator-1" },
      /^OPERATOR_PASSWORD: is one that practice shows/,
    ],
    [{ ...first, OPERATOR_EMAIL: "me@practice.test" }, /^OPERATOR_EMAIL: is of a practice account/],
    [{ ...first, OPERATOR_EMAIL: "me" }, /^OPERATOR_EMAIL: is not an e-mail address/],
  ])("stops at a mistake that it names, without saying the value", async (env, line) => {
    const came = await start(env);
    if (!("mistakes" in came)) throw new Error("it started");
    expect(came.mistakes).toHaveLength(1);
    expect(came.mistakes[0]).toMatch(line);
    expect(came.mistakes[0]).not.toContain(env.OPERATOR_PASSWORD);
    expect(emails()).toEqual([]);
  });

  test("does not stop at what is left of a first start once there are operators", async () => {
    await start(first);
    expect(await start({ ...first, OPERATOR_PASSWORD: "short" })).toEqual({ accounts: [] });
  });
});

describe("a practice desk that starts", () => {
  beforeEach(() => mark("practice"));

  test("has its published accounts, and starting again signs nobody out", async () => {
    const came = await start({ APP_MODE: "practice", ...first });
    expect(came).toMatchObject({
      accounts: [{ email: "operator@practice.test" }, { email: "viewer@practice.test" }],
    });
    for (const { id } of listOperators(db.reader))
      db.writer.insert(sessions).values({ tokenHash: id, id, operatorId: id, createdAt: 1, seenAt: 1 }).run();
    await start({ APP_MODE: "practice", ...first });
    expect(db.reader.select().from(sessions).all()).toHaveLength(3);
  });

  test("puts them right where somebody changed them", async () => {
    await start({ APP_MODE: "practice", ...first });
    await setPassword(db.writer, "viewer@practice.test", "saffron bicycle 17 rain", by);
    disableOperator(db.writer, "operator@practice.test", by);
    await saveOperator(
      db.writer,
      { email: "viewer@practice.test", name: "V", password: "another one, longer", role: "admin" },
      3,
    );
    await start({ APP_MODE: "practice", ...first });
    expect(await authenticate(db.reader, "operator@practice.test", "practice-operator-1")).not.toBeNull();
    expect(await authenticate(db.reader, "viewer@practice.test", "practice-viewer-1")).toMatchObject({
      role: "viewer",
    });
  });
});
