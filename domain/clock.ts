/**
 * Where a room gets "now" from: milliseconds since the epoch, UTC. Rooms take a Clock as an argument and never read the
 * wall clock themselves, so that a week can pass in a test.
 */
export interface Clock {
  now(): number;
}

/** The machine's own clock. */
export const wallClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is moved. */
export function manualClock(startMs: number): Clock & { set(ms: number): void; advance(ms: number): void } {
  let current = startMs;
  return {
    now: () => current,
    set(ms) {
      current = ms;
    },
    advance(ms) {
      current += ms;
    },
  };
}
