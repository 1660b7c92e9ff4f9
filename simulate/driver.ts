import type { Row } from "./evidence";
import type { Ledger } from "./ledger";
import type { StopMove, TroubleMove } from "./moves";

/** A form of the desk and what a person types into it; what a page puts there by itself is the driver's to find. */
export type DeskForm =
  | { form: "alert"; typed: { asset: string; price: string; direction: string } }
  | { form: "escrow"; typed: { escrow_id: string; amount_usdc: string; counterparty: string } }
  | { form: "bet"; typed: { side: string; stake_usdc: string } }
  | { form: "claim" | "sync"; typed: object }
  | { form: "decide"; ref: string; decision: "release" | "cancel"; typed: { reason: string } }
  | { form: "settle"; key: string; tries: number; typed: { choice: string; reason: string } }
  | { form: "pause"; typed: { kinds: string; reason: string } }
  | { form: "resume"; typed: { reason: string } };
/** What became of a form: recorded under its id, turned away, or there was no such form to fill in. */
export type Said = { kind: "accepted"; id: string } | { kind: "refused"; why: string } | { kind: "no-form" };

/** An event as somebody outside sends it; its data by the names of the product's guide. */
export interface OutsideEvent {
  name: string;
  data: Record<string, unknown>;
  id?: string;
  ts?: number;
}
export interface Webhook {
  id: string;
  type: string;
  /** Seconds. */
  timestamp: number;
  data: object;
}

/** Everybody outside and fate, for one way to run the product: in one JavaScript process, or as processes of the system. */
export interface Driver {
  /** What was seen of money so far. */
  readonly ledger: Ledger;
  /** What is on its way longer than this arrives no more, ms: only then does anybody look. */
  readonly lookMs: number;
  /** The product's time, ms. */
  now(): number;
  /** Sends an event straight to the engine. @returns whether it was taken */
  send(event: OutsideEvent): Promise<boolean>;
  /** An operator opens a page, fills in its form and sends it; `twice` is a double click. */
  submit(form: DeskForm, twice: boolean): Promise<Said>;
  /** Reads the desk's file or Purple Flea's; nothing where it cannot be read. */
  read(whose: "desk" | "purple-flea", sql: string, ...params: unknown[]): Row[];
  /** Something happens at Purple Flea, if it is there: to an escrow by its id there, or a webhook goes out. */
  confirm(remoteId: string): Promise<void>;
  end(remoteId: string, to: "released" | "refunded"): Promise<void>;
  post(webhook: Webhook): Promise<void>;
  /** Somebody else posts a webhook, signed with another secret. */
  forge(webhook: Webhook): Promise<void>;
  trouble(move: TroubleMove): void;
  stop(move: StopMove): void;
  /** Lets time pass between two moves. */
  pass(ms: number): Promise<void>;
  /** Waits in the middle of one. */
  wait(ms: number): Promise<void>;
  /** Takes on what somebody is doing; resolves when the next move may begin. */
  takeOn(work: Promise<unknown>): Promise<void>;
  /** A line of the story. */
  tell(who: string, what: string): void;
}
