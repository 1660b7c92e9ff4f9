import { createHmac, timingSafeEqual } from "node:crypto";

/** How far the signature's timestamp may lie from now, either way: 5 minutes. ms. */
export const SIGNATURE_WINDOW_MS = 300_000;

export type SignatureVerdict =
  | {
      kind: "ok";
      /** Which of the secrets signed it; not 0 while a secret is being replaced. */ secretIndex: number;
    }
  | { kind: "missing" }
  | { kind: "malformed" }
  | { kind: "stale" }
  | { kind: "mismatch" };

/** A header as Node or Fetch hands it over. */
export type HeaderValue = string | readonly string[] | null | undefined;

/**
 * Tells whether a webhook comes from Purple Flea: `sha256=<hex>` is the HMAC-SHA256 of `<timestamp>.<raw body>`, and the
 * timestamp (Unix seconds) is at most 5 minutes away from `nowMs`, which is wall time. `secrets` holds the current secret
 * and, while it is being replaced, the one before. Genuine but old is `stale`; not genuine is `mismatch`, however old.
 * @throws Error when no secret is given: an empty one would let anybody sign
 */
export function verifySignature(
  secrets: string | readonly string[],
  headers: { timestamp: HeaderValue; signature: HeaderValue },
  rawBody: Uint8Array,
  nowMs: number,
): SignatureVerdict {
  const usable = (typeof secrets === "string" ? [secrets] : secrets).map((secret) => secret.trim());
  if (!usable.some((secret) => secret !== "")) throw new Error("no webhook secret to verify with");
  const { timestamp, signature } = headers;
  if (!present(timestamp) || !present(signature)) return { kind: "missing" };
  if (typeof timestamp !== "string" || typeof signature !== "string") return { kind: "malformed" };
  const hex = /^sha256=([0-9a-fA-F]{64})$/.exec(signature)?.[1];
  if (hex === undefined || !/^\d{1,12}$/.test(timestamp)) return { kind: "malformed" };

  const given = Buffer.from(hex, "hex");
  let secretIndex = -1;
  // Every secret is tried, so that the time taken does not tell which one is in use.
  usable.forEach((secret, index) => {
    const own = createHmac("sha256", secret).update(`${timestamp}.`).update(rawBody).digest();
    if (timingSafeEqual(own, given) && secret !== "" && secretIndex === -1) secretIndex = index;
  });
  if (secretIndex === -1) return { kind: "mismatch" };
  if (Math.abs(nowMs - Number(timestamp) * 1000) > SIGNATURE_WINDOW_MS) return { kind: "stale" };
  return { kind: "ok", secretIndex };
}

const present = (header: HeaderValue) => header !== undefined && header !== null && header.length > 0;
