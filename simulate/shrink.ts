import fc from "fast-check";
import { anyHistory, type History } from "./history";
import { play } from "./play";

const PATIENCE_MS = 60_000;

/**
 * The smallest history fast-check can find from this one that breaks one of the same rules, within a minute.
 * The one given when nothing smaller does.
 */
export async function shrink(
  history: History,
  rules: Set<string>,
  patienceMs = PATIENCE_MS,
): Promise<History> {
  const played = async (tried: History): Promise<boolean> => {
    const { broken } = await play(tried).catch(() => ({ broken: [{ rule: "it runs" }] }));
    return !broken.some(({ rule }) => rules.has(rule));
  };
  let underWay = Promise.resolve(true);
  const holds = (tried: History) => (underWay = played(tried));
  const result = await fc.check(fc.asyncProperty(anyHistory, holds), {
    examples: [[history]],
    numRuns: 1,
    interruptAfterTimeLimit: patienceMs,
  });
  // Two worlds have one time between them: the one that was interrupted comes to its end first.
  await underWay;
  return result.counterexample?.[0] ?? history;
}
