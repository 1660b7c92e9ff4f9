import { mkdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { COSTS } from "./costs";

/** One place in one file that is made another: a deliberate fault of ours, or a cost that a history need not pay. */
export interface Patch {
  file: string;
  find: string;
  replace: string;
}

/**
 * Bundles the worker: it starts in a fraction of the time and runs without a loader's additions to every closure. A patch must
 * match exactly once, so that one the code has outgrown fails loudly.
 * @returns the bundle's path
 */
export async function bundleWorker(name: string, faults: readonly Patch[] = []): Promise<string> {
  const patches = [...faults, ...COSTS];
  const root = process.cwd();
  const outfile = join(root, "build/simulate", `${name}.mjs`);
  mkdirSync(join(root, "build/simulate"), { recursive: true });
  const used = new Set<Patch>();
  const patch: Plugin = {
    name: "patch",
    setup({ onLoad }) {
      onLoad({ filter: /\.[jt]s$/ }, ({ path }) => {
        const mine = patches.filter(({ file }) => relative(root, path) === file);
        if (mine.length === 0) return null;
        let contents = readFileSync(path, "utf8");
        for (const one of mine) {
          const times = contents.split(one.find).length - 1;
          if (times !== 1)
            throw new Error(`${one.file}: the text to change is there ${times} times: ${one.find}`);
          contents = contents.replace(one.find, () => one.replace);
          used.add(one);
        }
        return { contents, loader: path.endsWith(".ts") ? "ts" : "js" };
      });
    },
  };
  await build({
    entryPoints: [join(root, "simulate/worker.ts")],
    outfile,
    bundle: true,
    external: ["better-sqlite3"],
    // Some packages ask for modules of Node's as the older module system does.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
    plugins: [patch],
  });
  for (const one of patches)
    if (!used.has(one)) throw new Error(`${one.file} is not part of what the simulator runs`);
  return outfile;
}
