import type { Server } from "node:http";
import closeWithGrace from "close-with-grace";
import type { Logger } from "pino";

/** How long what is being answered may take to finish, and then the sender and the sandbox to stop. ms. */
const DRAIN_MS = 5_000;
const PART_MS = 2_000;
/** Then the process ends as it is: everything it was about is on disk. */
const ALL_MS = 9_500;

interface StopOptions {
  server: Server;
  log: Logger;
  /** First: what would go on for ever, told to end. */
  end: () => void;
  /** Then: what has something in hand. One that does not finish is left behind. */
  parts: (() => Promise<void>)[];
  /** Last: the files. */
  close: () => void;
}

/** Counts what is being answered, from now on. */
export function countRequests(server: Server): { settled(): Promise<void> } {
  let open = 0;
  let settle: (() => void) | undefined;
  server.on("request", (_request, response) => {
    open++;
    response.once("close", () => {
      open--;
      if (open === 0) settle?.();
    });
  });
  return { settled: () => new Promise((resolve) => (open === 0 ? resolve() : (settle = resolve))) };
}

/** Stops in order on SIGTERM or SIGINT, within ten seconds, and exits 0. A second signal ends the process at once. */
export function stopOnSignal({ server, log, end, parts, close }: StopOptions): void {
  const requests = countRequests(server);
  const within = (ms: number, work: Promise<void>): Promise<void> => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
    return Promise.race([work, late]);
  };
  closeWithGrace(
    {
      delay: ALL_MS,
      logger: { error: (said: unknown) => log.error({ err: said }, "while stopping") },
      // A bug ends the process at once, as before: nothing it would still write can be trusted.
      skip: ["uncaughtException", "unhandledRejection", "beforeExit"],
    },
    async () => {
      server.close();
      end();
      await within(DRAIN_MS, requests.settled());
      server.closeAllConnections();
      await Promise.all(parts.map((stop) => within(PART_MS, stop())));
      close();
    },
  );
}
