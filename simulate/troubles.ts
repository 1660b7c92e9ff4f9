import { between } from "./chance";
import { moneyCalls, type TroubleMove } from "./moves";
import type { Exchange, Trouble } from "./network";

type Kind = TroubleMove["kind"];
const MONEY: readonly string[] = moneyCalls;

/** Which wire a kind of trouble is for. */
function wireOf(kind: Kind): (exchange: Exchange) => boolean {
  if (kind.startsWith("webhook")) return ({ call }) => call === "webhook";
  if (kind.startsWith("event")) return ({ call }) => call === "engine.event";
  if (kind.startsWith("call") || kind === "answer-lost") return ({ call }) => call === "app.call";
  if (kind.startsWith("slack")) return ({ call }) => call === "slack";
  return ({ request }) => new URL(request.url).host === "purple-flea.test";
}

/** What an unreadable answer looks like. */
const UNREADABLE: Partial<Record<Kind, string>> = {
  "unreadable-html": "<html><body>Welcome back</body></html>",
  "unreadable-cut": '{"id":"ord_',
  "unreadable-field": '{"ok":true}',
};

/** What the kind does to one exchange. Times in ms. */
function troubleOf(kind: Kind, random: () => number): Trouble {
  const body = UNREADABLE[kind];
  if (body !== undefined) return { kind: "unreadable", body };
  const status = /-(\d{3})(?:-(before|after))?$/.exec(kind);
  if (status) {
    const code = Number(status[1]);
    const wait = code === 429 || (code === 503 && random() < 0.5) ? between(random, 1, 90) : undefined;
    return { kind: "status", status: code, after: status[2] === "after", retryAfterS: wait };
  }
  switch (kind) {
    case "refuse":
    case "call-refused":
    case "event-refused":
    case "webhook-lost":
    case "slack-broken":
      return { kind: "refuse" };
    case "reset-before":
      return { kind: "reset", after: false };
    case "reset-after":
    case "answer-lost":
    case "event-taken":
    case "webhook-answer-lost":
      return { kind: "reset", after: true };
    case "silence-before":
      return { kind: "silence", after: false };
    case "silence-after":
      return { kind: "silence", after: true };
    case "late":
      return { kind: "late", ms: between(random, 5_000, 90_000) };
    case "slow":
      return { kind: "slow", ms: between(random, 1_000, 9_000) };
    case "call-slow":
      return { kind: "slow", ms: between(random, 1_000, 120_000) };
    case "call-twice":
    case "webhook-twice":
      return { kind: "twice" };
    default:
      throw new Error(`nobody knows what ${kind} does`);
  }
}

/** Troubles that wait for their exchange, in the order they were asked for. */
export class Troubles {
  private armed: { kind: Kind; call: string; times: number }[] = [];
  /** How often each kind has happened. */
  readonly happened = new Map<Kind, number>();

  constructor(private readonly random: () => number) {}

  add({ kind, call, times }: Pick<TroubleMove, "kind" | "call" | "times">): void {
    this.armed.push({ kind, call, times });
  }
  /** How often something went wrong. */
  get count(): number {
    return [...this.happened.values()].reduce((n, times) => n + times, 0);
  }
  /** Lets the next call go wrong, whatever it is. */
  provoke(): void {
    const kinds = ["reset-before", "silence-before", "broken-502-before", "away-503", "slow"] as const;
    const kind = kinds[between(this.random, 0, kinds.length - 1)] ?? "slow";
    this.add({ kind, call: "any", times: 1 });
  }
  /** Nothing goes wrong from now on. */
  clear(): void {
    this.armed = [];
  }

  /** Takes the first trouble meant for this exchange. */
  take(exchange: Exchange): { kind: Kind; trouble: Trouble } | null {
    const found = this.armed.find(
      ({ kind, call, times }) =>
        times > 0 &&
        kind !== "webhook-late" &&
        wireOf(kind)(exchange) &&
        (call === "any" || call === exchange.call || (call === "money" && MONEY.includes(exchange.call))),
    );
    if (!found) return null;
    this.note(found);
    return { kind: found.kind, trouble: troubleOf(found.kind, this.random) };
  }

  /** How much later the webhooks that are about to go out will, ms; 0 when nothing holds them up. */
  lateness(): number {
    const found = this.armed.find(({ kind, times }) => kind === "webhook-late" && times > 0);
    if (!found) return 0;
    this.note(found);
    return between(this.random, 60_000, 26 * 3_600_000);
  }

  private note(found: { kind: Kind; times: number }): void {
    found.times--;
    this.happened.set(found.kind, (this.happened.get(found.kind) ?? 0) + 1);
  }
}
