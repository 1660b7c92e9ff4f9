import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { Replacement } from "./mutants";
import type { Report } from "./worker";

/** Puts deliberate faults into our own source text while it is compiled; a text must be there exactly once. */
const faultsIn = (root: string, faults: readonly Replacement[]): Plugin => ({
  name: "deliberate faults",
  setup({ onLoad, onEnd }) {
    const used = new Set<Replacement>();
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const mine = faults.filter(({ file }) => join(root, file) === path);
      if (mine.length === 0) return null;
      let contents = readFileSync(path, "utf8");
      for (const fault of mine) {
        if (contents.split(fault.find).length !== 2)
          throw new Error(`${fault.file} does not have this text once: ${fault.find}`);
        contents = contents.replace(fault.find, () => fault.replace);
        used.add(fault);
      }
      return { contents, loader: "ts" };
    });
    onEnd(() => {
      for (const fault of faults)
        if (!used.has(fault)) throw new Error(`${fault.file} is not part of what the simulator runs`);
    });
  },
});

/**
 * Compiles the worker into one file: it starts in a fraction of the time that a loader takes.
 * @param faults what is wrong in it on purpose
 * @returns its path
 */
export async function compileWorker(name: string, faults: readonly Replacement[] = []): Promise<string> {
  const root = process.cwd();
  const outfile = join(root, "build/simulate", `${name}.mjs`);
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
    plugins: [faultsIn(root, faults)],
  });
  return outfile;
}

interface Work {
  /** The file to run, from `compileWorker`. */
  worker: string;
  workers: number;
  seeds: Iterable<number>;
  /** Hears of each history; answers whether to go on. */
  done: (report: Report) => boolean;
}

/** Plays the histories of many seeds, one process a core. Resolves when all are played or `done` has had enough. */
export async function playAll({ worker, workers, seeds, done }: Work): Promise<void> {
  const queue = seeds[Symbol.iterator]();
  let enough = false;
  const children = new Set<ChildProcess>();

  const one = () =>
    new Promise<void>((resolve, reject) => {
      // The SDK copies the whole environment at every call: an empty one is quickly copied.
      const child = fork(worker, [], {
        env: { NODE_ENV: "production" },
        // Short-lived objects are most of what a history makes.
        execArgv: ["--max-semi-space-size=64"],
      });
      children.add(child);
      let seed: number | undefined;
      const next = () => {
        const following = enough ? { done: true as const } : queue.next();
        if (following.done) return void child.disconnect();
        seed = following.value;
        child.send(seed);
      };
      child.on("message", (message: Report | "ready") => {
        if (message !== "ready" && !done(message)) enough = true;
        next();
      });
      child.on("exit", (code) => {
        children.delete(child);
        if (code === 0) resolve();
        else reject(new Error(`a worker ended with ${code} while it played seed ${seed}`));
      });
    });
  try {
    await Promise.all(Array.from({ length: workers }, one));
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}
