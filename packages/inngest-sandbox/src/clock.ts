/** Where the engine gets "now" from: milliseconds since the epoch, UTC. Any object with this one function will do. */
export interface Clock {
  now(): number;
}

/** The machine's own clock. */
export const wallClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is moved. An engine on it moves through time by `advance` and `setTime` alone. */
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
