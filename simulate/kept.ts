import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { History } from "./moves";

export interface Kept {
  /** What was wrong, in words. */
  found: string;
  history: History;
}

/**
 * Histories that once broke a rule, one a line of kept.jsonl, as small as they were made: what a seed stands for changes with the
 * generator, these do not. `npm run simulate -- --kept 3` tells the story of the third.
 */
export const KEPT: readonly Kept[] = readFileSync(join(import.meta.dirname, "kept.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Kept); // as the simulator printed it when it found one
