import type { Cursor } from "../../db/read/keyset";

type Request =
  { at: "first" } | { at: "last" } | { at: "after"; cursor: Cursor } | { at: "before"; cursor: Cursor };

/** Which page an address asks for; nonsense is the first page. */
export function pageOf(search: URLSearchParams): Request {
  if (search.has("last")) return { at: "last" };
  for (const at of ["after", "before"] as const) {
    const match = /^(-?\d{1,18})~(.{1,1000})$/s.exec(search.get(at) ?? "");
    if (match?.[1] && match[2]) return { at, cursor: { value: BigInt(match[1]), id: match[2] } };
  }
  return { at: "first" };
}

/** "12" or "10,000+". */
export const countText = (count: { n: number; capped: boolean }): string =>
  `${count.n.toLocaleString("en")}${count.capped ? "+" : ""}`;

/** "1 row" or "50 rows". */
export const rowsText = (n: number): string => (n === 1 ? "1 row" : `${n} rows`);
