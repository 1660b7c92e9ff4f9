import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { payloadText, readAlert } from "./price-alert";

const guide = { asset: "ETH", price: 2840.5, direction: "long" };

test("the guide's own shape is read", () => {
  expect(readAlert({ ...guide, triggered_by: "rsi_oversold" })).toEqual({
    kind: "read",
    market: "ETH",
    named: "ETH",
    price: "2840.5",
    direction: "long",
    triggeredBy: "rsi_oversold",
  });
});

describe("what says the same in other words is read", () => {
  test.each([
    [{ asset: "ethusdt" }, { market: "ETH", named: "ethusdt" }],
    [{ asset: "BINANCE:ETHUSDT" }, { market: "ETH", named: "BINANCE:ETHUSDT" }],
    [{ asset: "kPEPE" }, { market: "kPEPE" }],
    [{ asset: "ETH-PERP" }, { market: "ETH" }],
    [{ direction: "buy" }, { direction: "long" }],
    [{ direction: "SELL" }, { direction: "short" }],
    [{ triggered_by: null }, { triggeredBy: null }],
    [{ triggered_by: "x".repeat(200) }, { triggeredBy: "x".repeat(80) }],
    [{ price: "2840.50" }, { price: "2840.50" }],
    [{ price: 0.00000085 }, { price: "0.00000085" }],
  ])("%j", (more, read) => {
    expect(readAlert({ ...guide, ...more })).toMatchObject({ kind: "read", ...read });
  });
});

describe("what cannot be read says why", () => {
  test.each([
    [{ ...guide, price: "2,840.50" }, "the price “2,840.50” is not a plain number above 0, such as 2840.50"],
    [{ ...guide, price: -1 }, "the price -1 is not a price above 0"],
    [{ ...guide, price: 1e21 }, "the price 1e+21 is not a price above 0"],
    [{ ...guide, price: 1e-13 }, "the price 1e-13 is not a price above 0"],
    [{ ...guide, price: null }, "it has no price"],
    [{ ...guide, direction: "hold" }, "the direction “hold” is neither long nor short"],
    [{ ...guide, direction: "constructor" }, "the direction “constructor” is neither long nor short"],
    [{ ...guide, asset: 5 }, "its asset is not text"],
    [{ ...guide, asset: "ETH/BTC" }, "it is priced in BTC, and orders are priced in USD"],
    [{ ...guide, triggered_by: {} }, "its triggered_by is not text"],
    [{ price: "x" }, /^it has no asset; the price “x” .*; it has no direction$/],
    [null, "it has no asset, price and direction"],
    [[1], "it has no asset, price and direction"],
    ["ETH", "it has no asset, price and direction"],
    [{ ...guide, direction: "\u202egnol" }, "the direction “\ufffdgnol” is neither long nor short"],
  ])("%j", (data, why) => {
    const read = readAlert(data);
    expect(read).toEqual({
      kind: "unreadable",
      why: typeof why === "string" ? why : (expect.stringMatching(why) as string),
      named: expect.toSatisfy((named) => named === null || typeof named === "string") as string | null,
    });
  });
});

test("any JSON is read or refused, and its payload is bounded, visible and told apart from markup by whoever shows it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (data) => {
      const read = readAlert(data);
      expect(["read", "unreadable"]).toContain(read.kind);
      expect(payloadText(data).length).toBeLessThan(4_100);
    }),
  );
  expect(payloadText({ a: "\u202e<script>\u0000" })).toBe('{\n  "a": "\\u202e<script>\\u0000"\n}');
  expect(payloadText("x".repeat(9_000))).toMatch(/… \(9002 characters\)$/);
});
