import { RateLimiterMemory } from "rate-limiter-flexible";
import { recordAudit, setAuditAfter, type AuditEntry } from "../../db/desk/audit";
import type { DeskWriter } from "../../db/connection";

const HOUR_S = 3_600;
/** Lines an hour that strangers may cause: from one place, and from all. */
export const strangerLines = { place: 20, all: 200 } as const;

/**
 * Puts on record what people who are not signed in did at the door. They could write for ever: beyond so many lines an hour
 * only one more is written, which counts.
 */
export function createStrangerRecord(): {
  write(db: DeskWriter, place: string, entry: AuditEntry, now: number): Promise<void>;
} {
  const byPlace = new RateLimiterMemory({ points: strangerLines.place, duration: HOUR_S });
  const inAll = new RateLimiterMemory({ points: strangerLines.all, duration: HOUR_S });
  /** Whether there is a line left; places that are beyond theirs take none of the others'. */
  async function isLeft(place: string): Promise<boolean> {
    // A place is only counted while there are lines: what a flood can make us keep is bounded by them.
    if (((await inAll.get("all"))?.consumedPoints ?? 0) >= strangerLines.all) return false;
    if ((await byPlace.penalty(place)).consumedPoints > strangerLines.place) return false;
    await inAll.penalty("all");
    return true;
  }
  let uncounted: { id: string; n: number; startedAt: number } | null = null;
  return {
    async write(db, place, entry, now) {
      if (await isLeft(place)) {
        recordAudit(db, entry, now);
        return;
      }
      if (!uncounted || now >= uncounted.startedAt + HOUR_S * 1_000) {
        if (uncounted) setAuditAfter(db, uncounted.id, { tries: uncounted.n });
        const id = recordAudit(db, summary, now);
        uncounted = { id, n: 1, startedAt: now };
        return;
      }
      uncounted.n += 1;
      // Written as it doubles: a thousand tries are ten writes. The number on record is reached or passed.
      if (Number.isInteger(Math.log2(uncounted.n)))
        setAuditAfter(db, uncounted.id, { tries: `${uncounted.n} or more` });
    },
  };
}

const summary: AuditEntry = {
  actor: { kind: "visitor", id: "visitor" },
  action: "sign-in",
  after: { tries: "1 or more" },
  reason: "more tries within an hour than are listed one by one; these are only counted",
  result: "failed",
};
