/** A source read longer ago than this is stale: its numbers keep their value, gain their age, and close what rests on them. ms */
export const STALE_AFTER_MS = 15 * 60_000;

/** True when a source was never read, or longer ago than the limit. Both in ms. */
export const isStale = (syncedAt: number | null, now: number): boolean =>
  syncedAt === null || now - syncedAt > STALE_AFTER_MS;
