import { ulid } from "ulid";

/** Who did a thing. Every recorded deed names one; a visitor is somebody who is not signed in. */
export const actorKinds = ["operator", "function", "webhook", "system", "visitor"] as const;
export type ActorKind = (typeof actorKinds)[number];
export interface Actor {
  kind: ActorKind;
  /** Operator id, function id, webhook id, or the name of the part that acted. */
  id: string;
}

/** Letters, digits, dot, dash, underscore and colon: what may stand in a reference, and so inside an expression. */
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/;

/** True when the text may be used as an operator's reference (`esc_001`) or an upstream id. */
export function isReference(text: string): boolean {
  return REFERENCE.test(text);
}

/** Bounds an id from outside; in UTF-16 units, as every other length here. */
const MAX_ID = 160;
/** No control, format, private or unassigned character, no half of a pair, no line break. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

/**
 * True for a text from outside that may become a key: a webhook's id, a transaction's, an agent's. Half a character is stored
 * by SQLite as another text, so that its row is never found again; U+FFFD stands where one was, and two such are not one.
 */
export function isForeignId(text: string): boolean {
  return (
    text.length <= MAX_ID &&
    PRINTABLE.test(text) &&
    /[\p{L}\p{N}]/u.test(text) &&
    text.trim() === text &&
    !text.includes("\ufffd")
  );
}

/** A wallet address as Purple Flea takes it. */
export function isAddress(text: string): boolean {
  return /^0x[0-9a-fA-F]{4,64}$/.test(text);
}

/** A new sortable id for the moment `nowMs`. */
export function newId(nowMs: number): string {
  return ulid(nowMs);
}

/** True for 26 characters of Crockford base 32, as forms carry them. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/** The UTC day a moment belongs to, `2026-11-24`. The faucet's rule is per UTC day. */
export function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
