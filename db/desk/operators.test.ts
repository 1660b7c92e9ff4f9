import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileMode } from "../../domain/identity";
import { audit, identity, operators, sessions } from "../schema";
import { openTestDatabase } from "../testing";
import { markLive } from "./mark-live";
import {
  addOperator,
  authenticate,
  disableOperator,
  enableOperator,
  hasOperators,
  listOperators,
  OperatorRefused,
  saveOperator,
  setPassword,
  setRole,
  signOutOperator,
} from "./operators";
import { sessionOperator, startSession } from "./sessions";

const PASSWORD = "tangerine umbrella 42";
const OTHER = "saffron bicycle 17 rain";
const by = { actor: { kind: "system", id: "operator command" }, now: 5 } as const;
const alice = { email: "alice@example.com", name: "Alice", password: PASSWORD, role: "operator" } as const;
const bob = { ...alice, email: "bob@example.com", name: "Bob" } as const;

let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

const mark = (mode: FileMode) =>
  db.writer.insert(identity).values({ mode, dialect: "gateway", agent: "ag_one", markedAt: 1 }).run();
const byHand = (email: string, passwordHash = "hash") =>
  db.writer
    .insert(operators)
    .values({ id: email, email, name: email, passwordHash, role: "operator", createdAt: 1 })
    .run();
const idOf = (email: string) =>
  db.reader.select().from(operators).where(eq(operators.email, email)).get()?.id ?? "nobody";
/** A session of theirs, as signing in leaves one. */
const signIn = (email: string) =>
  db.writer.$client
    .prepare(
      "insert into sessions (token_hash, id, operator_id, created_at, seen_at) select ?, ?, id, 1, 1 from operators where email = ?",
    )
    .run(`token of ${email}`, email, email);
const signedIn = () =>
  db.reader
    .select()
    .from(sessions)
    .all()
    .map(({ operatorId }) => operatorId);
const log = () =>
  db.reader
    .select()
    .from(audit)
    .all()
    .map(({ actorKind, actorId, action, subjectRef, before, after }) => ({
      who: `${actorKind} ${actorId}`,
      action,
      subjectRef,
      before,
      after,
    }));

describe("an operator", () => {
  beforeEach(() => mark("live"));

  test("is added once, signs in, and is on the log", async () => {
    await addOperator(db.writer, { ...alice, email: " Alice@Example.com" }, by);
    expect(await authenticate(db.reader, "ALICE@example.com", PASSWORD)).toMatchObject({ role: "operator" });
    expect(await authenticate(db.reader, alice.email, OTHER)).toBeNull();
    await expect(addOperator(db.writer, { ...alice, password: OTHER }, by)).rejects.toThrow(/already/);
    expect(await authenticate(db.reader, alice.email, PASSWORD)).not.toBeNull();
    expect(log()).toEqual([
      {
        who: "system operator command",
        action: "add-operator",
        subjectRef: alice.email,
        before: null,
        after: { role: "operator" },
      },
    ]);
  });

  test.each([
    ["no e-mail", { email: "alice" }, "email"],
    [
      "one that no mail takes",
      { email: `${"a".repeat(60)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(20)}` },
      "email",
    ],
    ["a short password", { password: "short" }, "password"],
    ["an account of practice", { email: "operator@practice.test" }, "email"],
    ["another of that domain", { email: "New@PRACTICE.test" }, "email"],
  ])("with %s is refused, and nothing is kept", async (_what, wrong, about) => {
    for (const attempt of [
      () => addOperator(db.writer, { ...alice, ...wrong }, by),
      () => saveOperator(db.writer, { ...alice, ...wrong }, 1),
    ]) {
      const refused = await attempt().then(
        () => null,
        (error: unknown) => error,
      );
      expect(refused).toBeInstanceOf(OperatorRefused);
      expect(refused).toMatchObject({ about });
      expect(String(refused)).not.toContain(alice.password);
    }
    expect(listOperators(db.reader)).toEqual([]);
    expect(log()).toEqual([]);
  });

  test("with an older, shorter password goes on signing in", async () => {
    const { hash } = await import("@node-rs/argon2");
    byHand("old@example.com", await hash("short"));
    expect(await authenticate(db.reader, "old@example.com", "short")).not.toBeNull();
  });

  describe("who is changed", () => {
    beforeEach(async () => {
      await saveOperator(db.writer, alice, 1);
      await saveOperator(db.writer, bob, 1);
      signIn(alice.email);
      signIn(bob.email);
    });
    const onlyBob = () => expect(signedIn()).toEqual([idOf(bob.email)]);

    test("in password is signed out everywhere", async () => {
      await setPassword(db.writer, alice.email, OTHER, by);
      onlyBob();
      expect(await authenticate(db.reader, alice.email, PASSWORD)).toBeNull();
      expect(await authenticate(db.reader, alice.email, OTHER)).not.toBeNull();
      expect(JSON.stringify(log())).not.toContain(OTHER);
      expect(log()).toMatchObject([{ action: "change-password", subjectRef: alice.email }]);
    });

    test("in password by what the configuration says is signed out too", async () => {
      await saveOperator(db.writer, { ...alice, password: OTHER }, 2);
      onlyBob();
    });

    test("to a password that is guessed early stays as it was", async () => {
      await expect(setPassword(db.writer, alice.email, "password1234", by)).rejects.toThrow(/guessed early/);
      expect(signedIn()).toHaveLength(2);
    });

    test("in role is signed out everywhere", () => {
      setRole(db.writer, alice.email, "viewer", by);
      onlyBob();
      expect(log()).toMatchObject([
        { action: "change-role", before: { role: "operator" }, after: { role: "viewer" } },
      ]);
    });

    test("to disabled is signed out and kept out, until enabled", async () => {
      disableOperator(db.writer, alice.email, by);
      onlyBob();
      expect(await authenticate(db.reader, alice.email, PASSWORD)).toBeNull();
      enableOperator(db.writer, alice.email, by);
      expect(await authenticate(db.reader, alice.email, PASSWORD)).not.toBeNull();
      onlyBob();
      expect(log().map(({ action }) => action)).toEqual(["disable-operator", "enable-operator"]);
    });

    test("to signed out is just that", () => {
      expect(signOutOperator(db.writer, alice.email, by)).toBe(1);
      onlyBob();
      expect(log()).toMatchObject([{ action: "sign-out-operator", before: { sessions: 1 } }]);
    });

    test("is not, while the log cannot be written: all or nothing", () => {
      db.writer.$client.exec(
        "create trigger no_log before insert on audit begin select raise(abort, 'full'); end",
      );
      expect(() => disableOperator(db.writer, alice.email, by)).toThrow(/full/);
      expect(signedIn()).toHaveLength(2);
      expect(listOperators(db.reader).every(({ enters }) => enters)).toBe(true);
    });

    test("to what they are already, or who is not there, is told in words", () => {
      expect(() => setRole(db.writer, alice.email, "operator", by)).toThrow(/operator already/);
      expect(() => enableOperator(db.writer, alice.email, by)).toThrow(/not disabled/);
      expect(() => signOutOperator(db.writer, "nobody@example.com", by)).toThrow(/no operator/);
    });

    test("is not, when nobody who may act would be left", async () => {
      await saveOperator(db.writer, { ...alice, email: "v@example.com", role: "viewer" }, 1);
      // Put there by hand, it may not enter and so counts for nothing.
      byHand("operator@practice.test");
      disableOperator(db.writer, bob.email, by);
      expect(() => disableOperator(db.writer, alice.email, by)).toThrow(/last who may act/);
      expect(() => setRole(db.writer, alice.email, "viewer", by)).toThrow(/last who may act/);
      expect(signedIn()).toEqual([idOf(alice.email)]);
      // Who could not act anyway can go.
      disableOperator(db.writer, "v@example.com", by);
      setRole(db.writer, alice.email, "admin", by);
    });
  });
});

describe("an account of practice", () => {
  const published = {
    email: "operator@practice.test",
    name: "O",
    password: "practice-operator-1",
    role: "operator",
  } as const;

  test("signs in in practice, and not in live, whoever put it there", async () => {
    mark("practice");
    await saveOperator(db.writer, published, 1);
    expect(await authenticate(db.reader, published.email, published.password)).not.toBeNull();
    const operatorId = idOf(published.email);
    const rules = { secret: "secret", idleMs: 60_000, lifeMs: 60_000 };
    const token = startSession(db.writer, rules, operatorId, { address: null, device: null }, 1);
    expect(sessionOperator(db.reader, rules, token, 2)).toMatchObject({ id: operatorId });
    db.writer.update(identity).set({ mode: "live" }).run();
    expect(sessionOperator(db.reader, rules, token, 2)).toBeNull();
    expect(await authenticate(db.reader, published.email, published.password)).toBeNull();
    expect(listOperators(db.reader)).toMatchObject([{ enters: false }]);
    expect(hasOperators(db.reader)).toBe(false);
    expect(() => enableOperator(db.writer, published.email, by)).toThrow(/practice/);
    await expect(setPassword(db.writer, published.email, PASSWORD, by)).rejects.toThrow(/practice/);
  });

  test("goes, with its sessions, when the file is marked live; the others stay", async () => {
    mark("practice");
    await saveOperator(db.writer, published, 1);
    await saveOperator(db.writer, alice, 1);
    signIn(published.email);
    signIn(alice.email);
    expect(markLive(db.writer, "ag_two", by)).toEqual({
      removed: [published.email],
      sessions: 1,
      operators: 1,
      rows: { trades: 0, escrows: 0, bets: 0, claims: 0 },
    });
    expect(signedIn()).toEqual([idOf(alice.email)]);
    expect(db.reader.select().from(identity).get()).toMatchObject({ mode: "live", agent: "ag_two" });
    expect(log()).toMatchObject([
      {
        action: "mark-live",
        before: { mode: "practice", agent: "ag_one", practice_accounts: [published.email] },
        after: { mode: "live", agent: "ag_two" },
      },
    ]);
  });
});
