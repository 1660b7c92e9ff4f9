import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asIntentKey, ESCROW_END_PREFIX, intentKeys, parseIntentKey } from "./keys";

const id = fc.string({ minLength: 1, maxLength: 40 });
const day = fc
  .date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe("the keys of intents", () => {
  it("are read back as they were built, whatever the ids are", () => {
    fc.assert(
      fc.property(id, day, (text, utcDay) => {
        expect(parseIntentKey(intentKeys.order(text))).toEqual({ of: "order", alertId: text });
        expect(parseIntentKey(intentKeys.escrowCreate(text))).toEqual({ of: "escrow-create", ref: text });
        expect(parseIntentKey(intentKeys.escrowEnd(text))).toEqual({ of: "escrow-end", ref: text });
        expect(parseIntentKey(intentKeys.bet(text))).toEqual({ of: "bet", requestKey: text });
        expect(parseIntentKey(intentKeys.claim(text, utcDay))).toEqual({
          of: "claim",
          agentId: text,
          utcDay,
        });
      }),
    );
  });

  it("are those of the rows that stand already", () => {
    expect(intentKeys.order("alert-1")).toBe("order:alert-1");
    expect(intentKeys.escrowEnd("esc_1")).toBe(`${ESCROW_END_PREFIX}esc_1`);
    expect(intentKeys.bet("slot:tick")).toBe("bet:slot:tick");
    expect(intentKeys.claim("ag_1", "2026-11-24")).toBe("claim:ag_1:2026-11-24");
  });

  it.each(["", "order", "order:", "claim:ag_1", "claim:ag_1:today", "refund:esc_1"])("%j is none", (text) => {
    expect(asIntentKey(text)).toBeNull();
  });
});
