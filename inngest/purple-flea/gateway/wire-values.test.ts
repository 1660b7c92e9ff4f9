import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatMicro } from "../../../domain/money";
import { extra, moment, nonNegativeUsdc, price, remoteId, usdc, usdcNumber } from "./wire-values";

/** Amounts a JSON number carries exactly. */
const amount = fc.bigInt({ min: 0n, max: 4_294_967_295_999_999n });

describe("amounts on the wire", () => {
  test("as a number and as a string, there and back to the micro", () => {
    fc.assert(
      fc.property(amount, (micro) => {
        const number: unknown = JSON.parse(JSON.stringify(usdcNumber(micro)));
        expect(usdc.parse(number)).toBe(micro);
        expect(usdc.parse(`${micro / 1_000_000n}.${String(micro % 1_000_000n).padStart(6, "0")}`)).toBe(
          micro,
        );
      }),
    );
  });
  test("any double is read exactly or refused, never rounded", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const read = usdc.safeParse(value);
        if (read.success) expect(Number(formatMicro(read.data)) === value).toBe(true);
      }),
    );
    for (const value of [
      0.1234567,
      1e21,
      NaN,
      Infinity,
      "1e3",
      "1,000",
      "+1",
      ".5",
      "5.",
      "",
      " 1",
      "0x10",
      null,
      true,
    ])
      expect(usdc.safeParse(value).success).toBe(false);
    expect(usdc.parse(0.1)).toBe(100_000n);
    expect(usdc.parse(1e-6)).toBe(1n);
    expect(usdc.parse(-2.5)).toBe(-2_500_000n);
  });
  test("a fee is not below zero; more than a number carries is not written", () => {
    expect(nonNegativeUsdc.safeParse(-0.01).success).toBe(false);
    expect(() => usdcNumber(-1n)).toThrow(RangeError);
    expect(() => usdcNumber(9_007_199_254_740_993n)).toThrow(RangeError);
  });
});

describe("moments on the wire", () => {
  test("ISO with a zone, seconds and milliseconds are the same moment", () => {
    fc.assert(
      fc.property(fc.integer({ min: 946_684_800, max: 4_102_444_800 }), (seconds) => {
        const ms = seconds * 1_000;
        expect(moment.parse(new Date(ms).toISOString())).toBe(ms);
        expect(moment.parse(seconds)).toBe(ms);
        expect(moment.parse(ms)).toBe(ms);
      }),
    );
  });
  test("without a zone, or no moment at all, it is refused", () => {
    for (const value of [
      "2026-11-24T12:00:00",
      "2026-11-24",
      "yesterday",
      "",
      -1,
      NaN,
      Infinity,
      "24.11.2026",
    ])
      expect(moment.safeParse(value).success).toBe(false);
  });
});

describe("prices, ids and extras", () => {
  test("a price is a positive decimal, kept as it was written", () => {
    for (const [given, kept] of [
      [2840.5, "2840.5"],
      ["0.00000001", "0.00000001"],
      [1e-7, "0.0000001"],
    ] as const)
      expect(price.parse(given)).toBe(kept);
    for (const value of [0, -1, "0.0", "1e5", "", "abc", NaN])
      expect(price.safeParse(value).success).toBe(false);
  });
  test("an id holds nothing that means something in a path or an expression", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = remoteId.safeParse(text);
        if (read.success) expect(read.data).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/);
      }),
    );
    for (const value of ["a/b", '"', "a b", "../x", "", "a?b", "ü"])
      expect(remoteId.safeParse(value).success).toBe(false);
    expect(remoteId.parse(42)).toBe("42");
  });
  test("an extra that cannot be read is absent", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(extra(usdc).safeParse(value).success).toBe(true);
      }),
    );
    expect(extra(usdc).parse("abc")).toBeNull();
    expect(extra(usdc).parse(undefined)).toBeNull();
    expect(extra(usdc).parse(1)).toBe(1_000_000n);
  });
});
