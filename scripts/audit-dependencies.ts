/**
 * Asks the registry for known weaknesses of what production runs on: `npm run audit-dependencies`. It needs the network, so it is
 * a command of its own. Fails for a weakness that is high or critical, and when there was no answer.
 */
import { spawnSync } from "node:child_process";

interface Answer {
  message?: string;
  error?: { summary?: string };
  vulnerabilities?: Record<
    string,
    {
      severity: string;
      range: string;
      fixAvailable: unknown;
      via: (string | { title: string; url: string })[];
    }
  >;
}

const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
  encoding: "utf8",
  maxBuffer: 64 * 1_024 * 1_024,
});
const answer = ((): Answer | null => {
  try {
    return JSON.parse(stdout) as Answer; // npm's own report
  } catch {
    return null;
  }
})();
if (!answer?.vulnerabilities) {
  console.error(
    `The registry did not say: ${answer?.error?.summary || answer?.message || "no answer that can be read"}. Nothing is known.`,
  );
  process.exit(1);
}
const grave = new Set(["high", "critical"]);
const found = Object.entries(answer.vulnerabilities);
for (const [name, { severity, range, fixAvailable, via }] of found) {
  console.log(
    `${severity}: ${name} ${range} (${fixAvailable ? "an update mends it" : "no update mends it yet"})`,
  );
  for (const why of via)
    console.log(typeof why === "string" ? `    through ${why}` : `    ${why.title} ${why.url}`);
}
const bad = found.filter(([, { severity }]) => grave.has(severity)).length;
console.log(`${found.length} packages with known weaknesses, ${bad} of them high or critical.`);
process.exitCode = bad === 0 ? 0 : 1;
