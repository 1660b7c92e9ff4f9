import fc from "fast-check";
import { anyHistory, type History } from "./moves";
import { play } from "./play";

const PATIENCE_MS = 60_000;

/** The smallest history that fast-check finds within a minute from this one, and that breaks one of the same rules. */
export function shrink(history: History, rules: Set<string>): Promise<History> {
  return shrinkWhile(history, async (tried) => {
    const { broken } = await play(tried).catch(() => ({ broken: [{ rule: "it runs" }] }));
    return broken.some(({ rule }) => rules.has(rule));
  });
}

/** @param breaks whether a smaller history still does what this one does */
export async function shrinkWhile(
  history: History,
  breaks: (tried: History) => Promise<boolean>,
): Promise<History> {
  let underWay: Promise<boolean> = Promise.resolve(true);
  const holds = async (tried: History) => !(await (underWay = breaks(tried)));
  const { counterexample } = await fc.check(fc.asyncProperty(anyHistory, holds), {
    examples: [[history]],
    numRuns: 1,
    interruptAfterTimeLimit: PATIENCE_MS,
  });
  // Two worlds have one time between them: the one that was interrupted comes to its end first.
  await underWay;
  return counterexample?.[0] ?? history;
}
