import PQueue from "p-queue";

/** Passwords checked at once: each takes a processor for some 30 ms and 19 MiB. */
const AT_ONCE = 2;
/** How many may wait, and how many places behind them are kept for devices that are known. */
const WAITING = 8;
const KEPT = 8;

/**
 * Checks passwords a few at a time, so that pages stay quick whoever knocks. Who comes when the queue is full is told so at
 * once; a known device goes first, and has places that nobody else takes.
 */
export function createHashQueue(): { run<T>(known: boolean, check: () => Promise<T>): Promise<T> | null } {
  const queue = new PQueue({ concurrency: AT_ONCE });
  return {
    run: (known, check) =>
      queue.size >= WAITING + (known ? KEPT : 0) ? null : queue.add(check, { priority: known ? 1 : 0 }),
  };
}
