import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { audit, operators, sessions } from "../../db/schema";
import type { DeskContext } from "../context";
import { signInLimits } from "./attempts.server";
import { getSession, leavingHeaders } from "./session.server";
import { readCredentials, signIn } from "./sign-in.server";
import { signOut } from "./sign-out.server";
import { cookieJar, openTestDoor, PASSWORD } from "./testing";

let door: ReturnType<typeof openTestDoor>;
let serial = 0;
let email: string;
beforeEach(async () => {
  door = openTestDoor();
  // Counters are the process's: each test has an account and addresses of its own.
  email = `operator.${++serial}@desk.example`;
  await door.addOperator(email);
});
afterEach(() => door.close());

const at = (n: number) => door.from(`10.${serial}.0.${n}`);
const AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const asked = (jar = cookieJar()) =>
  new Request("http://desk.example/login", { headers: { "user-agent": AGENT, ...jar.header() } });
const attempt = (context: DeskContext, password: string, jar = cookieJar(), as = email) =>
  signIn(asked(jar), context, { email: as, password });
async function enter(context: DeskContext, jar = cookieJar()) {
  const result = await attempt(context, PASSWORD, jar);
  if (result.kind !== "signed-in") throw new Error(result.kind);
  jar.take(result.headers);
  return jar;
}
const onRecord = () => door.context.read.select().from(audit).all();

describe("what is typed", () => {
  const form = (typed: Record<string, string>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(typed)) data.set(name, value);
    return data;
  };
  test("is read in small letters and without spaces around", () =>
    expect(readCredentials(form({ email: "  A@B.example ", password: " p " }))).toEqual({
      email: "a@b.example",
      password: " p ",
    }));
  test.each([
    ["an e-mail", { email: "x".repeat(255), password: "p" }, ["email"]],
    ["an e-mail in bytes", { email: "é".repeat(128), password: "p" }, ["email"]],
    ["a password", { email: "a", password: "x".repeat(1_025) }, ["password"]],
    ["a password in bytes", { email: "a", password: "é".repeat(513) }, ["password"]],
    ["both", { email: "x".repeat(10_000_000), password: "x".repeat(10_000_000) }, ["email", "password"]],
  ])("%s that is too long is told at its field", (_what, typed, fields) => {
    const read = readCredentials(form(typed));
    expect("problems" in read && Object.keys(read.problems)).toEqual(fields);
  });
  test("the longest is taken", () =>
    expect(readCredentials(form({ email: "x".repeat(254), password: "x".repeat(1_024) }))).toHaveProperty(
      "email",
    ));
});

describe("signing in", () => {
  test("starts a session that knows where it was started from, and is on record", async () => {
    const jar = await enter(at(1));
    expect(await getSession(asked(jar), at(1))).toMatchObject({
      operator: { email },
      session: { address: `10.${serial}.0.1`, device: "Chrome 140 on Linux" },
    });
    expect(onRecord()).toMatchObject([
      { action: "sign-in", result: "accepted", address: `10.${serial}.0.1`, device: "Chrome 140 on Linux" },
    ]);
  });
  test("again ends the session the browser had", async () => {
    const jar = await enter(at(1));
    const old = asked(jar);
    await enter(at(1), jar);
    expect(await getSession(old, at(1))).toBeNull();
    expect(await getSession(asked(jar), at(1))).not.toBeNull();
    expect(door.context.read.select().from(sessions).all()).toHaveLength(1);
  });
  test("a wrong password, an unknown e-mail and a disabled operator are told alike, and recorded each as it was", async () => {
    expect(await attempt(at(1), "wrong")).toEqual({ kind: "wrong" });
    expect(await attempt(at(1), "wrong", cookieJar(), "hunter2@nobody.example")).toEqual({ kind: "wrong" });
    door.context.desk.update(operators).set({ disabledAt: 1 }).run();
    expect(await attempt(at(1), PASSWORD)).toEqual({ kind: "wrong" });
    expect(onRecord()).toMatchObject([
      { result: "failed", reason: "wrong password", subjectType: "operator" },
      { result: "failed", reason: "unknown e-mail", subjectRef: null },
      { result: "failed", reason: "this operator is disabled" },
    ]);
    // It may have been a password in the wrong field.
    expect(JSON.stringify(onRecord())).not.toContain("hunter2");
  });
  test("does not outlive a change that was made while the password was being checked", async () => {
    const context = at(1);
    const changed = {
      ...context,
      /** First asked for when the password was found right. */
      get desk() {
        context.desk.update(operators).set({ disabledAt: 1 }).run();
        return context.desk;
      },
    };
    expect(await attempt(changed, PASSWORD)).toEqual({ kind: "wrong" });
    expect(context.read.select().from(sessions).all()).toEqual([]);
  });
  test("strangers cannot lock out a device that is known, and one line says that they were limited", async () => {
    const jar = await enter(at(1));
    const wrong = await Promise.all(
      Array.from({ length: signInLimits.pair.points * 2 }, () => attempt(at(1), "wrong")),
    );
    expect(wrong.at(-1)).toMatchObject({ kind: "limited", by: "pair", waitS: expect.any(Number) as number });
    expect(await attempt(at(1), PASSWORD)).toMatchObject({ kind: "limited" });
    await enter(at(1), jar);
    expect(onRecord().filter(({ result }) => result === "limited")).toHaveLength(1);
  });
  test("a device is known for the operators who signed in on it, and for nobody else", async () => {
    const jar = await enter(at(1));
    const other = `other.${serial}@desk.example`;
    await door.addOperator(other);
    for (let i = 0; i < signInLimits.pair.points; i++) await attempt(at(2), "wrong", cookieJar(), other);
    expect(await attempt(at(2), PASSWORD, jar, other)).toMatchObject({ kind: "limited", by: "pair" });
    // Nor is one whose cookie was made up, with whatever in it.
    const forged = cookieJar();
    const value = Buffer.from(JSON.stringify(`${"a".repeat(22)}.é.${"b".repeat(43)}`)).toString("base64");
    forged.take(new Headers({ "set-cookie": `device=${encodeURIComponent(value)}; Path=/` }));
    expect(await attempt(at(2), PASSWORD, forged, other)).toMatchObject({ kind: "limited", by: "pair" });
  });
  test("over https the cookies are bound to this host", async () => {
    const context = at(1);
    const secure = { ...context, config: { ...context.config, secureCookies: true } };
    const result = await attempt(secure, PASSWORD);
    const lines = result.kind === "signed-in" ? result.headers.getSetCookie() : [];
    expect(lines.map((line) => line.split("=")[0])).toEqual(["__Host-desk", "__Host-device"]);
    for (const line of [...lines, ...(await leavingHeaders(secure)).getSetCookie()]) {
      expect(line).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(line).not.toMatch(/domain/i);
    }
  });
});

test("signing out ends the session on the server and is on record; the device stays known", async () => {
  const jar = await enter(at(1));
  await signOut(asked(jar), at(1));
  expect(await getSession(asked(jar), at(1))).toBeNull();
  const headers = await leavingHeaders(at(1));
  jar.take(headers);
  expect(jar.header().cookie).toMatch(/^device=/);
  expect(headers.get("clear-site-data")).toBe('"cache", "storage"');
  // A second press changes nothing.
  await signOut(asked(jar), at(1));
  expect(onRecord().map(({ action }) => action)).toEqual(["sign-in", "sign-out"]);
});
