import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import canonicalize from "canonicalize";

const bare = (key: string): string => key.replace(/^signkey-\w+-/, "");

/** The header over a body: HMAC-SHA256 of its canonical JSON and the time in seconds, with the key less its prefix. */
export function signBody(key: string, body: unknown, unixSeconds: number): string {
  const mac = createHmac("sha256", bare(key))
    .update(`${canonicalize(body) ?? ""}${unixSeconds}`)
    .digest("hex");
  return `t=${unixSeconds}&s=${mac}`;
}

/** What the SDK presents to the API: the prefix and the hash of the decoded key. */
export function bearerFor(key: string): string {
  const prefix = /^signkey-\w+-/.exec(key)?.[0] ?? "";
  return `${prefix}${createHash("sha256")
    .update(Buffer.from(bare(key), "hex"))
    .digest("hex")}`;
}

/** Whether an Authorization header presents one of the keys. */
export function bearerAccepted(header: string | null, keys: string[]): boolean {
  const given = Buffer.from(header?.replace(/^Bearer /, "") ?? "");
  return keys.some((key) => {
    const wanted = Buffer.from(bearerFor(key));
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
