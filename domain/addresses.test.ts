import { describe, expect, test } from "vitest";
import { differences, looksLike } from "./addresses";

const known = "0x8f3C27b1D4e05A96c1F37720eB8d441902aCA91d";

describe("an address that could be taken for another", () => {
  test.each([
    ["one character apart at the end", "0x8f3C27b1D4e05A96c1F37720eB8d441902aCA94d", true],
    ["one character apart at the beginning", "0x9f3C27b1D4e05A96c1F37720eB8d441902aCA91d", true],
    ["begins and ends alike", "0x8f3Cffffffffffffffffffffffffffffffffa91d", true],
    ["the same in other letters is itself", known.toLowerCase(), false],
    ["only begins alike", "0x8f3Cffffffffffffffffffffffffffffffffffff", false],
    ["another length", known.slice(0, -1), false],
  ])("%s", (_what, other, alike) => {
    expect(looksLike(known, other)).toBe(alike);
    expect(looksLike(other, known)).toBe(alike);
  });
  test("the places at which they differ", () => expect(differences("0xAB12", "0xab34")).toEqual([4, 5]));
});
