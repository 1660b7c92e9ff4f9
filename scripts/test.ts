/**
 * Every check, in order, with one line at the end that adds the tests up: `N passed, N failed`. A check (types, lint,
 * format, dead code, build) counts as one test, so that a failure there is a failure of the sum as well.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { ensureBrowser } from "./browser";

interface Tally {
  passed: number;
  failed: number;
}

const reports = "test-results";
mkdirSync(reports, { recursive: true });

function run(
  title: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<boolean> {
  const started = performance.now();
  console.log(`\n▸ ${title}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
    child.on("close", (code) => {
      console.log(
        `${code === 0 ? "✓" : "✗"} ${title} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
      );
      resolve(code === 0);
    });
  });
}

/** Sums a JSON report; a report that is missing or ran nothing is a failure, not an empty success. */
function read(path: string, sum: (report: unknown) => Tally, ok: boolean): Tally {
  if (!existsSync(path)) return { passed: 0, failed: 1 };
  const tally = sum(JSON.parse(readFileSync(path, "utf8")));
  if (tally.passed + tally.failed === 0 || (!ok && tally.failed === 0))
    return { ...tally, failed: tally.failed + 1 };
  return tally;
}

function numberAt(report: unknown, ...path: string[]): number {
  let value: unknown = report;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return 0;
    value = Reflect.get(value, key);
  }
  return typeof value === "number" ? value : 0;
}

const checks: [string, string, string[]][] = [
  ["types", "npx", ["tsc", "--noEmit"]],
  ["lint", "npx", ["eslint", ".", "--max-warnings", "0"]],
  ["format", "npx", ["prettier", "--check", "--log-level", "warn", "."]],
  ["dead code", "npx", ["knip"]],
  ["migrations match the schema", "npx", ["drizzle-kit", "check"]],
];

const total: Tally = { passed: 0, failed: 0 };
const count = (tally: Tally) => {
  total.passed += tally.passed;
  total.failed += tally.failed;
};

for (const [title, command, args] of checks) {
  count((await run(title, command, args)) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}
if (!process.argv.includes("--checks")) {
  rmSync(`${reports}/vitest.json`, { force: true });
  const unit = await run("unit and property tests", "npx", [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reports}/vitest.json`,
  ]);
  count(
    read(
      `${reports}/vitest.json`,
      (r) => ({ passed: numberAt(r, "numPassedTests"), failed: numberAt(r, "numFailedTests") }),
      unit,
    ),
  );
  const simulated = `${reports}/simulate.json`;
  rmSync(simulated, { force: true });
  const simulation = await run("2,000 simulated histories", "npx", [
    "tsx",
    "simulate/main.ts",
    "--histories",
    "2000",
    "--report",
    simulated,
  ]);
  // All of them are one test: each of what they found by itself is one among the unit tests.
  count(
    read(
      simulated,
      (r) =>
        numberAt(r, "failed") + numberAt(r, "thin") + numberAt(r, "missing") === 0
          ? { passed: 1, failed: 0 }
          : { passed: 0, failed: 1 },
      simulation,
    ),
  );
  const built = await run("build", "npm", ["run", "--silent", "build"]);
  count(built ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  const browser = built && (await ensureBrowser(run));
  const e2eReport = `${reports}-e2e.json`;
  rmSync(e2eReport, { force: true });
  const e2e =
    browser &&
    (await run("browser tests", "npx", ["playwright", "test", "--reporter=list,json"], {
      PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport,
    }));
  count(
    read(
      e2eReport,
      (r) => ({
        passed: numberAt(r, "stats", "expected"),
        // A test that passed only when it was repeated has not passed.
        failed:
          numberAt(r, "stats", "unexpected") +
          numberAt(r, "stats", "flaky") +
          numberAt(r, "stats", "skipped"),
      }),
      e2e,
    ),
  );
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
