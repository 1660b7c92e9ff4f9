import { fork, type ChildProcess } from "node:child_process";
import type { Report } from "./worker";

interface Work {
  /** The bundle to run, from `bundleWorker`. */
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
