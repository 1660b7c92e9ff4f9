import { formatClock, formatShortDay } from "./time";
import { dayStart } from "./zoned-day";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Round moments between two, in a zone: midnights over days, full hours within two. At most `most` of them. */
export function timeTicks(
  from: number,
  to: number,
  zone: string,
  most: number,
): { at: number; label: string }[] {
  const span = to - from;
  if (span > 2 * DAY_MS) {
    const every = Math.ceil(span / DAY_MS / most);
    const days: { at: number; label: string }[] = [];
    for (let noon = from; noon < to + DAY_MS; noon += DAY_MS) {
      const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(noon);
      const at = dayStart(day, zone);
      if (at >= from && at <= to && days.at(-1)?.at !== at)
        days.push({ at, label: formatShortDay(at, zone) });
    }
    return days.filter((_, index) => index % every === 0);
  }
  const step = [1, 2, 3, 4, 6, 12].find((hours) => span / (hours * HOUR_MS) <= most) ?? 12;
  const ticks: { at: number; label: string }[] = [];
  const midnight = dayStart(new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(from), zone);
  for (let at = midnight; at <= to; at += step * HOUR_MS)
    if (at >= from) ticks.push({ at, label: formatClock(at, zone).slice(0, 5) });
  return ticks;
}
