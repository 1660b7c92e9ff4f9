import type { History, Move } from "../moves";

const AWAY_MS = 1_200_000;
/** A little more than a day. */
export const DAY_MS = 90_000_000;
export const calm = {
  seed: 1,
  wallet: "plenty",
  honoursKeys: false,
  terse: false,
  dailyLimit: false,
  slack: false,
  late: false,
} as const;
export const alert: Move = {
  do: "alert",
  after: 0,
  n: 0,
  asset: "ETH",
  direction: "long",
  trigger: false,
  old: false,
};
export const stop = (place: Extract<Move, { do: "stop" }>["place"], skip: number, after = 0): Move => ({
  do: "stop",
  after,
  who: "app",
  place,
  of: "any",
  skip,
  downMs: AWAY_MS,
});

export interface Kept {
  /** What was wrong, in words. */
  found: string;
  history: History;
}
