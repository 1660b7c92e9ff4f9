import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const SCRIPT = join(import.meta.dirname, "dev-inngest.mjs");
const run = (env: Record<string, string>) =>
  spawnSync(process.execPath, [SCRIPT], {
    encoding: "utf8",
    timeout: 20_000,
    // Nothing on the PATH but node itself.
    env: { NODE_ENV: "test", PATH: "", ...env },
  });

describe("npm run dev:inngest", () => {
  test("says what to do, at once, where the official program can be had from nowhere", () => {
    const began = performance.now();
    const { status, stderr } = run({ INNGEST_CLI_DOWNLOADS: "http://127.0.0.1:9" });
    expect(status).toBe(1);
    expect(stderr).toContain("is not installed, and http://127.0.0.1:9 cannot be reached from here");
    expect(stderr).toContain("npm run dev");
    expect(stderr).toContain("INNGEST_CLI=/path/to/inngest");
    expect(performance.now() - began).toBeLessThan(10_000);
  });
  test("says so when the program it was given does not run", () => {
    const { status, stderr } = run({ INNGEST_CLI: "/nowhere/inngest" });
    expect(status).toBe(1);
    expect(stderr).toContain("INNGEST_CLI=/nowhere/inngest does not run");
  });
});
