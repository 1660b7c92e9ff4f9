/** Deeper than any document has reason to be; what works down a document level by level does not overflow before that. */
const MAX_DEPTH = 64;

/** Why a text cannot be taken in as JSON, in words for its sender. */
export class ForeignJsonError extends Error {}

/**
 * Parses JSON from outside.
 * @throws ForeignJsonError when it is not JSON, is nested more than 64 levels deep, or holds a number beyond what can be kept
 */
export function parseForeignJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ForeignJsonError("the body is not JSON");
  }
  // Level by level: going down by calls is what a deep document would break.
  for (let level = [value], depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new ForeignJsonError(`the body is nested more than ${MAX_DEPTH} levels deep`);
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item === "number" && !Number.isFinite(item))
        throw new ForeignJsonError("the body holds a number that is too large");
      if (typeof item === "object" && item !== null)
        for (const inner of Object.values(item)) next.push(inner);
    }
    level = next;
  }
  return value;
}

/** The same JSON with U+FFFD for each half of a character: what is stored, sent and shown reads the same everywhere. */
export function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toWellFormed(), wellFormed(inner)]),
  );
}
