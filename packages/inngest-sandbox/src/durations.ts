const UNITS: Record<string, number> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/** "1w2d", "7d", "90s", "500ms" in ms; null for anything else. The SDK sends compounds, registrations what was written. */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[wdhms]))+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[wdhms])/g)) {
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  }
  return total;
}

/**
 * When a sleep or a wait ends: a duration from now, or a moment that was written out. An empty or unreadable text is now, as
 * the real server has it.
 */
export function wakeTime(text: string, nowMs: number): number {
  const duration = parseDuration(text);
  if (duration !== null) return nowMs + duration;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? nowMs : Math.max(moment, nowMs);
}
