import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escrowSums, formatMicro, MoneyFormatError, parseUsdc, shortUsdc, usdcFromWire } from "./money";

describe("money", () => {
  test("every amount survives being written and read", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), (micro) => {
        expect(parseUsdc(formatMicro(micro))).toBe(micro);
        expect(parseUsdc(shortUsdc(micro))).toBe(micro);
      }),
    );
  });
  test("a number of the wire is read by its shortest decimal form", () => {
    expect(usdcFromWire(0.1)).toBe(100_000n);
    expect(usdcFromWire(2840.5)).toBe(2_840_500_000n);
    expect(usdcFromWire(0.000001)).toBe(1n);
  });
  test.each(["", "abc", "1e3", "1.0000001", "1,000", "+1", ".5", "0x10", " 1"])("%j is refused", (text) => {
    expect(() => parseUsdc(text)).toThrow(MoneyFormatError);
  });
  test.each([Number.NaN, Infinity, 1e21, 0.1234567])("the number %d is refused", (value) => {
    expect(() => usdcFromWire(value)).toThrow(MoneyFormatError);
  });
  test("an escrow's sums: 1 % fee, 15 % of the fee to the referrer, half a micro rounded up", () => {
    expect(escrowSums(100_000_000n)).toEqual({ fee: 1_000_000n, net: 99_000_000n, referral: 150_000n });
    expect(escrowSums(123_456_789n)).toEqual({ fee: 1_234_568n, net: 122_222_221n, referral: 185_185n });
    expect(escrowSums(50n)).toEqual({ fee: 1n, net: 49n, referral: 0n });
  });
  test("amount is always net plus fee", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 18n), (amount) => {
        const { fee, net, referral } = escrowSums(amount);
        expect(net + fee).toBe(amount);
        expect(referral <= fee).toBe(true);
      }),
    );
  });
});
