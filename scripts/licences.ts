/**
 * Lists the licences of what production runs on, and fails for one that is not among the allowed: `npm run licences`. What
 * production runs on is what the lockfile says; the licence is what the installed package says.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { licenceFault } from "./licence-rule";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  packages: Record<string, { dev?: boolean; optional?: boolean; version?: string; link?: boolean }>;
};
const found = new Map<string, string[]>();
const faults: string[] = [];
for (const [path, { dev, optional, version, link }] of Object.entries(lock.packages)) {
  // What a link leads to is listed by itself.
  if (path === "" || dev || link) continue;
  const name = `${path.replace(/^.*node_modules\//, "")}@${version ?? "?"}`;
  const manifest = join(path, "package.json");
  if (!existsSync(manifest)) {
    // Made for another machine than this.
    if (!optional) faults.push(`${name} is not installed: npm ci`);
    continue;
  }
  const { license, licenses } = JSON.parse(readFileSync(manifest, "utf8")) as {
    license?: unknown;
    licenses?: unknown;
  };
  const licence = typeof license === "string" ? license : JSON.stringify(license ?? licenses ?? "none");
  found.set(licence, [...(found.get(licence) ?? []), name]);
  const fault = licenceFault(licence);
  if (fault) faults.push(`${name}: ${fault}`);
}
for (const [licence, names] of [...found].sort(([, a], [, b]) => b.length - a.length))
  console.log(
    `${String(names.length).padStart(4)}  ${licence}${names.length > 5 ? "" : `  ${names.join(", ")}`}`,
  );
for (const fault of faults) console.error(`✗ ${fault}`);
if (found.size === 0) console.error("✗ no package was found: npm ci");
process.exitCode = faults.length === 0 && found.size > 0 ? 0 : 1;
