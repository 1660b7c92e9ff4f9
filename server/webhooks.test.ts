import { createHmac } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countUnsent, listParked } from "../db/read/outbox";
import { listAttention } from "../db/read/overview";
import { getWebhook, listWebhooks } from "../db/read/webhooks";
import { openTestDatabase } from "../db/testing";
import { manualClock } from "../domain/clock";
import { eventApi } from "./event-api";
import { startOutbox } from "./outbox";
import { receive } from "./webhooks";

const NOW = Date.UTC(2026, 10, 24, 12);
const SECRET = "whsec_test";
let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

const clock = manualClock(NOW);
/** A body signed as Purple Flea signs it. */
function post(text: string) {
  const bytes = Buffer.from(text);
  const timestamp = String(NOW / 1_000);
  const mac = createHmac("sha256", SECRET).update(`${timestamp}.`).update(bytes).digest("hex");
  return receive(
    { desk: db.writer, clock, wall: clock, secrets: [SECRET], stored: () => undefined },
    { timestamp, signature: `sha256=${mac}` },
    bytes,
  );
}
const envelope = (id: string, more: object = {}) =>
  JSON.stringify({
    id,
    type: "escrow.released",
    timestamp: 1,
    data: { escrow_id: "e", amount_usdc: 5 },
    ...more,
  });

describe("an id that would name no row, or another", () => {
  test.each([
    ["half a character", "p\ud800"],
    ["the other half", "\udc00p"],
    ["what stands for one", "p\ufffd"],
    ["a control character", "p\u0000"],
    ["a line break", "a\nb"],
    ["a mark that turns the text around", "a\u202eb"],
    ["nothing to see", "\u200b"],
    ["spaces around it", " evt_1 "],
    ["only dots, which is a way up", ".."],
    ["too much", "x".repeat(161)],
    ["nothing", ""],
  ])("%s is refused by its field", (_what, id) => {
    expect(post(envelope(id))).toMatchObject({
      status: 400,
      body: { message: "field id is missing or wrong" },
    });
    expect(countUnsent(db.reader).n).toBe(0);
  });
  test.each(["evt_1", "évènement-1", "事件 1", "a/b?c#d", "x".repeat(160)])("%j is an id", (id) => {
    expect(post(envelope(id))).toMatchObject({ status: 200 });
    expect(getWebhook(db.reader, id)?.id).toBe(id);
  });
  test("a name that cannot be read is refused by its own field", () => {
    expect(post(JSON.stringify({ id: "evt_1", event: "x\ud800", data: {} })).body).toMatchObject({
      message: "field event is missing or wrong",
    });
  });
});

test("other text is kept without half characters, and can be sent and shown", () => {
  post(envelope("evt_1", { data: { "k\ud800": "v\udfff", fine: "😀" } }));
  expect(getWebhook(db.reader, "evt_1")?.envelope).toMatchObject({
    data: { "k\ufffd": "v\ufffd", fine: "😀" },
  });
});

test.each([
  ["nested without end", `{"id":"e","type":"t","data":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ["with a number beyond all numbers", '{"id":"e","type":"t","data":{"amount_usdc":1e999}}'],
])("a body %s is refused", (_what, text) => expect(post(text).status).toBe(400));

describe("the same id again", () => {
  test.each([
    [
      "in another order and spacing",
      '{ "data": {"amount_usdc":5.0, "escrow_id":"e"}, "type":"escrow.released", "timestamp":1, "id":"evt_1" }',
    ],
    ["stamped anew", envelope("evt_1", { timestamp: 99 })],
  ])("%s is the same news", (_what, text) => {
    post(envelope("evt_1"));
    expect(post(text).body).toEqual({ received: true, duplicate: true });
    expect(getWebhook(db.reader, "evt_1")).toMatchObject({
      deliveries: 2,
      differing: 0,
      otherEnvelope: null,
    });
  });
  test("with another body is kept beside the first, told, and not acted on", () => {
    post(envelope("evt_1"));
    expect(post(envelope("evt_1", { data: { escrow_id: "e", amount_usdc: 6 } }))).toEqual({
      status: 200,
      body: { received: true, duplicate: true, different: true },
    });
    post(envelope("evt_1", { data: { escrow_id: "e", amount_usdc: 7 } }));
    expect(getWebhook(db.reader, "evt_1")).toMatchObject({
      deliveries: 3,
      differing: 2,
      envelope: { data: { amount_usdc: 5 } },
      otherEnvelope: { data: { amount_usdc: 7 } },
      otherHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      otherAt: NOW,
    });
    expect(countUnsent(db.reader).n).toBe(1);
    expect(listAttention(db.reader, NOW)).toMatchObject([
      { kind: "other-webhook", ref: "evt_1", to: { page: "webhook", ref: "evt_1" } },
    ]);
    expect(listAttention(db.reader, NOW + 8 * 86_400_000)).toEqual([]);
  });
});

/** Text of any code units, halves of characters and control characters among them. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\ud800", "\udfff", "\0", "\ufffd", "a", "_"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});
const anyId = fc.oneof(
  anyText,
  fc.constantFrom("evt_1", "evt_2", "__proto__", "x".repeat(5_000)),
  fc.integer(),
  fc.constant(null),
);
const anyData = fc.oneof(
  fc.dictionary(
    fc.oneof(
      anyText,
      fc.constantFrom("__proto__", "constructor", "escrow_id", "order_id", "tx_id", "toJSON"),
    ),
    fc.oneof(fc.jsonValue(), anyText, fc.double()),
    { maxKeys: 6 },
  ),
  fc.jsonValue(),
  fc
    .integer({ min: 1, max: 90 })
    .map((depth) => Array.from({ length: depth }).reduce<unknown>((inner) => ({ inner }), 1)),
);
const anyEnvelope = fc.record(
  {
    id: anyId,
    event: anyId,
    type: anyId,
    timestamp: fc.oneof(fc.double(), anyText),
    agent_id: anyId,
    data: anyData,
  },
  { requiredKeys: ["id", "data"] },
);

test("whatever is signed is answered 200 or 400, can be listed, and leaves at once", async () => {
  const send = eventApi(
    { eventBaseUrl: "http://engine.test", eventKey: "key", headers: {}, mode: "cloud" },
    (_url, init) => {
      // As an engine reads it: JSON that says the same again.
      JSON.parse(String(init?.body));
      return Promise.resolve(Response.json({ ids: ["engine-id"], status: 200 }));
    },
  );
  const outbox = startOutbox({
    desk: db.writer,
    send,
    clock,
    wall: clock,
    log: () => undefined,
    idleMs: 1e6,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(anyEnvelope, { maxLength: 8 }), async (envelopes) => {
      for (const one of envelopes) {
        const text = JSON.stringify(one);
        // Numbers that JSON.stringify never writes.
        for (const body of [text, text.replace(/:\d+/, ":1e400")])
          expect([200, 400]).toContain(post(body).status);
      }
      await outbox.wake();
      expect(countUnsent(db.reader).n).toBe(0);
      expect(listParked(db.reader)).toEqual([]);
      for (const row of listWebhooks(db.reader, {}, { at: "first" }, 50).rows)
        expect(getWebhook(db.reader, row.id)?.id).toBe(row.id);
    }),
    { numRuns: 60 },
  );
  await outbox.stop();
});
