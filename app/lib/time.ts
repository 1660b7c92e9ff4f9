const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, shape: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}|${shape}`;
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    cache.set(key, found);
  }
  return found;
}

const day = (ms: number, zone: string): string =>
  formatter(zone, "date", { day: "numeric", month: "numeric", year: "numeric" }).format(ms);

/** The zone's short name at a moment: `CET`, `UTC`, `GMT+9`. */
export function zoneName(ms: number, zone: string): string {
  return (
    formatter(zone, "zone", { timeZoneName: "short" })
      .formatToParts(ms)
      .find((part) => part.type === "timeZoneName")?.value ?? zone
  );
}

/**
 * A moment in a named zone: `14:02:10 CET` today, `24 Nov 14:50 CET` on other days. `bare` leaves the zone to a column's head,
 * `exact` adds the thousandths.
 */
export function formatTime(
  ms: number,
  zone: string,
  nowMs: number,
  { bare = false, exact = false }: { bare?: boolean; exact?: boolean } = {},
): string {
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  const today = day(ms, zone) === day(nowMs, zone);
  const text = exact
    ? formatter(zone, "exact", { ...clock, second: "2-digit", fractionalSecondDigits: 3 }).format(ms)
    : today
      ? formatter(zone, "today", { ...clock, second: "2-digit" }).format(ms)
      : formatter(zone, "other", { ...clock, day: "numeric", month: "short" })
          .format(ms)
          .replace(",", "");
  return bare ? text : `${text} ${zoneName(ms, zone)}`;
}

/** `Tuesday 24 November`. */
export function formatDay(ms: number, zone: string): string {
  return formatter(zone, "day", { weekday: "long", day: "numeric", month: "long" })
    .format(ms)
    .replace(",", "");
}

/** `2026-11-24 13:02:06 UTC`. */
export const formatUtc = (ms: number): string =>
  `${new Date(ms).toISOString().replace("T", " ").slice(0, 19)} UTC`;

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

/** A short wait as a clock: `00:12`, `1:04:30`. */
export function formatWait(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3_600);
  return `${h > 0 ? `${h}:` : ""}${two(Math.floor((s % 3_600) / 60))}:${two(s % 60)}`;
}
