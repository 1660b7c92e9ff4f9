import { createHmac, randomBytes } from "node:crypto";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** Somebody about to have a password checked. */
export interface Attempt {
  /** As it is compared: trimmed, in small letters. Whether an operator has it makes no difference. */
  email: string;
  /** What counts as one place: see `placeOf`. */
  place: string;
  /** The device, when the operator has signed in on it before; such a device is counted by itself. */
  knownDevice: string | null;
}

/** Whom a limit is about: this device; this account from this place; everything from this place; this account for strangers. */
export type LimitedBy = "device" | "pair" | "place" | "account";
export type Admission =
  | {
      kind: "admitted";
      /** The password was right: what was counted for it is taken back, and the wrong tries before it with it. */
      succeeded(): Promise<void>;
      /** It was not looked at: only the place is counted, which came too often. */
      unchecked(): Promise<void>;
    }
  | {
      kind: "limited";
      by: LimitedBy;
      waitMs: number;
      /** The first of this window: later ones say nothing new. */
      first: boolean;
    };

const MINUTE_S = 60;
/** How many wrong tries in how long, seconds. `account` bounds a guess from many places; who knows the device does not feel it. */
export const signInLimits = {
  device: { points: 10, duration: 10 * MINUTE_S },
  pair: { points: 10, duration: 10 * MINUTE_S },
  place: { points: 30, duration: 10 * MINUTE_S },
  account: { points: 100, duration: 60 * MINUTE_S },
} as const;

/**
 * Every counter stands under one of so many names, whatever is typed and from wherever: what a flood can make us keep is
 * bounded. The names are keyed by chance, so nobody can aim at another's; two share one by accident about once in 16,384.
 */
const BUCKETS = 1 << 14;

/** Counts tries at signing in, in memory. Counters end by themselves, on the machine's clock: the library takes no other. */
export function createAttempts(): { admit(attempt: Attempt): Promise<Admission> } {
  const salt = randomBytes(32);
  const bucketOf = (...parts: string[]): string =>
    String(createHmac("sha256", salt).update(parts.join("\n")).digest().readUInt32BE(0) % BUCKETS);
  const limiter = (by: LimitedBy) => new RateLimiterMemory({ keyPrefix: by, ...signInLimits[by] });
  const limiters: Record<LimitedBy, RateLimiterMemory> = {
    device: limiter("device"),
    pair: limiter("pair"),
    place: limiter("place"),
    account: limiter("account"),
  };
  return {
    async admit({ email, place, knownDevice }) {
      const counters: { by: LimitedBy; key: string }[] =
        knownDevice === null
          ? [
              { by: "place", key: bucketOf(place) },
              { by: "pair", key: bucketOf(place, email) },
              { by: "account", key: bucketOf(email) },
            ]
          : [{ by: "device", key: bucketOf(knownDevice, email) }];
      // One after the other: what the first refuses is no try for the next.
      for (const { by, key } of counters) {
        const refused = await over(limiters[by], key);
        if (refused)
          return {
            kind: "limited",
            by,
            waitMs: refused.msBeforeNext,
            first: refused.consumedPoints === signInLimits[by].points + 1,
          };
      }
      return {
        kind: "admitted",
        async succeeded() {
          for (const { by, key } of counters)
            if (by === "place" || by === "account") await limiters[by].reward(key);
            else await limiters[by].delete(key);
        },
        async unchecked() {
          for (const { by, key } of counters) if (by !== "place") await limiters[by].reward(key);
        },
      };
    },
  };
}

async function over(limiter: RateLimiterMemory, key: string): Promise<RateLimiterRes | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused;
    throw refused;
  }
}
