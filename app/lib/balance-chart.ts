import type { BalancePoint } from "../../db/read/balances";

/** A point as a chart takes it; without `seenUntil` it is taken to have been read until the next one. */
export type ChartPoint = Omit<BalancePoint, "seenUntil"> & { seenUntil?: number };

/** A stretch in which a balance stood, ms; `to` is where it is last known to have stood so. */
export interface Stand {
  from: number;
  to: number;
  amountMicro: bigint;
}
export interface Gap {
  from: number;
  to: number;
}

/** Reads come every five minutes: after a quarter of an hour without one, nobody knows what was in between. */
const BLIND_MS = 15 * 60_000;
const STEADY_MS = 10 * 60_000;
const LONGEST_MS = 6 * 3_600_000;

/**
 * How long after a point's last read the next may come before it is a gap, ms: a quarter of an hour. Where reads come less
 * often, as on a practice clock that jumps, three times as long as the one before took, at most six hours.
 */
function patienceOf(point: ChartPoint, before: ChartPoint | undefined): number {
  const seen = point.seenUntil ?? point.at;
  if (seen - point.at >= STEADY_MS || !before) return BLIND_MS;
  const rhythm = point.at - (before.seenUntil ?? before.at);
  return Math.min(Math.max(3 * rhythm, BLIND_MS), LONGEST_MS);
}

/**
 * What is known of a balance between two moments (ms), and when nothing was read. Nothing is bridged: before the first read
 * and between two that are too far apart there is a gap.
 * @param points oldest first; the first may lie before `from`
 */
export function standsOf(
  points: readonly ChartPoint[],
  from: number,
  to: number,
): { stands: Stand[]; gaps: Gap[] } {
  const stands: Stand[] = [];
  const gaps: Gap[] = [];
  let known = from;
  points.forEach((point, index) => {
    const next = points[index + 1];
    const end = next?.at ?? to;
    const seen = point.seenUntil ?? end;
    // A short time after the last read tells nothing: the next read is on its way.
    const until = Math.min(end - seen > patienceOf(point, points[index - 1]) ? seen : end, to);
    if (until <= from && next) return;
    const start = Math.max(point.at, from);
    if (start > known) gaps.push({ from: known, to: start });
    if (until >= start) stands.push({ from: start, to: until, amountMicro: point.amountMicro });
    known = Math.max(known, until);
  });
  if (known < to) gaps.push({ from: known, to });
  return { stands, gaps };
}

/** Round amounts for the lines of a chart, from below the lowest to above the highest. micro-USDC. */
export function gridOf(low: bigint, high: bigint): bigint[] {
  const span = Number(high - low) || Math.max(Number(high) * 0.1, 1_000_000);
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = BigInt(
    Math.max(Math.round(([1, 2, 2.5, 5, 10].find((n) => n * power >= rough) ?? 10) * power), 1),
  );
  const first = (low / step) * step - (low % step < 0n ? step : 0n);
  const lines: bigint[] = [];
  for (let line = first; ; line += step) {
    lines.push(line);
    if (line >= high && lines.length > 1) return lines;
  }
}
