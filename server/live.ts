import type { RequestHandler } from "express";
import type { Reader } from "../db/connection";
import { dataVersion } from "../db/read/unchanged";

const POLL_MS = 500;
const LIFE_MS = 10 * 60_000;
const HEARTBEAT_MS = 20_000;

/**
 * Tells open pages that the database changed: one poller for all of them, a nudge without content. A page says which version
 * it shows (`seen`; a browser that connects again, `Last-Event-ID`): what was written before it was listening is told at once.
 */
export function liveNudge(
  read: Reader,
  allowed: (cookie: string | undefined) => Promise<boolean>,
): { handler: RequestHandler; stop(): void } {
  const listeners = new Set<() => void>();
  let seen = dataVersion(read);
  const poller = setInterval(() => {
    if (listeners.size === 0) return;
    const now = dataVersion(read);
    if (now === seen) return;
    seen = now;
    for (const listener of listeners) listener();
  }, POLL_MS);
  const ends = new Set<() => void>();
  return {
    handler: (request, response, next) => {
      allowed(request.headers.cookie).then((ok) => {
        if (!ok) return void response.status(401).end();
        response.writeHead(200, {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
          "x-accel-buffering": "no",
        });
        response.write("retry: 3000\n\n");
        const nudge = () => response.write(`id: ${dataVersion(read)}\ndata: changed\n\n`);
        const heartbeat = setInterval(() => response.write(": still here\n\n"), HEARTBEAT_MS);
        const end = () => response.end();
        const life = setTimeout(end, LIFE_MS);
        listeners.add(nudge);
        const shown = request.headers["last-event-id"] ?? request.query.seen;
        if (shown !== dataVersion(read)) nudge();
        ends.add(end);
        response.on("close", () => {
          listeners.delete(nudge);
          ends.delete(end);
          clearInterval(heartbeat);
          clearTimeout(life);
        });
        return undefined;
      }, next);
    },
    stop() {
      clearInterval(poller);
      for (const end of ends) end();
    },
  };
}
