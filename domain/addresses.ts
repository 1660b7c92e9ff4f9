/** What a shortened address shows: `0x` and four characters, and the last four. */
export const HEAD = 6;
export const TAIL = 4;

/** The places at which two texts of one length differ. */
export const differences = (one: string, other: string): number[] =>
  [...one].flatMap((letter, at) => (letter.toLowerCase() === other.charAt(at).toLowerCase() ? [] : [at]));

/**
 * True when a person could take one address for the other: they differ in one character, or begin and end alike, which is all
 * that a shortened address shows.
 */
export function looksLike(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  const apart = differences(one, other);
  if (apart.length === 0) return false;
  return apart.length === 1 || apart.every((at) => at >= HEAD && at < one.length - TAIL);
}
