import type { Run, Step, StepAttempt } from "../../db/read/runs";

/** What a stretch of a step's time was spent on. `next` is the attempt that is still to come. */
export interface Piece {
  kind: "queued" | "ran" | "failed" | "lost" | "waited" | "backed-off" | "next";
  /** ms. */
  from: number;
  to: number;
}
export interface Lane {
  step: Step;
  attempts: StepAttempt[];
  pieces: Piece[];
}
type RunTimes = Pick<Run, "queuedAt" | "startedAt" | "endedAt" | "nextAttemptAt">;

const WAITS = ["sleep", "waitForEvent", "waitForSignal", "invoke"];
export const isWait = (step: Pick<Step, "kind">): boolean => WAITS.includes(step.kind);

/** A run's steps with what their time was spent on. `now` (ms) is where everything that is not over ends. */
export function lanesOf(run: RunTimes, steps: Step[], attempts: StepAttempt[], now: number): Lane[] {
  const end = run.endedAt ?? now;
  const ends = [
    run.queuedAt,
    ...steps.flatMap((step) => step.endedAt ?? []),
    ...attempts.flatMap((one) => one.endedAt ?? []),
  ];
  /** Since when something that began then could have begun: when whatever came before it was over. */
  const readyAt = (start: number) => Math.max(...ends.filter((at) => at <= start), run.queuedAt);
  return steps.map((step) => {
    if (isWait(step))
      return {
        step,
        attempts: [],
        pieces: [{ kind: "waited", from: step.startedAt, to: step.endedAt ?? end }],
      };
    const tries = attempts.filter((one) => one.stepId === step.id);
    const pieces: Piece[] = [];
    const first = tries[0]?.startedAt ?? step.startedAt;
    const ready = Math.min(readyAt(first), first);
    if (ready < first) pieces.push({ kind: "queued", from: ready, to: first });
    tries.forEach((one, index) => {
      const next = tries[index + 1];
      if (one.endedAt === null && next) {
        // Nobody wrote its end: the process died, and the engine tried again.
        pieces.push({ kind: "lost", from: one.startedAt, to: next.startedAt });
        return;
      }
      const to = one.endedAt ?? end;
      pieces.push({ kind: one.error === null ? "ran" : "failed", from: one.startedAt, to });
      if (next) pieces.push({ kind: "backed-off", from: to, to: next.startedAt });
    });
    const last = tries.at(-1);
    if (step.status === "retrying" && last?.endedAt != null) {
      const due = run.nextAttemptAt ?? Math.max(now, last.endedAt);
      pieces.push({ kind: "backed-off", from: last.endedAt, to: due });
      if (run.nextAttemptAt !== null) pieces.push({ kind: "next", from: due, to: due });
    }
    return { step, attempts: tries, pieces };
  });
}

/** How a run's time adds up, ms. Waits that overlap count once. */
export interface Spent {
  worked: number;
  waited: number;
  queued: number;
  backedOff: number;
}
export function spentOf(lanes: Lane[]): Spent {
  const all = lanes.flatMap((lane) => lane.pieces);
  const sum = (...kinds: Piece["kind"][]) =>
    all.filter((piece) => kinds.includes(piece.kind)).reduce((total, { from, to }) => total + (to - from), 0);
  return {
    worked: sum("ran", "failed", "lost"),
    waited: union(all.filter((piece) => piece.kind === "waited")).reduce(
      (total, one) => total + one.to - one.from,
      0,
    ),
    queued: sum("queued"),
    backedOff: sum("backed-off"),
  };
}

interface Stretch {
  from: number;
  to: number;
}
function union(stretches: Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const one of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && one.from <= last.to) last.to = Math.max(last.to, one.to);
    else merged.push({ ...one });
  }
  return merged;
}

export interface Axis {
  /** Where a moment stands, 0 to 100 from the left. */
  place(ms: number): number;
  /** Where a long sleep is cut out. */
  tears: number[];
  /** `since` is where its stretch begins, ms: on a short one a label says how long after that. */
  ticks: { at: number; left: number; since: number; short: boolean }[];
}

const SHORT_BACK_OFF_MS = 5 * 60_000;
const LEAST_CUT_MS = 60_000;
const CUT_SHARE = 12;
const ROOM_BETWEEN_TICKS = 15;
/** Below this a label says how long after the beginning it is. */
const RELATIVE_MS = 20_000;
const NICE_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000]; // prettier-ignore

/**
 * A time line on which a long sleep takes a small fixed share of the width: each stretch in which something happened keeps a
 * scale of its own, and the moments in between stand where the line is torn.
 */
export function axisOf(lanes: Lane[], from: number, until: number): Axis {
  const to = Math.max(until, from + 1);
  const pieces = lanes.flatMap((lane) => lane.pieces);
  const busy = union([
    { from, to: from },
    { from: to, to },
    ...pieces.filter(
      (piece) =>
        piece.kind !== "waited" &&
        (piece.kind !== "backed-off" || piece.to - piece.from <= SHORT_BACK_OFF_MS),
    ),
  ]);
  const active = busy.reduce((sum, one) => sum + one.to - one.from, 0);
  const islands: Stretch[] = [];
  for (const one of busy) {
    const last = islands.at(-1);
    const gap = last ? one.from - last.to : 0;
    if (!last || (gap > LEAST_CUT_MS && gap > 4 * active)) islands.push({ ...one });
    else last.to = Math.max(last.to, one.to);
  }
  // A moment without length, as the end of a sleep that goes on, needs hardly any room.
  const weights = islands.map((one) => (one.to === one.from ? 0.1 : 1 + Math.log10(1 + one.to - one.from)));
  const room = 100 - CUT_SHARE * (islands.length - 1);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let left = 0;
  const parts = islands.map((island, index) => {
    const width = Math.max(((weights[index] ?? 0) / all) * room, 2);
    const part = { ...island, left, width };
    left += width + CUT_SHARE;
    return part;
  });
  const place = (ms: number): number => {
    const index = parts.findLastIndex((part) => part.from <= ms);
    const part = parts[index];
    if (!part) return 0;
    if (ms <= part.to)
      return part.left + (part.to === part.from ? 0 : (ms - part.from) / (part.to - part.from)) * part.width;
    const next = parts[index + 1];
    if (!next) return 100;
    return part.left + part.width + ((ms - part.to) / (next.from - part.to)) * CUT_SHARE;
  };
  return {
    place: (ms) => Math.min(Math.max(place(ms), 0), 100),
    tears: parts.slice(0, -1).map((part) => part.left + part.width + CUT_SHARE / 2),
    ticks: ticksOf(parts),
  };
}

function ticksOf(parts: (Stretch & { left: number; width: number })[]): Axis["ticks"] {
  const ticks: Axis["ticks"] = [];
  const add = (at: number, left: number, part: Stretch) => {
    const last = ticks.at(-1);
    // The last label is drawn to the left of its place: it needs as much room again.
    if (left <= 100 - ROOM_BETWEEN_TICKS && (!last || left - last.left >= ROOM_BETWEEN_TICKS))
      ticks.push({ at, left, since: part.from, short: part.to - part.from < RELATIVE_MS });
  };
  for (const part of parts) {
    add(part.from, part.left, part);
    const span = part.to - part.from;
    const step = NICE_MS.find((nice) => (nice / span) * part.width >= ROOM_BETWEEN_TICKS);
    if (!step || span === 0) continue;
    // On a short stretch the steps are counted from its beginning, on a long one they are round times.
    const first = span < RELATIVE_MS ? part.from + step : Math.ceil(part.from / step) * step;
    for (let at = first; at < part.to; at += step)
      add(at, part.left + ((at - part.from) / span) * part.width, part);
  }
  return ticks;
}
