/** Inngest's wait before the second, third, … attempt, ms; the last one repeats. Each gets up to 30 s on top. */
const TABLE_MS = [
  15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 2_400_000, 3_600_000, 7_200_000,
];
const JITTER_MS = 30_000;
const DAY_MS = 86_400_000;

/**
 * When the next attempt starts by the rule, after attempt `failed` (from 1) ended at `endedAt` (ms). The engine draws the
 * exact moment by lot within these two and does not tell it.
 */
export function backOffWindow(failed: number, endedAt: number): { from: number; to: number } {
  const wait = TABLE_MS[Math.min(Math.max(failed, 1), TABLE_MS.length) - 1] ?? 0;
  return { from: endedAt + wait, to: endedAt + wait + JITTER_MS };
}

/** The moment a Retry-After header names (seconds or a date), as Inngest keeps it: 1 s to 24 h from `now`. Null without one. */
export function retryMoment(header: string | undefined, now: number): number | null {
  if (!header) return null;
  const delay = /^\d{1,7}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(delay) ? null : now + Math.min(Math.max(delay, 1_000), DAY_MS);
}
