import type { EscrowDecision } from "../../domain/decision-record";
import type { SendTrouble } from "./outbox";
import type { Place } from "./place";

/** Something that needs a person. The words are the page's; here are the facts they are made of. */
export interface Attention {
  key: string;
  kind:
    | "deadline"
    | "claimed"
    | "disputed"
    | "put-off"
    | "unknown-escrow"
    | "unknown-call"
    | "stray"
    | "orphan"
    | "failed-run"
    | "not-sent"
    | "other-webhook";
  /** The escrow, trade, bet or claim, or the function that failed. */
  ref: string;
  to: Place;
  amountMicro: bigint | null;
  /** When something happens by itself, ms; null when nothing does. */
  dueAt: number | null;
  /** Since when it waits, ms. */
  since: number;
  /** What was said about it, or what it is about: a reason, an error, `long BTC`. */
  said: string | null;
  /** The decision on record about an escrow that has not ended yet. */
  decided?: EscrowDecision | null;
  /** The market of an order whose outcome is unknown. */
  lostOn?: string | null;
  /** What a failed run, or an event that was not sent, was about. */
  about?: string | null;
  /** An event that was not sent: why, and its name. */
  unsent?: { trouble: SendTrouble | null; eventName: string };
}
