import { moneyCalls } from "./moves";
import type { Exchange, Trouble } from "./network";

/** A money call that Purple Flea has carried out. */
export interface Effect {
  call: string;
  /** What it was about, in business terms: `alert:alert-1`, `escrow:esc_1`, `end:esc_1`, `claim:2026-11-24`, `bet:bet-1`. */
  thing: string;
  at: number;
  /** Purple Flea's id for what it made or ended. */
  remoteId: string;
}

/** What an operator's decision is about, from the key the desk shows. */
export function thingOfKey(key: string): string {
  const [, kind = "", rest = ""] = /^([a-z-]+):(.*)$/.exec(key) ?? [];
  switch (kind) {
    case "order":
      return `alert:${rest}`;
    case "escrow-create":
      return `escrow:${rest}`;
    case "escrow-end":
      return `end:${rest}`;
    case "claim":
      return `claim:${rest.slice(-10)}`;
    default:
      return key;
  }
}

/** What a money call is about, told from what was going on when it was made and not from what the product says of it. */
function thingOf({ call, task }: Exchange, now: number): string | null {
  if (!task) return null;
  if (!moves(call)) return null;
  const { id, data } = task.event();
  const { intent_key: key, alert_id: alert, escrow_id: ref } = data;
  if (typeof key === "string") return thingOfKey(key);
  switch (call) {
    case "order.create":
      return `alert:${typeof alert === "string" ? alert : id}`;
    case "escrow.create":
      return `escrow:${String(ref)}`;
    case "escrow.release":
    case "escrow.cancel":
      return `end:${String(ref)}`;
    case "faucet.claim":
      return `claim:${new Date(now).toISOString().slice(0, 10)}`;
    case "casino.bet":
      return `bet:${id}`;
    default:
      return null;
  }
}

const moves = (call: string): boolean => (moneyCalls as readonly string[]).includes(call);

/** Whether the caller cannot know what became of a call that met this. */
function leavesDoubt(trouble: Trouble | null): boolean {
  switch (trouble?.kind) {
    case "reset":
    case "silence":
    case "late":
    case "unreadable":
      return true;
    case "status":
      return trouble.status >= 500 && trouble.status !== 503;
    default:
      return false;
  }
}

/** Whether nobody waits for its answer any more: whoever sent it has given it up or is gone. */
const isGivenUp = ({ from, request }: Exchange): boolean => from?.alive === false || request.signal.aborted;

/** What an observer on the wire has seen of money: what was carried out, under which keys, and what nobody can know. */
export class Ledger {
  readonly effects: Effect[] = [];
  /** The Idempotency-Keys that were sent for each call about each thing. */
  readonly keys = new Map<string, Set<string>>();
  /** Things whose answer was lost: these may honestly be unknown. */
  readonly doubted = new Set<string>();
  /** Runs that were stopped, or called twice, in the middle of something: what they were about may be unknown as well. */
  readonly disturbedRuns = new Set<string>();
  /** Things that were carried out and of which the operator says they were not, with their ids at Purple Flea. */
  readonly mistaken = new Map<string, string>();
  /** Orders that met another one on its way. */
  readonly crossed: string[] = [];
  /** Orders that were sent for an alert while another one on their market had lost its answer. */
  readonly heldBack: string[] = [];
  private readonly seen = new Set<string>();
  private readonly ordersUnderWay = new Map<Exchange, string>();
  /** Orders whose answer is lost and about which nobody has decided, with their markets. */
  private readonly lost = new Map<string, string>();

  /** @param marketOf the market of an alert's order, once it is sent */
  constructor(private readonly marketOf: (thing: string) => string = () => "") {}

  sent(exchange: Exchange, trouble: Trouble | null, now: number): void {
    const thing = thingOf(exchange, now);
    if (!thing) return;
    const about = `${exchange.call} ${thing}`;
    const key = exchange.request.headers.get("idempotency-key") ?? "none";
    this.keys.set(about, (this.keys.get(about) ?? new Set()).add(key));
    if (leavesDoubt(trouble)) this.doubted.add(thing);
    if (exchange.call !== "order.create") return;
    for (const [earlier, other] of this.ordersUnderWay) {
      if (isGivenUp(earlier)) {
        this.ordersUnderWay.delete(earlier);
        this.lost.set(other, this.marketOf(other));
      } else if (other !== thing) this.crossed.push(`${thing} was sent while ${other} was on its way`);
    }
    this.ordersUnderWay.set(exchange, thing);
    this.mayBeSent(exchange, thing);
    if (leavesDoubt(trouble)) this.lost.set(thing, this.marketOf(thing));
  }

  /** What a person has decided to send again waits for no lost answer: they have seen what there is. */
  private mayBeSent({ task }: Exchange, thing: string): void {
    if (task?.event().data.intent_key !== undefined) return;
    for (const [other, market] of this.lost)
      if (other !== thing && market === this.marketOf(thing))
        this.heldBack.push(`${thing} was sent while ${other} on ${market} was lost`);
  }

  /** A person has said what became of an order: from now on it holds nothing. */
  settled(thing: string): void {
    this.lost.delete(thing);
    for (const [exchange, other] of this.ordersUnderWay)
      if (other === thing && isGivenUp(exchange)) this.ordersUnderWay.delete(exchange);
  }

  /** The exchange is over for whoever began it; without an answer nobody knows what became of it. */
  ended(exchange: Exchange, answered: boolean, now: number): void {
    this.ordersUnderWay.delete(exchange);
    const thing = answered ? null : thingOf(exchange, now);
    if (!thing) return;
    this.doubted.add(thing);
    if (exchange.call === "order.create") this.lost.set(thing, this.marketOf(thing));
  }

  /** @returns whether this was news: an answer repeated under its key is no second effect */
  acted(exchange: Exchange, remoteId: string, now: number): boolean {
    const thing = thingOf(exchange, now);
    const id = `${exchange.call} ${remoteId}`;
    if (!thing || this.seen.has(id)) return false;
    this.seen.add(id);
    this.effects.push({ call: exchange.call, thing, at: now, remoteId });
    return true;
  }

  /** What was carried out for a thing. */
  of(thing: string): Effect[] {
    return this.effects.filter((effect) => effect.thing === thing);
  }
}
