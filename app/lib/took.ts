import { formatDuration } from "./time";

/** How long something took, to the millisecond when it was short: `0.212 s`, `3 min 26 s`, `6 d 16 h`. */
export function formatTook(ms: number): string {
  if (ms < 60_000) return `${(Math.max(ms, 0) / 1_000).toFixed(ms < 10_000 ? 3 : 1)} s`;
  if (ms < 3_600_000) {
    const s = Math.round(ms / 1_000);
    return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`;
  }
  return formatDuration(ms);
}
