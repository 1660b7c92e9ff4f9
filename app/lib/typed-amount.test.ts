import fc from "fast-check";
import { expect, test } from "vitest";
import { formatMicro, shortUsdc } from "../../domain/money";
import { readTypedAmount } from "./typed-amount";

const problem = (text: string) => {
  const read = readTypedAmount(text);
  return "problem" in read ? read.problem : null;
};

test.each([
  ["12,500", ["12500", "12.5"]],
  ["12,50", ["1250", "12.5"]],
  ["1,234.56", ["1234.56", "1.23456"]],
  ["1.234,56", ["1.23456", "1234.56"]],
])("a comma in %s is asked about: every reading is named", (text, readings) => {
  for (const reading of readings) expect(problem(text)).toContain(` ${reading}`);
});
test.each([
  ["1,234,567", "Write 1234567, without a comma."],
  [",", "Write the amount without commas, such as 12500 or 12.5."],
  ["", "Write an amount such as 50 or 12.5, with at most 6 places after the point."],
  ["1e3", "Write an amount such as 50 or 12.5, with at most 6 places after the point."],
  ["-5", "Must be more than 0."],
  ["1000000000000.000001", "At most 1000000000000 USDC."],
  ["999999999999999999", "At most 1000000000000 USDC."],
])("%s: %s", (text, words) => {
  expect(problem(text)).toBe(words);
});
test("what is written without a comma is read to the micro; with one, never", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), fc.nat(), (micro, place) => {
      const text =
        fc.sample(fc.constantFrom(formatMicro(micro), shortUsdc(micro)), { seed: place, numRuns: 1 })[0] ??
        "";
      expect(readTypedAmount(` ${text} `)).toEqual({ micro });
      const at = place % (text.length + 1);
      expect(problem(`${text.slice(0, at)},${text.slice(at)}`)).toMatch(/comma/);
    }),
  );
});
