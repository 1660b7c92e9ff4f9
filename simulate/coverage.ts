import { ENDINGS } from "./endings";
import { functionIds, moneyCalls, otherTroubles, purpleFleaTroubles } from "./moves";

/** Every place at which a process must have been stopped in a run of the simulator. */
const STOPS = [
  ...functionIds.map((name) => `app behind a commit of ${name}`),
  "app behind a commit of the desk",
  "app behind a commit of the engine",
  "app behind a commit of Purple Flea",
  "engine behind a commit of the engine",
  "purple-flea behind a commit of Purple Flea",
  "purple-flea before order.create",
  "purple-flea after order.create",
  ...[...moneyCalls, "escrow.get", "wallet.balance"].flatMap((call) => [
    `app before ${call}`,
    `app after ${call}`,
  ]),
  "app after the engine took an event",
  "app after a step had run",
  "engine after a step had run",
  "app after a webhook was taken",
];

/** Everything that must have occurred at least once. */
export const MUST_OCCUR: readonly string[] = [
  ...[...purpleFleaTroubles, ...otherTroubles].map((kind) => `trouble ${kind}`),
  ...STOPS.map((stop) => `stop ${stop}`),
  ...ENDINGS.map((end) => `end ${end}`),
];

/** Adds up what occurred in many histories. */
export class Coverage {
  private readonly counts = new Map<string, number>();

  add(counts: Record<string, number>): void {
    for (const [what, times] of Object.entries(counts))
      this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  /** What must occur and did not. */
  missing(): string[] {
    return MUST_OCCUR.filter((what) => !this.counts.has(what));
  }

  /** A table of what occurred how often: troubles, stops, ends. */
  lines(): string[] {
    const all = [...this.counts].sort((a, b) => b[1] - a[1]);
    return ["trouble", "stop", "end"].map((kind) => {
      const rows = all.filter(([what]) => what.startsWith(`${kind} `));
      return `${kind}s: ${rows.map(([what, times]) => `${what.slice(kind.length + 1)} ${times}`).join(" · ")}`;
    });
  }
}
