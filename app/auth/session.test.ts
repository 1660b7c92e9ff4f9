import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  endSessions,
  findSession,
  listSessions,
  sessionOperator,
  startSession,
} from "../../db/desk/sessions";
import { dataVersion } from "../../db/read/unchanged";
import { audit, operators, sessions } from "../../db/schema";
import { getSession, requireOperator, requirePresence, setSession } from "./session.server";
import { endOneSession, signOutEverywhere } from "./sign-out.server";
import { NOW, openTestDoor } from "./testing";

const MINUTE = 60_000;
const EMAIL = "operator@desk.example";
const from = { address: "203.0.113.5", device: "Chrome 140 on Linux" };
let door: ReturnType<typeof openTestDoor>;
let operatorId: string;
let cookie: string;
beforeEach(async () => {
  door = openTestDoor();
  await door.addOperator(EMAIL);
  operatorId = door.context.read.select().from(operators).get()?.id ?? "";
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  cookie = await start();
});
afterEach(() => {
  vi.useRealTimers();
  door.close();
});

const rules = () => door.context.config.session;
async function start(): Promise<string> {
  const token = startSession(door.context.desk, rules(), operatorId, from, Date.now());
  return (await setSession(door.context, token)).split(";")[0] ?? "";
}
const request = (headers: Record<string, string> = {}, method = "GET", path = "/audit") =>
  new Request(`http://desk.example${path}`, { method, headers: { cookie, ...headers } });
const document = () => request({ accept: "text/html" });
const byItself = () => request({ accept: "*/*", referer: "http://desk.example/audit" });
const pass = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE);
const isOpen = async () => (await getSession(document(), door.context)) !== null;

describe("a session ends by itself", () => {
  test("after an hour in which nobody did anything, although its page read itself all the time", async () => {
    for (let i = 0; i < 59; i++) {
      pass(1);
      await requirePresence(byItself(), door.context);
    }
    expect(await isOpen()).toBe(true);
    pass(1);
    await expect(requirePresence(byItself(), door.context)).rejects.toMatchObject({ status: 302 });
  });
  test("not while somebody goes from page to page or does something", async () => {
    pass(59);
    await requirePresence(document(), door.context);
    pass(59);
    await requireOperator(request({}, "POST"), door.context);
    pass(59);
    await requirePresence(request({ accept: "*/*", referer: "http://desk.example/trades" }), door.context);
    pass(59);
    expect(await isOpen()).toBe(true);
  });
  test("twelve hours after it was started, whatever was done", async () => {
    for (let i = 0; i < 24; i++) {
      await requirePresence(document(), door.context);
      pass(29.9);
    }
    expect(await isOpen()).toBe(true);
    const { leftMs } = await requirePresence(document(), door.context);
    expect(leftMs).toBeLessThan(3 * MINUTE);
    pass(3);
    expect(await isOpen()).toBe(false);
  });
  test("and that is one line on the log, with where it was", async () => {
    await start();
    pass(61);
    expect(await isOpen()).toBe(false);
    expect(await isOpen()).toBe(false);
    expect(door.context.read.select().from(audit).all()).toMatchObject([
      { action: "session-end", actorId: "door", subjectRef: operatorId, ...from },
      { action: "session-end", actorId: "door", subjectRef: operatorId, ...from },
    ]);
    expect(door.context.read.select().from(sessions).all()).toEqual([]);
  });
});

test("who is there is written at most once a minute, and a page that reads itself writes nothing", async () => {
  const versions = new Set([dataVersion(door.context.read)]);
  for (let i = 0; i < 100; i++) {
    vi.setSystemTime(Date.now() + 3_000);
    await requirePresence(document(), door.context);
    versions.add(dataVersion(door.context.read));
  }
  expect(versions.size).toBe(1 + 5);
  const before = dataVersion(door.context.read);
  pass(30);
  await requirePresence(byItself(), door.context);
  expect(dataVersion(door.context.read)).toBe(before);
});

describe("a session is ended", () => {
  test("with everything else of its operator's, or alone, or all but it", async () => {
    const mine = findSession(door.context.read, rules(), await tokenIn(cookie))?.session;
    const operator = door.context.read.select().from(operators).get();
    if (!mine || !operator) throw new Error("not signed in");
    await start();
    await start();
    const [one, two] = listSessions(door.context.read, rules(), operatorId, Date.now()).filter(
      ({ id }) => id !== mine.id,
    );
    endOneSession(document(), door.context, operator, one?.id ?? "");
    endOneSession(document(), door.context, { ...operator, id: "somebody else" }, two?.id ?? "");
    const left = () => listSessions(door.context.read, rules(), operatorId, Date.now()).length;
    expect(left()).toBe(2);
    signOutEverywhere(document(), door.context, operator, mine);
    expect(left()).toBe(1);
    expect(await isOpen()).toBe(true);
    signOutEverywhere(document(), door.context, operator);
    expect(left()).toBe(0);
    expect(await isOpen()).toBe(false);
    expect(door.context.read.select().from(audit).all()).toMatchObject([
      { action: "session-end", reason: expect.stringContaining("Chrome 140 on Linux") as string },
      { action: "sign-out-others", after: { sessions_ended: 1 } },
      { action: "sign-out-everywhere", after: { sessions_ended: 1 } },
    ]);
  });
  test("with its operator, and by what the keys' holder does", async () => {
    const token = await tokenIn(cookie);
    const owner = () => sessionOperator(door.context.read, rules(), token, Date.now());
    expect(owner()).toMatchObject({ email: EMAIL });
    door.context.desk.update(operators).set({ disabledAt: 1 }).where(eq(operators.id, operatorId)).run();
    expect(owner()).toBeNull();
    door.context.desk.update(operators).set({ disabledAt: null }).run();
    expect(endSessions(door.context.desk, operatorId)).toBe(1);
    expect(owner()).toBeNull();
  });
});

test("the table holds nothing that opens a session", async () => {
  const token = await tokenIn(cookie);
  expect(token).toHaveLength(43);
  expect(JSON.stringify(door.context.read.select().from(sessions).all())).not.toContain(token);
  expect(sessionOperator(door.context.read, { ...rules(), secret: "another" }, token, Date.now())).toBeNull();
});

async function tokenIn(pair: string): Promise<string> {
  const { tokenOf } = await import("./session.server");
  return (await tokenOf(new Request("http://desk.example", { headers: { cookie: pair } }), false)) ?? "";
}
