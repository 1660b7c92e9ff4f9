import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { marketOf, readMarket } from "./markets";

const TABLE: [market: string, ...spelled: string[]][] = [
  [
    "ETH",
    ..."ETH eth Eth ETHUSDT ethusdt ETHUSD ETHUSDC ETHFDUSD ETH-USD ETH/USDT ETH_USDT ETH-USDC eth-perp ETH-PERP".split(
      " ",
    ),
    ..."ETH_PERP ETHPERP ETH/PERP ETHUSDT.P ETHUSDTPERP ETHUSD_PERP ETH-USDT-SWAP ETH/USDT:USDT ETH/USD:USD".split(
      " ",
    ),
    ..."BINANCE:ETHUSDT binance:ethusdt BYBIT:ETHUSDT.P COINBASE:ETH-USD OKX:ETH-USDT-SWAP HYPERLIQUID:ETH".split(
      " ",
    ),
    ..."KUCOIN:ETHUSDTM ETH-PERP-INTX ETH/BUSD ETH-TUSD INDEX:ETHUSD".split(" "),
    "  ETH ",
  ],
  ["BTC", "BTC", "XBT", "XBTUSD", "BITMEX:XBTUSDT.P", "KRAKEN:XBTUSD", "btcusdt"],
  ["DOGE", "DOGE", "XDG", "KRAKEN:XDGUSD"],
  ["kPEPE", "kPEPE", "KPEPE", "kpepe", "1000PEPE", "1000PEPEUSDT", "BINANCE:1000PEPEUSDT.P", "kPEPE-PERP"],
  ["kSHIB", "SHIB1000USDT", "BYBIT:SHIB1000USDT.P", "kSHIB"],
  ["PEPE", "PEPE", "PEPEUSDT", "pepe", "BINANCE:PEPEUSDT"],
  ["SHIB", "SHIBUSD", "SHIBUSDT"],
  ["DOT", "DOTUSD", "DOTUSDT", "DOT/TUSD"],
  ["S", "SUSDT", "S/USD"],
  ["KAVA", "KAVA", "kava", "KAVAUSDT"],
  ["KAS", "kas", "KAS-PERP"],
  ["kTURBO", "kTURBO", "kTURBO-PERP"],
  ["PERP", "PERP", "PERPUSDT", "PERP-PERP"],
  ["1000SATS", "1000SATS", "1000SATSUSDT"],
  ["WBTC", "WBTC", "BINANCE:WBTC", "WBTCUSDT"],
  ["STETH", "STETH", "STETHUSDT"],
  ["PYUSD", "PYUSD", "pyusd", "PYUSD/USDT"],
  ["USDC", "USDC", "USDCUSDT"],
];

describe("one market has one name", () => {
  for (const [market, ...spelled] of TABLE)
    test.each(spelled)(`%s is ${market}`, (name) => expect(readMarket(name)).toEqual({ market }));

  test("markets of the table are told apart", () => {
    expect(new Set(TABLE.map(([market]) => market)).size).toBe(TABLE.length);
  });
});

test.each([
  ["", /names no market/],
  ["   ", /names no market/],
  ["ETH/BTC", /priced in BTC/],
  ["ETH-EUR", /priced in EUR/],
  ["BINANCE:SOLETH", /priced in ETH/],
  ["UPBIT:ETHUSDT", /“UPBIT:” is no venue/],
  ["xyz:TSLA", /“xyz:” is no venue/],
  ["CRYPTOCAP:ETH.D", /no venue/],
  ["ETHUSDT_250328", /not a market's name/],
  ["ETH1!", /not a market's name/],
  ["ETH USDT", /not a market's name/],
  ["<b>", /not a market's name/],
  ["ETHUSDTUSD", /not a market's name/],
  ["ETHPERP/USDT", /not a market's name/],
  ["1234", /not a market's name/],
  ["ſol", /not a market's name/],
  ["A23456789012B", /not a market's name/],
  ["E".repeat(41), /longer than 40/],
])("%s is refused with the reason", (name, why) => {
  expect(readMarket(name)).toEqual({ why: expect.stringMatching(why) as string });
});

test("a name that was read is its own name, whatever it was read from", () => {
  const parts = ["BINANCE:", "k", "1000", "ETH", "PEPE", "USD", "USDT", "PERP", "-", "/", ".P", "T", "x"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 }), (chosen) => {
      const read = readMarket(chosen.join(""));
      if ("market" in read) expect(readMarket(read.market)).toEqual(read);
    }),
    { numRuns: 2_000 },
  );
});

test("a stored name that cannot be read is a market of its own", () => {
  expect(marketOf("ETHUSDT")).toBe("ETH");
  expect(marketOf("ETH?")).toBe("ETH?");
});
