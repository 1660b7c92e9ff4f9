declare const marketBrand: unique symbol;
/** A market by the one name that keys, locks and limits know it by, such as `ETH` or `kPEPE`: only `readMarket` makes one. */
export type Market = string & { readonly [marketBrand]: true };

/**
 * How exchanges, charting sites and trading libraries spell the markets that Purple Flea calls by their coin: a venue in front,
 * the dollar it is priced in and the kind of contract behind. All of it says where a price was seen, not what is traded.
 */
const VENUES = new Set(
  (
    "BINANCE BINANCEUS BITFINEX BITGET BITMEX BITSTAMP BYBIT COINBASE CRYPTO CRYPTOCOM DERIBIT DYDX GATE GATEIO GEMINI " +
    "HTX HUOBI HYPERLIQUID INDEX KRAKEN KUCOIN MEXC OKX PHEMEX POLONIEX"
  ).split(" "),
);
/** Perpetual contracts: `ETH-PERP`, `ETHUSDT.P`, `ETH-USDT-SWAP`, `ETH/USDT:USDT`, `ETH-PERP-INTX`. */
const PERPETUAL = /(?<=[A-Za-z0-9])(?:[-_./]?PERP(?:ETUAL)?(?:-INTX)?|\.P|[-_]SWAP|:(?:USDT|USDC|USD))$/i;
/** What a pair may be priced in, when something stands between: `ETH/USDT`, `ETH-USD`, `ETH_USDC`. */
const DOLLARS = new Set("USD USDT USDC USDE FDUSD BUSD TUSD DAI".split(" "));
/** The same without anything between. BUSD and TUSD are left out: SHIBUSD is SHIB in USD, and DOTUSD is DOT. */
const GLUED = /^(.+?)(?:FDUSD|USDTM|USDCM|USDT|USDC|USD)$/i;
/** Coins whose own name ends like a price in dollars. */
const STABLE = new Set(
  "USD USDT USDC USDE USDD FDUSD BUSD TUSD PYUSD GUSD LUSD SUSD RLUSD CRVUSD HUSD ZUSD CUSD MUSD".split(" "),
);
/** Other prices of a pair that a venue names: an order here is in dollars, so these are other markets. */
const OTHER_PRICE = /^..+(BTC|ETH|BNB|EUR|GBP|JPY|KRW|TRY|BRL|AUD)$/;
/** Two names of one coin. */
const ALIASES = new Map([
  ["XBT", "BTC"],
  ["XDG", "DOGE"],
]);
/**
 * Coins so cheap that exchanges trade a thousand of them as one market: kPEPE, 1000PEPE and PEPE1000 are the same market, and
 * another one than PEPE. Multiples that are not listed keep the name they came with, and are nobody else's market either.
 */
const THOUSANDS = new Set("BONK DOGS FLOKI LUNC NEIRO PEPE SHIB".split(" "));
const THOUSAND = /^(?:k|1000)([A-Z]+)$|^([A-Z]+)1000$/i;
const MAX_LENGTH = 40;

/** The market that a name means, whoever spelled it, or in words why it cannot be told. */
export function readMarket(named: string): { market: Market } | { why: string } {
  const text = named.trim();
  if (text === "") return { why: "it names no market" };
  if (text.length > MAX_LENGTH) return { why: `its market's name is longer than ${MAX_LENGTH} characters` };
  const [, venue, behind] = /^([A-Za-z0-9_]+):(.+)$/.exec(text) ?? [];
  if (venue !== undefined && !VENUES.has(venue.toUpperCase()))
    return { why: `“${venue}:” is no venue that is known here` };
  const contract = behind ?? text;
  const pair = contract.replace(PERPETUAL, "");
  const [, apart, priced] = /^([A-Za-z0-9]+)[-_/]([A-Za-z]+)$/.exec(pair) ?? [];
  if (priced !== undefined && !DOLLARS.has(priced.toUpperCase()))
    return { why: `it is priced in ${priced.toUpperCase()}, and orders are priced in USD` };
  const whole = apart ?? pair;
  // Before letters change their case: some that are not ASCII become ones that are.
  if (!/^[A-Za-z0-9]+$/.test(whole)) return { why: `“${text}” is not a market's name` };
  const coin =
    apart === undefined && !STABLE.has(whole.toUpperCase()) ? (GLUED.exec(whole)?.[1] ?? whole) : whole;
  const [, other] = (venue !== undefined && pair === coin && OTHER_PRICE.exec(coin.toUpperCase())) || [];
  if (other !== undefined && pair === contract)
    return { why: `it is priced in ${other}, and orders are priced in USD` };
  const market = nameOf(coin);
  // What a row keeps is read again when somebody asks: a name must read as itself.
  const again = market === text ? { market } : readMarket(market);
  return /^k?[A-Z0-9]{1,12}$/.test(market) &&
    /[A-Z]/.test(market) &&
    "market" in again &&
    again.market === market
    ? { market: market as Market } // the one place that makes one
    : { why: `“${text}” is not a market's name` };
}

function nameOf(coin: string): string {
  const [, behind, before] = THOUSAND.exec(coin) ?? [];
  const many = (behind ?? before)?.toUpperCase();
  if (many !== undefined && THOUSANDS.has(many)) return `k${many}`;
  // A small k before capitals is a thousand of something; KAVA and kava are one coin.
  if (/^k[A-Z0-9]{2,}$/.test(coin)) return coin;
  const name = coin.toUpperCase();
  return ALIASES.get(name) ?? name;
}

/** The market of a row that may have been written before names were read: what cannot be read is a market of its own. */
export function marketOf(stored: string): Market {
  const read = readMarket(stored);
  return "market" in read ? read.market : (stored as Market); // a name nobody else has
}
