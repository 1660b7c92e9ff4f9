/**
 * Whole histories of the product on virtual time: `npm run simulate -- --histories 10000`, `-- --seed 17` or
 * `-- --kept 3` for one of them with its story.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Coverage } from "./coverage";
import { KEPT } from "./kept";
import type { History } from "./moves";
import { historyOf, MIN_REQUESTS, MIN_STOPS, MIN_TROUBLES } from "./stories";
import { play } from "./play";
import { compileWorker, playAll } from "./pool";
import { shrink } from "./shrink";
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
  const played = await play(history, true);
  console.log(timelineOf(played.story).join("\n"));
  for (const { rule, what } of played.broken) console.log(`✗ ${rule}: ${what}`);
  if (played.broken.length === 0) console.log("✓ every rule holds");
  return played.broken.length === 0;
}

/** The smallest history that fails as this one did, and its story. */
async function explain({ seed, broken }: Report): Promise<void> {
  console.log(`\n✗ seed ${seed}: npm run simulate -- --seed ${seed}`);
  for (const { rule, what } of broken) console.log(`  ${rule}: ${what}`);
  const least = await shrink(historyOf(seed), new Set(broken.map(({ rule }) => rule)));
  const played = await play(least, true);
  console.log(
    ["  the least history that does it:", ...movesOf(least), ...timelineOf(played.story)].join("\n  "),
  );
  for (const { rule, what } of played.broken) console.log(`  ✗ ${rule}: ${what}`);
  console.log(`  as data: ${JSON.stringify(least)}`);
}

/** A history that did not try what every history is to try. */
function tooLittle({ requests, counts }: Report): string | null {
  const sum = (kind: string) =>
    Object.entries(counts).reduce((n, [what, times]) => (what.startsWith(kind) ? n + times : n), 0);
  const [troubles, stops] = [sum("trouble "), sum("stop ")];
  return requests < MIN_REQUESTS || troubles < MIN_TROUBLES || stops < MIN_STOPS
    ? `${requests} requests, ${troubles} troubles, ${stops} stops`
    : null;
}

async function simulate(): Promise<boolean> {
  const histories = Number(args.histories);
  const from = Number(args.from);
  const workers = Number(args.workers ?? availableParallelism());
  const coverage = new Coverage();
  const failed: Report[] = [];
  const thin: Report[] = [];
  let played = 0;
  let exchanges = 0;
  let busy = 0;
  const started = now();
  const pace = () => {
    const seconds = (now() - started) / 1_000;
    return `${played} of ${histories} histories, ${failed.length} failed, ${seconds.toFixed(0)} s, ${(busy / Math.max(played, 1)).toFixed(0)} ms each on a core`;
  };
  const worker = await compileWorker("worker");
  const ticker = setInterval(() => console.log(pace()), PROGRESS_MS);
  try {
    await playAll({
      worker,
      workers,
      seeds: Array.from({ length: histories }, (_, n) => from + n),
      done(report) {
        played++;
        busy += report.ms;
        exchanges += report.exchanges;
        coverage.add(report.counts);
        if (report.broken.length > 0) {
          failed.push(report);
          const [first] = report.broken;
          console.log(`✗ seed ${report.seed}: ${first?.rule}: ${first?.what}`);
        }
        if (report.broken.length === 0 && tooLittle(report)) thin.push(report);
        return true;
      },
    });
  } finally {
    clearInterval(ticker);
  }
  console.log(`\n${pace()}; ${exchanges} exchanges`);
  console.log(coverage.lines().join("\n"));
  const rules = new Map<string, number>();
  for (const { rule } of failed.flatMap(({ broken }) => broken)) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  if (rules.size > 0) console.log([...rules].map(([rule, n]) => `✗ ${rule}: ${n}`).join("\n"));
  failed.sort((a, b) => a.seed - b.seed);
  for (const report of failed.slice(0, SHOWN)) await explain(report);
  if (failed.length > SHOWN)
    console.log(
      `\nalso failed: ${failed
        .slice(SHOWN)
        .map(({ seed }) => seed)
        .join(" ")}`,
    );
  for (const report of thin.slice(0, SHOWN))
    console.log(`✗ seed ${report.seed} tried too little: ${tooLittle(report)}`);
  const missing = coverage.missing();
  if (missing.length > 0)
    console.log(`${args.sample ? "in this sample" : "✗"} never occurred: ${missing.join(" · ")}`);
  if (args.report) {
    mkdirSync("test-results", { recursive: true });
    const counts = {
      histories: played,
      failed: failed.length,
      thin: thin.length,
      missing: args.sample ? 0 : missing.length,
    };
    writeFileSync(args.report, JSON.stringify(counts));
  }
  if (thin.length > 0)
    console.log(`✗ ${thin.length} of ${played} histories tried less than every history is to try`);
  return failed.length === 0 && thin.length === 0 && (args.sample || missing.length === 0);
}

const kept = args.kept === undefined ? undefined : KEPT[Number(args.kept) - 1];
const one = kept?.history ?? (args.seed === undefined ? undefined : historyOf(Number(args.seed)));
const well = one ? await replay(one) : await simulate();
process.exitCode = well ? 0 : 1;
