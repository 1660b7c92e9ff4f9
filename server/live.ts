import { createHash } from "node:crypto";
import type { RequestHandler, Response } from "express";
import type { Reader } from "../db/connection";
import { dataVersion } from "../db/read/unchanged";
import { refuse } from "./refusal";

const POLL_MS = 500;
const LIFE_MS = 10 * 60_000;
const HEARTBEAT_MS = 20_000;
/** A tab that is not looked at closes its stream: more than six are hardly ever looked at. */
const STREAMS_PER_SESSION = 6;
/** When one that had to make room asks again. ms. */
const LATER_MS = 30_000;

/** The session a stream belongs to: it is asked again each time whether it goes on. */
export interface LiveSession {
  token: string;
  goesOn(): boolean;
}
interface Stream {
  nudge(): void;
  beat(): void;
  /** Says the last word. Once said, nothing is. */
  end(last?: string): void;
  ended(): boolean;
}

/**
 * Tells open pages that the database changed: one poller for all of them, a nudge without content. A page says which version
 * it shows (`seen`; a browser that connects again, `Last-Event-ID`): what was written before it was listening is told at once.
 * A stream ends with its session; of one session the oldest makes room.
 */
export function liveNudge(
  read: Reader,
  sessionOf: (cookie: string | undefined) => Promise<LiveSession | null>,
  { heartbeatMs = HEARTBEAT_MS }: { heartbeatMs?: number } = {},
): { handler: RequestHandler; stop(): void } {
  /** By session, the oldest first. */
  const streams = new Map<string, Set<Stream>>();
  let seen = dataVersion(read);
  const all = () => [...streams.values()].flatMap((those) => [...those]);
  const poller = setInterval(() => {
    if (streams.size === 0) return;
    const now = dataVersion(read);
    if (now === seen) return;
    seen = now;
    for (const stream of all()) stream.nudge();
  }, POLL_MS);
  const heartbeat = setInterval(() => {
    for (const stream of all()) stream.beat();
  }, heartbeatMs);

  function open(response: Response, session: LiveSession): Stream {
    const key = createHash("sha256").update(session.token).digest("base64");
    const those = streams.get(key) ?? new Set();
    const open = [...those].filter((one) => !one.ended());
    if (open.length >= STREAMS_PER_SESSION) open[0]?.end(`retry: ${LATER_MS}\n\n`);
    streams.set(key, those);
    const stream = streamTo(response, session, () => dataVersion(read));
    those.add(stream);
    const life = setTimeout(() => stream.end(), LIFE_MS);
    response.once("close", () => {
      clearTimeout(life);
      those.delete(stream);
      if (those.size === 0 && streams.get(key) === those) streams.delete(key);
    });
    return stream;
  }

  return {
    handler: (request, response, next) => {
      sessionOf(request.headers.cookie).then((session) => {
        if (response.destroyed) return;
        if (!session)
          return refuse(request, response, {
            status: 401,
            error: "no_session",
            words: "You are not signed in.",
          });
        const stream = open(response, session);
        const shown = request.headers["last-event-id"] ?? request.query.seen;
        if (shown !== dataVersion(read)) stream.nudge();
      }, next);
    },
    stop() {
      clearInterval(poller);
      clearInterval(heartbeat);
      for (const stream of all()) stream.end();
    },
  };
}

/** Writes only to who reads: what a slow reader missed is one nudge later, and one who reads nothing for long is let go. */
function streamTo(response: Response, session: LiveSession, version: () => string): Stream {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  response.write("retry: 3000\n\n");
  let missed = false;
  const ended = () => response.writableEnded;
  const end = (last?: string) => void (ended() || response.end(last));
  const nudge = () => {
    if (ended()) return;
    if (!session.goesOn()) return end();
    missed = response.writableNeedDrain;
    if (!missed) response.write(`id: ${version()}\ndata: changed\n\n`);
  };
  response.on("drain", () => missed && nudge());
  let stuck = false;
  return {
    nudge,
    end,
    ended,
    beat() {
      // It had a whole beat to read the last word.
      if (ended()) return void response.destroy();
      if (!session.goesOn()) return end();
      if (!response.writableNeedDrain) {
        stuck = false;
        return void response.write(": still here\n\n");
      }
      if (stuck) return void response.destroy();
      stuck = true;
    },
  };
}
