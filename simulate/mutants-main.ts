/** Plays histories against deliberate faults of ours until each is caught: `npm run mutants`, `-- --only "no outbox"`. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { MUTANTS, placesOf } from "./mutants";
import { compileWorker, playAll } from "./pool";

const { values: args } = parseArgs({
  options: {
    histories: { type: "string", default: "600" },
    from: { type: "string", default: "1" },
    workers: { type: "string" },
    only: { type: "string" },
  },
});
const seeds = Array.from({ length: Number(args.histories) }, (_, n) => Number(args.from) + n);
const workers = Number(args.workers ?? availableParallelism());
let escaped = 0;
for (const [index, mutant] of MUTANTS.entries()) {
  const { name, rule, wrong } = mutant;
  if (args.only && name !== args.only) continue;
  const worker = await compileWorker(`mutant-${index}`, placesOf(mutant));
  let played = 0;
  let seed: number | undefined;
  await playAll({
    worker,
    workers,
    seeds,
    done(report) {
      if (seed !== undefined) return false;
      played++;
      if (report.broken.some((broken) => broken.rule === rule)) seed = report.seed;
      return seed === undefined;
    },
  });
  if (seed === undefined) escaped++;
  const caught = seed === undefined ? "✗ NOT CAUGHT in" : `✓ seed ${seed} · ${rule} · after`;
  console.log(`${caught} ${played} histories · ${name}: ${wrong}`);
}
process.exitCode = escaped === 0 ? 0 : 1;
