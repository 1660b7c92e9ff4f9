import { readMarket, type Market } from "./markets";

/** What a price alert says, whoever spelled it. */
export interface ReadAlert {
  kind: "read";
  market: Market;
  /** The market as the sender spelled it. */
  named: string;
  /** A decimal string. */
  price: string;
  direction: "long" | "short";
  triggeredBy: string | null;
}
export interface UnreadAlert {
  kind: "unreadable";
  /** In words, without the full stop: what it is that cannot be read. */
  why: string;
  /** What it names as its market, when that is text. */
  named: string | null;
}

const DIRECTIONS = new Map([
  ["long", "long"],
  ["buy", "long"],
  ["short", "short"],
  ["sell", "short"],
] as const);
const MAX_TRIGGER = 80;
const MAX_QUOTED = 40;
const MAX_PAYLOAD = 4_000;
/** Characters that are not seen, or that turn the text around them. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Reads an alert's data: the shape of Purple Flea's guide, with names as exchanges spell them, buy and sell, and null for nothing. */
export function readAlert(data: unknown): ReadAlert | UnreadAlert {
  if (typeof data !== "object" || data === null || Array.isArray(data))
    return { kind: "unreadable", why: "it has no asset, price and direction", named: null };
  const said = data as Partial<Record<"asset" | "price" | "direction" | "triggered_by", unknown>>; // any of them may be anything
  const named = typeof said.asset === "string" ? said.asset : null;
  const market = named === null ? { why: missing("asset", said.asset, "text") } : readMarket(named);
  const price = readPrice(said.price);
  const direction =
    typeof said.direction === "string"
      ? DIRECTIONS.get(said.direction.trim().toLowerCase() as "long" | "buy" | "short" | "sell") // looked up
      : undefined;
  const by = said.triggered_by ?? null;
  const problems = [
    "why" in market ? market.why : null,
    "why" in price ? price.why : null,
    direction
      ? null
      : typeof said.direction === "string"
        ? `the direction ${quoted(said.direction)} is neither long nor short`
        : missing("direction", said.direction, "text"),
    by === null || typeof by === "string" ? null : missing("triggered_by", by, "text"),
  ].filter((problem) => problem !== null);
  if ("why" in market || "why" in price || !direction || problems.length > 0)
    return { kind: "unreadable", why: problems.join("; "), named: named && named.slice(0, MAX_QUOTED) };
  return {
    kind: "read",
    market: market.market,
    named: named ?? market.market,
    price: price.price,
    direction,
    triggeredBy: typeof by === "string" ? by.slice(0, MAX_TRIGGER) : null,
  };
}

function readPrice(value: unknown): { price: string } | { why: string } {
  if (typeof value === "number") {
    // JSON's small numbers come as 8.5e-7.
    const text = value > 0 && value < 1e-6 ? value.toFixed(12).replace(/0+$/, "") : String(value);
    return value > 0 && /^\d+\.?\d*$/.test(text) && Number(text) > 0
      ? { price: text }
      : { why: `the price ${String(value)} is not a price above 0` };
  }
  if (typeof value !== "string") return { why: missing("price", value, "a number") };
  const text = value.trim();
  return /^\d{1,12}(\.\d{1,12})?$/.test(text) && Number(text) > 0
    ? { price: text }
    : { why: `the price ${quoted(value)} is not a plain number above 0, such as 2840.50` };
}

const missing = (name: string, value: unknown, wanted: string): string =>
  value === undefined || value === null ? `it has no ${name}` : `its ${name} is not ${wanted}`;

function quoted(text: string): string {
  const seen = text.replace(UNSEEN, "�");
  return `“${seen.length > MAX_QUOTED ? `${seen.slice(0, MAX_QUOTED)}…` : seen}”`;
}

/** What came, as text to keep and to show: bounded, and with every character that is not seen spelled out. */
export function payloadText(data: unknown): string {
  const text = JSON.stringify(data ?? null, null, 2).replace(UNSEEN, (one) =>
    one === "\n" ? one : `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
  return text.length > MAX_PAYLOAD ? `${text.slice(0, MAX_PAYLOAD)}\n… (${text.length} characters)` : text;
}
