import type { MoneyActionName } from "./intents";

declare const intentKeyBrand: unique symbol;
/** The key of an intent: made of business ids, unique for ever. Built and parsed here alone. */
export type IntentKey = string & { readonly [intentKeyBrand]: true };

/** What an intent's key says. */
export type ParsedKey =
  | { of: "order"; alertId: string }
  | { of: "escrow-create"; ref: string }
  /** Release or cancel: one of them. */
  | { of: "escrow-end"; ref: string }
  | { of: "bet"; requestKey: string }
  | { of: "claim"; agentId: string; utcDay: string };

// The brand exists only in types: this is the one place that puts it on.
const keyOf = (of: ParsedKey["of"], id: string): IntentKey => `${of}:${id}` as IntentKey;

/** The keys of intents. An order's alert id is its sender's; a bet's request key is `betRequestKey`'s. */
export const intentKeys = {
  order: (alertId: string) => keyOf("order", alertId),
  escrowCreate: (ref: string) => keyOf("escrow-create", ref),
  escrowEnd: (ref: string) => keyOf("escrow-end", ref),
  bet: (requestKey: string) => keyOf("bet", requestKey),
  claim: (agentId: string, utcDay: string) => keyOf("claim", `${agentId}:${utcDay}`),
};

/** What stands before the reference in the key of an escrow's end, for conditions in SQL. */
export const ESCROW_END_PREFIX = "escrow-end:";

/** Reads a key, such as one that came with an event; null when it is none. */
export function parseIntentKey(text: string): ParsedKey | null {
  const at = text.indexOf(":");
  const [of, id] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 0 || id === "") return null;
  switch (of) {
    case "order":
      return { of, alertId: id };
    case "escrow-create":
    case "escrow-end":
      return { of, ref: id };
    case "bet":
      return { of, requestKey: id };
    case "claim": {
      const day = /^(.+):(\d{4}-\d{2}-\d{2})$/.exec(id);
      return day ? { of, agentId: day[1] ?? "", utcDay: day[2] ?? "" } : null;
    }
    default:
      return null;
  }
}

/** The text as a key; null when it is none. */
export const asIntentKey = (text: string): IntentKey | null =>
  parseIntentKey(text) ? (text as IntentKey) : null; // parsed just now

/** What makes a bet one: the event that asked for it, or the tick of the schedule. */
export const betRequestKey = (eventId: string, isSchedule: boolean): string =>
  isSchedule ? `slot:${eventId}` : eventId;

/** The reference of a claim: one per agent and UTC day. */
export const claimRef = (agentId: string, utcDay: string): string => `${agentId}:${utcDay}`;

/** What Purple Flea knows a call by, however often it is sent. */
export const idempotencyKeyFor = (action: MoneyActionName, key: IntentKey): string => `${action}:${key}`;

/** What is held while a call is in flight. */
export const lockNames = ["order", "bet"] as const;
export type LockName = (typeof lockNames)[number];
