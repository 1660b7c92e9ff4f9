import { between, seeded } from "../chance";
import { machineNames, type MachineName } from "./stack";

const MINUTE_MS = 60_000;
const KILLS_EACH = 4;

/** What somebody does. Numbers name alerts, escrows and bets; a decision is about the n-th that waits for one. */
export type Deed =
  | { do: "alert"; n: number; desk: boolean; twice: boolean }
  | { do: "escrow"; n: number; desk: boolean; micro: number; confirms: boolean }
  | { do: "confirm"; n: number }
  | { do: "decide"; n: number; decision: "release" | "cancel"; twice: boolean }
  | { do: "claim"; desk: boolean }
  | { do: "bet"; n: number; desk: boolean }
  | { do: "settle"; n: number; again: boolean }
  | { do: "sync" }
  /** The practice clock is moved. */
  | { do: "pass"; ms: number };

export interface Kill {
  /** After the kill before it, ms of the machine's time. */
  after: number;
  name: MachineName;
  /** How long after a money call was seen to begin, ms; null for any moment. */
  aim: number | null;
  /** Who is stopped in its tracks first, and for how long: what is sent to it then is on its way when the kill comes. */
  frozen: { name: MachineName; ms: number } | null;
  /** How long it stays away, ms. */
  down: number;
}
export interface Plan {
  seed: number;
  /** Purple Flea takes no notice of Idempotency-Key: what is sent twice is done twice. */
  forgetKeys: boolean;
  deeds: { after: number; deed: Deed }[];
  kills: Kill[];
}

/** What a seed decides: who does what in which order, and which process is killed when. The machine's own pace does the rest. */
export function planOf(seed: number): Plan {
  const random = seeded(seed);
  const upTo = (high: number) => between(random, 0, high);
  const chance = (share: number) => random() < share;
  const placed: { at: number; deed: Deed }[] = [];
  const place = (count: number, from: number, to: number, make: (n: number) => Deed) => {
    for (let n = 0; n < count; n++) placed.push({ at: from + random() * (to - from), deed: make(n) });
  };
  place(9, 0, 1, (n) => ({ do: "alert", n, desk: chance(0.4), twice: chance(0.3) }));
  place(6, 0, 0.5, (n) => ({
    do: "escrow",
    n,
    desk: chance(0.4),
    micro: between(random, 100_000, 60_000_000),
    confirms: chance(0.3),
  }));
  place(4, 0.2, 1, () => ({ do: "confirm", n: upTo(5) }));
  place(7, 0.2, 1, () => ({
    do: "decide",
    n: upTo(5),
    decision: chance(0.6) ? "release" : "cancel",
    twice: chance(0.4),
  }));
  place(3, 0, 1, () => ({ do: "claim", desk: chance(0.5) }));
  place(5, 0, 1, (n) => ({ do: "bet", n, desk: chance(0.4) }));
  place(14, 0.2, 1, () => ({ do: "settle", n: upTo(3), again: chance(0.5) }));
  place(3, 0, 1, () => ({ do: "sync" }));
  place(2, 0.3, 0.9, () => ({ do: "pass", ms: between(random, MINUTE_MS, 12 * MINUTE_MS) }));
  placed.sort((a, b) => a.at - b.at);

  const victims = machineNames.flatMap((name) => Array.from({ length: KILLS_EACH }, () => name));
  for (let last = victims.length - 1; last > 0; last--) {
    const other = upTo(last);
    const [a, b] = [victims[last], victims[other]];
    if (a && b) [victims[last], victims[other]] = [b, a];
  }
  return {
    seed,
    forgetKeys: chance(0.5),
    deeds: placed.map(({ deed }) => ({ after: chance(0.3) ? 0 : upTo(700), deed })),
    kills: victims.map((name) => ({
      after: between(random, 100, 1_600),
      name,
      aim: chance(0.6) ? upTo(250) : null,
      frozen: chance(0.5)
        ? { name: chance(0.7) ? "purple-flea" : "app", ms: between(random, 50, 400) }
        : null,
      down: upTo(900),
    })),
  };
}
