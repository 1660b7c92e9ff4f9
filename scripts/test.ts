/**
 * Every check, with one line at the end that adds the tests up: `N passed, N failed`. A check (types, lint, format, dead code,
 * build) counts as one test, so that a failure there is a failure of the sum as well.
 *
 * `npm test` takes samples where a whole figure takes long; `--long` (`npm run test:long`) takes the whole figures and nothing
 * else; `--checks` the static checks alone; `--sum` adds up what the last `npm test` and the last `npm run test:long` said.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { ensureBrowser } from "./browser";

interface Tally {
  passed: number;
  failed: number;
}

const reports = "test-results";
mkdirSync(reports, { recursive: true });

/** Runs a command and says how it went. `apart`: what it says comes in one piece when it is over, since others run beside it. */
function run(
  title: string,
  command: string,
  args: string[],
  env: Record<string, string> = {},
  apart = false,
): Promise<boolean> {
  const started = performance.now();
  if (!apart) console.log(`\n▸ ${title}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: apart ? ["ignore", "pipe", "pipe"] : "inherit",
      env: { ...process.env, ...env },
    });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => said.push(chunk));
    child.on("close", (code) => {
      if (apart) console.log(`\n▸ ${title}\n${Buffer.concat(said).toString().trimEnd()}`.trimEnd());
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

/** By content, since a checkout or a rebase changes every file's time. What it keeps is in `.cache`, which may be deleted. */
const cachedIn = (place: string) => [
  "--cache",
  "--cache-strategy",
  "content",
  "--cache-location",
  `.cache/${place}`,
];
/** Those that take longest come first. */
const checks: [string, string, string[]][] = [
  ["lint", "npx", ["eslint", ".", "--max-warnings", "0", ...cachedIn("eslint")]],
  ["types", "npx", ["tsc", "--noEmit", "--incremental", "--tsBuildInfoFile", ".cache/types.tsbuildinfo"]],
  ["format", "npx", ["prettier", "--check", "--log-level", "warn", ".", ...cachedIn("prettier")]],
  ["dead code", "npx", ["knip", "--cache", "--cache-location", ".cache/knip"]],
  // With imports of types: a file is read and moved with all that it names.
  ["no circle of files", "npm", ["run", "--silent", "circles"]],
  ["licences", "npx", ["tsx", "scripts/licences.ts"]],
  ["migrations match the schema", "npx", ["drizzle-kit", "check"]],
];

const asked = process.argv.find((arg) => arg.startsWith("--"))?.slice(2) ?? "short";
const total: Tally = { passed: 0, failed: 0 };
const count = (tally: Tally) => {
  total.passed += tally.passed;
  total.failed += tally.failed;
};
const asTest = (ok: boolean): Tally => (ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

/** Two at a time: the two that take longest each use one processor. */
async function staticChecks(): Promise<void> {
  const left = [...checks];
  const one = async (): Promise<void> => {
    for (let check = left.shift(); check; check = left.shift())
      count(asTest(await run(check[0], check[1], check[2], {}, true)));
  };
  await Promise.all([one(), one()]);
}

/** All of them are one test: each of what they found by itself is one among the unit tests. */
async function histories(many: number, ...more: string[]): Promise<void> {
  const report = `${reports}/simulate.json`;
  rmSync(report, { force: true });
  const args = ["tsx", "simulate/main.ts", "--histories", String(many), "--report", report, ...more];
  const played = await run(`${many.toLocaleString("en")} simulated histories`, "npx", args);
  const wrong = (r: unknown) => numberAt(r, "failed") + numberAt(r, "missing");
  count(read(report, (r) => asTest(wrong(r) === 0), played));
}

async function unitTests(): Promise<void> {
  const report = `${reports}/vitest.json`;
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const ok = await run("unit and property tests", "npx", ["vitest", "run", ...reporters]);
  count(
    read(
      report,
      (r) => ({ passed: numberAt(r, "numPassedTests"), failed: numberAt(r, "numFailedTests") }),
      ok,
    ),
  );
}

/** The built app in a real browser. `env` says how thorough; `only` which files, all where there are none. */
async function browserTests(title: string, env: Record<string, string>, ...only: string[]): Promise<void> {
  const built = await run("build", "npm", ["run", "--silent", "build"]);
  count(asTest(built));
  const report = `${reports}-e2e.json`;
  rmSync(report, { force: true });
  const ok =
    built &&
    (await ensureBrowser(run)) &&
    (await run(title, "npx", ["playwright", "test", "--reporter=list,json", ...only], {
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      ...env,
    }));
  count(
    read(
      report,
      (r) => ({
        passed: numberAt(r, "stats", "expected"),
        // A test that passed only when it was repeated has not passed.
        failed:
          numberAt(r, "stats", "unexpected") +
          numberAt(r, "stats", "flaky") +
          numberAt(r, "stats", "skipped"),
      }),
      ok,
    ),
  );
}

const sumOf = (kind: string) => `${reports}-${kind}.json`;

/** What a run said at its end; one that is missing has failed. */
function sumUp(kind: string): Tally {
  if (!existsSync(sumOf(kind))) return { passed: 0, failed: 1 };
  const said: unknown = JSON.parse(readFileSync(sumOf(kind), "utf8"));
  return { passed: numberAt(said, "passed"), failed: numberAt(said, "failed") };
}

switch (asked) {
  case "checks":
    await staticChecks();
    break;
  case "long":
    rmSync(sumOf(asked), { force: true });
    await histories(3_000);
    await browserTests(
      "floods and 1,000 requests an endpoint",
      { LONG: "1", MALFORMED_RUNS: "1000" },
      "e2e/long",
      "e2e/malformed.spec.ts",
    );
    await browserTests("many pages in both themes at both widths", { LONG: "1" }, "--grep", "axe violation");
    count(asTest(await run("what the image holds", "npx", ["tsx", "scripts/image-content.ts"])));
    break;
  case "sum":
    for (const kind of ["short", "long"]) count(sumUp(kind));
    break;
  case "short":
    rmSync(sumOf(asked), { force: true });
    await staticChecks();
    await unitTests();
    await histories(300, "--sample");
    await browserTests("browser tests", {});
    break;
  default:
    throw new Error(`there is no --${asked}: --checks, --long or --sum`);
}
if (asked === "short" || asked === "long") writeFileSync(sumOf(asked), JSON.stringify(total));
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
