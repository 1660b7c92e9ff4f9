import { dayEnd, dayStart, offsetAt } from "./zoned-day";

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
  const text = exact
    ? formatter(zone, "exact", { ...hourMinute, second: "2-digit", fractionalSecondDigits: 3 }).format(ms)
    : day(ms, zone) === day(nowMs, zone)
      ? ofToday(zone, ms)
      : ofAnotherDay(zone, ms);
  return bare ? text : `${text} ${zoneName(ms, zone)}`;
}

const hourMinute: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
const ofToday = (zone: string, ms: number): string =>
  formatter(zone, "today", { ...hourMinute, second: "2-digit" }).format(ms);
const ofAnotherDay = (zone: string, ms: number): string =>
  formatter(zone, "other", { ...hourMinute, day: "numeric", month: "short" })
    .format(ms)
    .replace(",", "");

/** A bare `formatTime` for many moments: where today ends is worked out once and not for each. */
export function timeFormat(zone: string, nowMs: number): (ms: number) => string {
  const today = new Date(nowMs + offsetAt(nowMs, zone)).toISOString().slice(0, 10);
  const [from, to] = [dayStart(today, zone), dayEnd(today, zone)];
  return (ms) => (ms >= from && ms < to ? ofToday(zone, ms) : ofAnotherDay(zone, ms));
}

/** `14:02:10`, whatever the day. */
export const formatClock = (ms: number, zone: string): string => ofToday(zone, ms);

/** `24 Nov`. */
export const formatShortDay = (ms: number, zone: string): string =>
  formatter(zone, "short", { day: "numeric", month: "short" }).format(ms);

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
