import fc from "fast-check";
import { anyHistory, type History } from "./moves";
import { play } from "./play";

const PATIENCE_MS = 60_000;

/**
 * The smallest history found from this one that breaks one of the same rules, within a minute: with as few moves as can be, then
 * with what fast-check makes simpler in those. The one given when nothing smaller does.
 */
export async function shrink(
  history: History,
  rules: Set<string>,
  patienceMs = PATIENCE_MS,
): Promise<History> {
  const until = Date.now() + patienceMs;
  const played = async (tried: History): Promise<boolean> => {
    const { broken } = await play(tried).catch(() => ({ broken: [{ rule: "it runs" }] }));
    return !broken.some(({ rule }) => rules.has(rule));
  };
  let underWay = Promise.resolve(true);
  const holds = (tried: History) => (underWay = played(tried));
  const few = await withFewerMoves(history, async (tried) => Date.now() < until && !(await holds(tried)));
  const result = await fc.check(fc.asyncProperty(anyHistory, holds), {
    examples: [[few]],
    numRuns: 1,
    interruptAfterTimeLimit: Math.max(until - Date.now(), 1),
  });
  // Two worlds have one time between them: the one that was interrupted comes to its end first.
  await underWay;
  return result.counterexample?.[0] ?? few;
}

/** Leaves out as many moves as can be, many at once before one by one. What comes after them keeps its moment. */
export async function withFewerMoves(
  history: History,
  breaks: (tried: History) => Promise<boolean>,
): Promise<History> {
  let least = history;
  for (let size = least.moves.length >> 1; size > 0; size >>= 1) {
    let again = true;
    while (again) {
      again = false;
      for (let at = 0; at < least.moves.length;) {
        const tried = { ...least, moves: without(least.moves, at, size) };
        if (await breaks(tried)) {
          least = tried;
          again = size === 1;
        } else at += size;
      }
    }
  }
  return least;
}

function without(moves: History["moves"], at: number, size: number): History["moves"] {
  const time = moves.slice(at, at + size).reduce((sum, { after }) => sum + after, 0);
  const [next, ...rest] = moves.slice(at + size);
  return [...moves.slice(0, at), ...(next ? [{ ...next, after: next.after + time }, ...rest] : [])];
}
