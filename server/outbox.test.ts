import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordCommand } from "../db/desk/commands";
import { queueEvent, unparkEvent } from "../db/desk/outbox";
import { countParked, countUnsent, getSendTrouble, listParked, listUnsent } from "../db/read/outbox";
import { outbox } from "../db/schema";
import { openTestDatabase } from "../db/testing";
import { manualClock } from "../domain/clock";
import { MAX_SEND_WAIT_MS, PARK_AFTER } from "../domain/sending";
import { eventApi, type OutgoingEvent, type SendEvent, type Sent } from "./event-api";
import { startOutbox } from "./outbox";

const NOW = Date.UTC(2026, 10, 24, 12);
let db: ReturnType<typeof openTestDatabase>;
let wall: ReturnType<typeof manualClock>;
let sender: ReturnType<typeof startOutbox> | undefined;
beforeEach(() => {
  db = openTestDatabase();
  wall = manualClock(NOW);
});
afterEach(async () => {
  await sender?.stop();
  db.close();
});

const ok: Sent = { ok: true, engineEventId: "engine-id" };
const refused: Sent = { ok: false, failure: "refused", said: "400: no" };
const noAnswer: Sent = { ok: false, failure: "no-answer", said: "ECONNREFUSED" };
/** An engine that answers by the event's id; what was asked of it is kept. */
function engine(answer: (id: string) => Sent) {
  void sender?.stop();
  const asked: OutgoingEvent[] = [];
  const send: SendEvent = (event) => {
    asked.push(event);
    return Promise.resolve(answer(event.id));
  };
  sender = startOutbox({
    desk: db.writer,
    send,
    clock: manualClock(NOW),
    wall,
    log: () => undefined,
    idleMs: 1e6,
  });
  return {
    asked,
    wake: sender.wake,
    times: (id: string) => asked.filter((event) => event.id === id).length,
  };
}
const queue = (id: string, data: unknown = {}) =>
  queueEvent(db.writer, { id, name: "purple-flea/webhook.received", data }, NOW);
const rows = () => db.reader.select().from(outbox).all();

describe("a command", () => {
  const command = {
    id: "01J00000000000000000000000",
    kind: "send-price-alert",
    operatorId: "op",
    payload: {},
    event: { name: "purple-flea/price.alert", data: { asset: "ETH" } },
  } as const;
  test("is recorded once, whatever is pressed", () => {
    expect(recordCommand(db.writer, command, NOW).kind).toBe("accepted");
    expect(recordCommand(db.writer, command, NOW).kind).toBe("duplicate");
    expect(rows()).toHaveLength(1);
  });
  test("an id spent on one deed is no repeat of another: that would be lost without a word", () => {
    recordCommand(db.writer, command, NOW);
    expect(() => recordCommand(db.writer, { ...command, kind: "approve-escrow" }, NOW)).toThrow(/already/);
    expect(rows()).toHaveLength(1);
  });
  test("waits with the engine down; back up, it goes out once under its own id", async () => {
    recordCommand(db.writer, command, NOW);
    let down = true;
    const { asked, wake } = engine(() => (down ? noAnswer : ok));
    await wake();
    expect(rows()).toMatchObject([
      { sentAt: null, attempts: 1, failure: "no-answer", lastError: "ECONNREFUSED", refusals: 0 },
    ]);
    down = false;
    asked.length = 0;
    wall.advance(60_000);
    await wake();
    await wake();
    expect(asked).toEqual([
      { id: command.id, name: "purple-flea/price.alert", ts: NOW, data: { asset: "ETH" } },
    ]);
    expect(rows()).toMatchObject([
      { sentAt: NOW, engineEventId: "engine-id", failure: null, lastError: null },
    ]);
  });
});

describe("a row that fails", () => {
  test("holds back nothing younger, and costs one send each time it is due", async () => {
    for (let n = 0; n < 60; n++) queue(`bad-${n}`);
    queue("approval");
    const { times, wake } = engine((id) => (id.startsWith("bad") ? refused : ok));
    await wake();
    expect(times("approval")).toBe(1);
    expect(times("bad-0")).toBe(1);
    await wake();
    await wake();
    expect(times("bad-0")).toBe(1);
    wall.advance(1_000);
    await wake();
    expect(times("bad-0")).toBe(2);
    // One that comes when all of them are due goes first.
    wall.advance(MAX_SEND_WAIT_MS);
    queue("approval-2");
    const { asked } = engine((id) => (id.startsWith("bad") ? refused : ok));
    await sender?.wake();
    expect(asked[0]?.id).toBe("approval-2");
  });

  test(`is parked after ${PARK_AFTER} refusals with its reason, is left alone then, and goes once more when a person says so`, async () => {
    queue("bad");
    let answer: Sent = refused;
    const { times, wake } = engine(() => answer);
    for (let n = 0; n < 2 * PARK_AFTER; n++) {
      await wake();
      wall.advance(MAX_SEND_WAIT_MS);
    }
    expect(times("bad")).toBe(PARK_AFTER);
    expect(listParked(db.reader)).toMatchObject([
      { id: "bad", state: "parked", failure: "refused", lastError: "400: no", refusals: PARK_AFTER },
    ]);
    expect([countUnsent(db.reader).n, countParked(db.reader).n]).toEqual([0, 1]);

    const again = () => unparkEvent(db.writer, rows()[0]?.rowId ?? 0, PARK_AFTER - 1);
    expect(again()).toBe(true);
    expect(again()).toBe(false);
    await wake();
    expect(times("bad")).toBe(PARK_AFTER + 1);
    expect(listParked(db.reader)).toHaveLength(1);
    again();
    answer = ok;
    await wake();
    expect(rows()).toMatchObject([{ sentAt: NOW, parkedAt: null, failure: null }]);
  });

  test("because of the engine is never parked, however long it lasts, and waits 30 s at most", async () => {
    for (const failure of ["no-answer", "busy", "key", "not-the-engine"] as const) {
      queue(failure);
      const { wake } = engine(() => ({ ok: false, failure, said: null }));
      for (let n = 0; n < 100; n++) {
        await wake();
        wall.advance(MAX_SEND_WAIT_MS);
      }
      await sender?.stop();
    }
    expect(countParked(db.reader).n).toBe(0);
    const { asked, wake } = engine(() => ok);
    await wake();
    expect(new Set(asked.map((event) => event.id)).size).toBe(4);
  });

  test("to be read is parked, and the others go on", async () => {
    queue("broken");
    queue("whole");
    db.writer.$client.prepare("update outbox set data = '{' where id = 'broken'").run();
    const { asked, wake } = engine(() => ok);
    await wake();
    expect(asked.map((event) => event.id)).toEqual(["whole"]);
    expect(listParked(db.reader)).toMatchObject([{ id: "broken", failure: "unwritable" }]);
    expect(listUnsent(db.reader)).toEqual([]);
  });
});

describe("an engine that is down", () => {
  test("is asked with one row a round, and what was not tried says why it waits", async () => {
    for (let n = 0; n < 40; n++) queue(`e${n}`);
    let answer: Sent = noAnswer;
    const { asked, wake } = engine(() => answer);
    await wake();
    // The start looked once, the wake once.
    expect(asked).toHaveLength(2);
    expect(getSendTrouble(db.reader)).toEqual({ failure: "no-answer", said: "ECONNREFUSED" });
    answer = ok;
    wall.advance(MAX_SEND_WAIT_MS);
    await wake();
    expect(countUnsent(db.reader).n).toBe(0);
    expect(getSendTrouble(db.reader)).toBeNull();
  });
  test("for a few events only does not keep the newest waiting", async () => {
    for (let n = 0; n < 50; n++) queue(`hangs-${n}`);
    const { times, wake } = engine((id) => (id.startsWith("hangs") ? noAnswer : ok));
    await wake();
    queue("approval");
    await wake();
    expect(times("approval")).toBe(1);
  });
});

test("an id that SQLite keeps as another text is sent once and marked", async () => {
  queue("webhook.received-p\ud800");
  const { asked, wake } = engine(() => ok);
  await wake();
  await wake();
  expect(asked).toHaveLength(1);
  expect(countUnsent(db.reader).n).toBe(0);
});

describe("the event API", () => {
  const client = {
    eventBaseUrl: "http://engine.test:8288",
    eventKey: "a-secret-event-key",
    headers: { "content-type": "application/json" },
    mode: "cloud" as const,
  };
  const event = { id: "e1", name: "purple-flea/x", ts: NOW, data: { a: 1 } };
  const answering = (status: number, body: unknown) =>
    eventApi(client, () =>
      Promise.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status })),
    )(event);

  test.each([
    [200, { ids: ["01J"], status: 200 }, { ok: true, engineEventId: "01J" }],
    [200, { ids: [""], status: 400, error: "no" }, { ok: false, failure: "refused", said: "400: no" }],
    [
      400,
      { status: 400, error: "event name is empty" },
      { ok: false, failure: "refused", said: "400: event name is empty" },
    ],
    [400, "<html>", { ok: false, failure: "not-the-engine", said: "400" }],
    [413, "too large", { ok: false, failure: "too-large", said: "413" }],
    [
      401,
      { status: 401, error: "Event key not found" },
      { ok: false, failure: "key", said: "401: Event key not found" },
    ],
    [429, {}, { ok: false, failure: "busy", said: "429" }],
    [503, "<html>", { ok: false, failure: "busy", said: "503" }],
    [200, "<html>hello", { ok: false, failure: "not-the-engine", said: "200" }],
    [302, "", { ok: false, failure: "not-the-engine", said: "302" }],
  ])("%i with %j is told apart", async (status, body, expected) => {
    expect(await answering(status, body)).toEqual(expected);
  });
  test("what is kept names no key and no address", async () => {
    const error = "bad POST http://10.0.0.7:8288/e/a-secret-event-key with a-secret-event-key";
    expect(await answering(400, { error })).toEqual({
      ok: false,
      failure: "refused",
      said: "400: bad POST … with [redacted]",
    });
    const failing = eventApi(client, () =>
      Promise.reject(
        Object.assign(new TypeError("fetch failed"), {
          cause: Object.assign(new Error("connect ECONNREFUSED 10.0.0.7:8288"), { code: "ECONNREFUSED" }),
        }),
      ),
    );
    expect(await failing(event)).toEqual(noAnswer);
  });
  test("one that never answers is given up", async () => {
    const silent = eventApi(client, () => new Promise(() => undefined), 5);
    expect(await silent(event)).toMatchObject({ ok: false, failure: "no-answer" });
  });
  test("an event that is no JSON, and no key in live, are said", async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const send = eventApi(client, () => Promise.reject(new Error("nobody asks")));
    expect(await send({ ...event, data: circle })).toMatchObject({ failure: "unwritable" });
    const keyless = eventApi({ ...client, eventKey: undefined }, () =>
      Promise.reject(new Error("nobody asks")),
    );
    expect(await keyless(event)).toMatchObject({ failure: "key" });
  });
});
