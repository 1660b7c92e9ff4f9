const TABLE_MS = [
  15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 2_400_000, 3_600_000, 7_200_000,
];
const JITTER_MS = 30_000;
const DAY_MS = 86_400_000;

/**
 * How long after a failed attempt (from 0) the next one starts, ms. The real table with up to 30 s of jitter, or the fixed
 * interval that the engine was started with.
 */
export function retryDelay(failedAttempt: number, random: () => number, fixedMs?: number): number {
  if (fixedMs !== undefined) return fixedMs;
  return (TABLE_MS[Math.min(failedAttempt, TABLE_MS.length - 1)] ?? 0) + Math.floor(random() * JITTER_MS);
}

/** A Retry-After header (seconds, or a date) as a delay clipped to 1 s and 24 h; null when there is none to read. */
export function retryAfter(header: string | null, nowMs: number): number | null {
  if (!header) return null;
  const delay = /^\d{1,7}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(delay) ? null : Math.min(Math.max(delay, 1_000), DAY_MS);
}
