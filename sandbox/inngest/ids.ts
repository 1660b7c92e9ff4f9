import { createHash } from "node:crypto";
import { encodeTime, monotonicFactory } from "ulid";

/** Sortable ids whose time is the engine's and whose rest comes from the given source of chance. */
export function idFactory(now: () => number, random: () => number): () => string {
  const next = monotonicFactory(random);
  return () => next(now());
}

/** An id before all others of that moment. */
export const firstIdAt = (ms: number): string => `${encodeTime(ms, 10)}${"0".repeat(16)}`;

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
export const isUlid = (text: string): boolean => ULID.test(text);

/** A stable UUID made from a name: functions, the environment and apps have one each. */
export function namedUuid(name: string): string {
  const hex = createHash("sha1").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
