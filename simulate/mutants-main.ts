/** Plays histories against deliberate faults of ours until each is caught: `npm run mutants`, `-- --only "no outbox"`. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { MUTANTS } from "./mutants";
import { compileWorker, playAll } from "./pool";

const { values: args } = parseArgs({
  options: {
    histories: { type: "string", default: "600" },
    from: { type: "string", default: "1" },
    workers: { type: "string" },
    only: { type: "string" },
  },
});
const limit = Number(args.histories);
const from = Number(args.from);
const rows: string[][] = [["fault", "caught by", "after"]];
let escaped = 0;
for (const [index, mutant] of MUTANTS.entries()) {
  if (args.only && mutant.name !== args.only) continue;
  const worker = await compileWorker(`mutant-${index}`, mutant.faults);
  let played = 0;
  let seed: number | undefined;
  await playAll({
    worker,
    workers: Number(args.workers ?? availableParallelism()),
    seeds: Array.from({ length: limit }, (_, n) => from + n),
    done(report) {
      if (seed !== undefined) return false;
      played++;
      if (report.broken.some(({ rule }) => rule === mutant.rule)) seed = report.seed;
      return seed === undefined;
    },
  });
  if (seed === undefined) escaped++;
  const row = [mutant.name, seed === undefined ? "NOT CAUGHT" : mutant.rule, `${played} histories`];
  rows.push(row);
  console.log(`${seed === undefined ? "✗" : `✓ seed ${seed}`} ${row.join(" · ")}: ${mutant.wrong}`);
}
const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
console.log(
  `\n${rows.map((row) => row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join("  ")).join("\n")}`,
);
process.exitCode = escaped === 0 ? 0 : 1;
