const DAY_MS = 86_400_000;
const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, withDay: boolean): Intl.DateTimeFormat {
  const key = `${zone}|${withDay}`;
  let found = cache.get(key);
  if (!found) {
    const day = withDay ? ({ day: "numeric", month: "short" } as const) : {};
    found = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      ...(withDay ? {} : { second: "2-digit" }),
      ...day,
      timeZoneName: "short",
      hourCycle: "h23",
    });
    cache.set(key, found);
  }
  return found;
}

/** A moment in a named zone: `14:02:10 CET` today, `24 Nov, 14:50 CET` on other days. */
export function formatTime(ms: number, zone: string, nowMs: number): string {
  return formatter(zone, Math.abs(nowMs - ms) > DAY_MS / 2).format(ms);
}

/** A length of time in words: `48 min`, `3 h 12 min`, `6 d 23 h`. */
export function formatDuration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 ? `${h} h ${min % 60} min` : `${h} h`;
  return h % 24 ? `${Math.floor(h / 24)} d ${h % 24} h` : `${Math.floor(h / 24)} d`;
}
