import type { PracticeFault } from "../context";

/** Purple Flea's calls that a fault can be meant for, by the names the sandbox gives them. */
export const faultCalls = [
  { value: "*", label: "make any call" },
  { value: "order.create", label: "place an order" },
  { value: "escrow.create", label: "create an escrow" },
  { value: "escrow.release", label: "release an escrow" },
  { value: "escrow.cancel", label: "cancel an escrow" },
  { value: "escrow.get", label: "read an escrow" },
  { value: "faucet.claim", label: "claim the faucet" },
  { value: "casino.bet", label: "place a bet" },
  { value: "wallet.balance", label: "read the balance" },
  { value: "webhook", label: "send a webhook" },
] as const;

interface FaultKind {
  value: string;
  label: string;
  fault: Omit<PracticeFault, "call" | "times">;
  /** The one call it can be meant for. */
  only?: "webhook" | "*";
}

/** What can be made to go wrong. Which means for the money is what the desk has to tell. */
export const faultKinds: readonly FaultKind[] = [
  { value: "timeout", label: "time out: no answer within 10 s", fault: { kind: "delay", delay_ms: 12_000 } },
  { value: "drop-after", label: "drop the answer after it happened", fault: { kind: "drop-after" } },
  { value: "drop-before", label: "drop the call before it happens", fault: { kind: "drop-before" } },
  { value: "500", label: "answer 500", fault: { kind: "status", status: 500 } },
  {
    value: "503",
    label: "answer 503 with Retry-After 30 s",
    fault: { kind: "status", status: 503, retry_after_s: 30 },
  },
  {
    value: "429",
    label: "answer 429 with Retry-After 30 s",
    fault: { kind: "status", status: 429, retry_after_s: 30 },
  },
  { value: "invalid", label: "answer what cannot be read", fault: { kind: "invalid-body" } },
  { value: "away", label: "be away: refuse the connection", fault: { kind: "away" } },
  {
    value: "ignore-key",
    label: "ignore the idempotency key",
    fault: { kind: "ignore-idempotency" },
    only: "*",
  },
  { value: "duplicate", label: "deliver the webhook twice", fault: { kind: "duplicate" }, only: "webhook" },
  {
    value: "reorder",
    label: "deliver the webhook after the next one",
    fault: { kind: "reorder" },
    only: "webhook",
  },
];

/** The fault a form asks for, or null for a choice that is none. A kind that fits one call only is meant for that call. */
export function faultFor(call: unknown, kind: unknown, times: unknown): PracticeFault | null {
  const meant = faultCalls.find((one) => one.value === call)?.value;
  const chosen = faultKinds.find((one) => one.value === kind);
  const count = Number(times);
  if (!meant || !chosen || !Number.isInteger(count) || count < 1 || count > 20) return null;
  // A webhook is no call of ours that could time out: only its own kinds can be meant for it.
  if (meant === "webhook" && chosen.only !== "webhook") return null;
  return { call: chosen.only ?? meant, times: count, ...chosen.fault };
}

/** A waiting fault in words: `release an escrow: drop the answer after it happened, once`. */
export function faultText(fault: PracticeFault): string {
  const call = faultCalls.find((one) => one.value === fault.call)?.label ?? fault.call;
  const kind =
    faultKinds.find(
      (one) => one.fault.kind === fault.kind && (one.fault.status ?? null) === (fault.status ?? null),
    )?.label ?? fault.kind;
  const times = fault.times ?? 1;
  return `${call}: ${kind}, ${times === 1 ? "once" : `${times} times`}`;
}

/** Ready ones, each with what the desk should make of it. */
export const drills: readonly { id: string; label: string; then: string; fault: PracticeFault }[] = [
  {
    id: "release-timeout",
    label: "Time-out on release",
    then: "It is shown as unknown, then settled by looking at Purple Flea. Never as failed.",
    fault: { call: "escrow.release", kind: "delay", delay_ms: 12_000, times: 1 },
  },
  {
    id: "order-lost",
    label: "Order placed, answer lost",
    then: "It stays unknown and is never sent again by itself.",
    fault: { call: "order.create", kind: "drop-after", times: 1 },
  },
  {
    id: "unavailable",
    label: "503 on the next call",
    then: "Nothing happens there; it is tried again after 30 s.",
    fault: { call: "*", kind: "status", status: 503, retry_after_s: 30, times: 1 },
  },
  {
    id: "twice",
    label: "Next webhook twice",
    then: "It is kept once and acted on once.",
    fault: { call: "webhook", kind: "duplicate", times: 1 },
  },
];
