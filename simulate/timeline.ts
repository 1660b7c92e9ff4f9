import type { History, Move } from "./moves";

const DAY_MS = 86_400_000;

/** One line of a history's story. */
export interface Told {
  at: number;
  who: string;
  what: string;
}

/** A moment as people read it in a story that lasts days: `day 0 08:30:00.125`. */
function when(at: number, start: number): string {
  const day = Math.floor(at / DAY_MS) - Math.floor(start / DAY_MS);
  return `day ${day} ${new Date(at).toISOString().slice(11, 23)}`;
}

/** The story of a history, one line an occurrence. */
export function timelineOf(story: Told[]): string[] {
  const start = story[0]?.at ?? 0;
  return story.map(({ at, who, what }) => `${when(at, start)}  ${who.padEnd(12)} ${what}`);
}

/** A history's moves, one a line, as small as they can be written. */
export function movesOf(history: History): string[] {
  const { moves, ...circumstances } = history;
  const line = ({ do: deed, after, ...rest }: Move) =>
    `  +${(after / 1_000).toFixed(3)} s ${deed} ${JSON.stringify(rest)}`;
  return [JSON.stringify(circumstances), ...moves.map(line)];
}
