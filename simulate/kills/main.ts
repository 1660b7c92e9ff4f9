/**
 * Real kills of real processes: `npm run kills -- --rounds 5 --seed 1`. The built app, the sandbox engine and the sandbox Purple
 * Flea are killed with SIGKILL at random moments while people ask for things, and everything is held against Purple Flea's books.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { planOf } from "./plan";
import { playRound, type Round } from "./round";
import { machineNames } from "../../sandbox/trio";
import { requireBuild } from "../../scripts/build-sources";

const { values: args } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seed: { type: "string" },
    report: { type: "string" },
  },
});
const rounds = Number(args.rounds);
const first = args.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(args.seed);

requireBuild(process.cwd());
// So that the processes are ended as well.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

const tally = (kills: Round["kills"]): string =>
  machineNames.map((name) => `${name} ${kills[name]}`).join(", ");

function account(seed: number, { broken, folder, story }: Round): void {
  console.log(
    `\n✗ seed ${seed}: npm run kills -- --rounds 1 --seed ${seed} (the same plan; the machine's pace is its own)`,
  );
  console.log(story.map((line) => `  ${line}`).join("\n"));
  for (const { rule, what } of broken) console.log(`  ✗ ${rule}: ${what}`);
  console.log(`  files and what each process said: ${folder}\n`);
}

const killed: Round["kills"] = { app: 0, engine: 0, "purple-flea": 0 };
let failed = 0;
let underWay = 0;
let unknown = 0;
const started = performance.now();
for (let seed = first; seed < first + rounds; seed++) {
  const plan = planOf(seed);
  console.log(
    `\nseed ${seed}, Purple Flea ${plan.honoursKeys ? "honours" : "takes no notice of"} Idempotency-Key`,
  );
  const round = await playRound(plan, console.log);
  for (const name of machineNames) killed[name] += round.kills[name];
  underWay += round.underWay;
  unknown += round.unknown;
  const well = round.broken.length === 0;
  console.log(
    `${well ? "✓" : "✗"} seed ${seed}: ${round.requests} requests; killed ${tally(round.kills)}, ${round.underWay} with money under way; ${round.unknown} outcomes were unknown; ${round.seconds.toFixed(0)} s`,
  );
  const ends = Object.entries(round.ends).sort((a, b) => b[1] - a[1]);
  console.log(`  ${ends.map(([what, n]) => `${what.replace("end ", "")} ${n}`).join(" · ")}`);
  if (well) continue;
  failed++;
  account(seed, round);
}
console.log(
  `\n${rounds - failed} of ${rounds} rounds hold; killed ${tally(killed)}; ${underWay} kills with money under way, ${unknown} outcomes unknown; ${((performance.now() - started) / 1_000).toFixed(0)} s`,
);
const spared = machineNames.filter((name) => killed[name] === 0);
if (spared.length > 0) console.log(`✗ never killed: ${spared.join(", ")}`);
if (args.report) {
  mkdirSync("test-results", { recursive: true });
  writeFileSync(args.report, JSON.stringify({ passed: rounds - failed, failed: failed + spared.length }));
}
process.exitCode = failed === 0 && spared.length === 0 ? 0 : 1;
