import { createHash, createHmac, timingSafeEqual } from "node:crypto";

const bare = (key: string): string => key.replace(/^signkey-\w+-/, "");
const mac = (key: string, text: string, unixSeconds: string | number): string =>
  createHmac("sha256", bare(key)).update(text).update(String(unixSeconds)).digest("hex");

function same(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The header over a body of canonical JSON: its HMAC-SHA256 with the time in seconds, by the key less its prefix. */
export const signText = (key: string, text: string, unixSeconds: number): string =>
  `t=${unixSeconds}&s=${mac(key, text, unixSeconds)}`;

/** Whether an answer's signature header was made over that text by one of the keys. */
export function signedByOneOf(keys: string[], text: string, header: string): boolean {
  const params = new URLSearchParams(header);
  const [time, given] = [params.get("t") ?? "", params.get("s") ?? ""];
  return keys.some((key) => same(given, mac(key, text, time)));
}

/** What the SDK presents to the API: the prefix and the hash of the decoded key. */
export function bearerFor(key: string): string {
  const prefix = /^signkey-\w+-/.exec(key)?.[0] ?? "";
  const hash = createHash("sha256").update(Buffer.from(bare(key), "hex"));
  return `${prefix}${hash.digest("hex")}`;
}

/** Whether an Authorization header presents one of the keys. */
export function bearerAccepted(header: string | null, keys: string[]): boolean {
  const given = header?.replace(/^Bearer /, "") ?? "";
  return keys.some((key) => same(given, bearerFor(key)));
}
