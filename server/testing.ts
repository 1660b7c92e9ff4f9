import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = process.cwd();
const TSX = pathToFileURL(createRequire(join(ROOT, "package.json")).resolve("tsx")).href;

/** Runs one of our programs from source as a process of its own, until it ends. `env` is all it gets, but for the PATH. */
export function runProgram(
  program: string,
  cwd: string,
  env: Record<string, string>,
  args: string[],
  input = "",
) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", TSX, join(ROOT, program), ...args],
    {
      cwd,
      input,
      encoding: "utf8",
      timeout: 30_000,
      env: { PATH: process.env.PATH, NODE_ENV: "production", PORT: "0", ...env },
    },
  );
  return { status, said: stdout, complained: stderr };
}
