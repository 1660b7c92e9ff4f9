import { createHash } from "node:crypto";
import { encodeTime, incrementBase32, ulid } from "ulid";

const TIME = 10;
const REST = 16;

/**
 * Sortable ids whose time is the engine's and whose rest comes from the given source of chance. Each is greater than the one
 * before it, and than `last`, so that an engine that goes on with a file makes none that is already there.
 */
export function idFactory(now: () => number, random: () => number, last = ""): () => string {
  return () => {
    const fresh = ulid(Math.floor(now()), random);
    last = fresh.slice(0, TIME) > last.slice(0, TIME) ? fresh : incrementBase32(last);
    return last;
  };
}

/** An id before all others of that moment. */
export const firstIdAt = (ms: number): string => `${encodeTime(ms, TIME)}${"0".repeat(REST)}`;

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
export const isUlid = (text: string): boolean => ULID.test(text);

/** A stable UUID made from a name: functions, the environment and apps have one each. */
export function namedUuid(name: string): string {
  const hex = createHash("sha1").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
