/**
 * Whole histories of the product on virtual time: `npm run simulate -- --histories 10000`, `-- --seed 17` or `-- --kept 3` for one
 * of them with its story.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Coverage } from "./coverage";
import { KEPT } from "./kept";
import type { History } from "./moves";
import { play } from "./play";
import { compileWorker, playAll } from "./pool";
import { shrink } from "./shrink";
import { historyOf } from "./stories";
import { movesOf, timelineOf } from "./timeline";
import type { Report } from "./worker";

const { values: args } = parseArgs({
  options: {
    seed: { type: "string" },
    /** The n-th of those that were kept. */
    kept: { type: "string" },
    histories: { type: "string", default: "2000" },
    from: { type: "string", default: "1" },
    workers: { type: "string" },
    report: { type: "string" },
    /** Few histories meet not everything: what never occurred is told, and no failure. */
    sample: { type: "boolean", default: false },
  },
});
const SHOWN = 3;
const PROGRESS_MS = 5_000;
const now = performance.now.bind(performance);

/** One history with its story. */
async function replay(history: History): Promise<boolean> {
  console.log([...movesOf(history), ""].join("\n"));
  const { story, broken } = await play(history, true);
  console.log(timelineOf(story).join("\n"));
  for (const { rule, what } of broken) console.log(`✗ ${rule}: ${what}`);
  if (broken.length === 0) console.log("✓ every rule holds");
  return broken.length === 0;
}

/** The smallest history that fails as this one did, and its story. */
async function explain({ seed, broken }: Report): Promise<void> {
  console.log(`\n✗ seed ${seed}: npm run simulate -- --seed ${seed}`);
  for (const { rule, what } of broken) console.log(`  ${rule}: ${what}`);
  const least = await shrink(historyOf(seed), new Set(broken.map(({ rule }) => rule)));
  console.log("the least history that does it:");
  await replay(least);
  console.log(`as a line of kept.jsonl: ${JSON.stringify({ found: broken[0]?.what, history: least })}`);
}

async function simulate(): Promise<boolean> {
  const [histories, from] = [Number(args.histories), Number(args.from)];
  const coverage = new Coverage();
  const failed: Report[] = [];
  let [played, exchanges, busy] = [0, 0, 0];
  const started = now();
  const pace = () => {
    const seconds = (now() - started) / 1_000;
    return `${played} of ${histories} histories, ${failed.length} failed, ${seconds.toFixed(0)} s, ${(busy / Math.max(played, 1)).toFixed(0)} ms each on a core`;
  };
  const worker = await compileWorker("worker");
  const ticker = setInterval(() => console.log(pace()), PROGRESS_MS);
  await playAll({
    worker,
    workers: Number(args.workers ?? availableParallelism()),
    seeds: Array.from({ length: histories }, (_, n) => from + n),
    done(report) {
      played++;
      busy += report.ms;
      exchanges += report.exchanges;
      coverage.add(report.counts);
      const [first] = report.broken;
      if (first) console.log(`✗ seed ${report.seed}: ${first.rule}: ${first.what}`);
      if (first) failed.push(report);
      return true;
    },
  }).finally(() => clearInterval(ticker));
  console.log(`\n${pace()}; ${exchanges} exchanges\n${coverage.lines().join("\n")}`);
  const rules = new Map<string, number>();
  for (const { rule } of failed.flatMap(({ broken }) => broken)) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  for (const [rule, n] of rules) console.log(`✗ ${rule}: ${n}`);
  failed.sort((a, b) => a.seed - b.seed);
  for (const report of failed.slice(0, SHOWN)) await explain(report);
  const others = failed.slice(SHOWN).map(({ seed }) => seed);
  if (others.length > 0) console.log(`\nalso failed: ${others.join(" ")}`);
  const missing = coverage.missing();
  if (missing.length > 0)
    console.log(`${args.sample ? "in this sample" : "✗"} never occurred: ${missing.join(" · ")}`);
  const lacking = args.sample ? 0 : missing.length;
  if (args.report) {
    mkdirSync("test-results", { recursive: true });
    writeFileSync(
      args.report,
      JSON.stringify({ histories: played, failed: failed.length, missing: lacking }),
    );
  }
  return failed.length === 0 && lacking === 0;
}

const kept = args.kept === undefined ? undefined : KEPT[Number(args.kept) - 1];
const one = kept?.history ?? (args.seed === undefined ? undefined : historyOf(Number(args.seed)));
const well = one ? await replay(one) : await simulate();
process.exitCode = well ? 0 : 1;
