const formatters = new Map<string, Intl.DateTimeFormat>();

/** How far a zone is ahead of UTC at a moment, ms. */
export function offsetAt(ms: number, zone: string): number {
  let format = formatters.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatters.set(zone, format);
  }
  const at = Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  const wall = Date.UTC(
    at.year ?? 0,
    (at.month ?? 1) - 1,
    at.day ?? 1,
    at.hour ?? 0,
    at.minute ?? 0,
    at.second ?? 0,
  );
  return wall - Math.floor(ms / 1_000) * 1_000;
}

/** Years whose days are told apart in every zone, with four digits before and after. */
const FIRST_YEAR = 1970;

/** True for a day of the calendar as an address carries it: `2026-11-24`, but not `2026-13-01` or `2026-02-30`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  const year = Number(text.slice(0, 4));
  return (
    year >= FIRST_YEAR && year < 9999 && !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text
  );
}

/** When a day (`2026-11-24`) begins in a zone, ms. Where the clocks skip midnight it is the first moment after. */
export function dayStart(day: string, zone: string): number {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const guess = midnight - offsetAt(midnight, zone);
  return midnight - offsetAt(guess, zone);
}

/** When the day after begins: 23, 24 or 25 hours later. */
export function dayEnd(day: string, zone: string): number {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return dayStart(next, zone);
}
