import type { RequestHandler } from "express";
import { refuse } from "./refusal";

/** How many files are written at once, by all together: each takes a good part of the one processor there is. */
const AT_ONCE = 2;
const AGAIN_S = 10;
const FILE = /\.csv(?:\.data)?\/*$/i;

/** Files to download are written one at a time for a session, and few at a time for all, so that the desk stays quick. */
export function exportTurns(
  sessionOf: (cookie: string | undefined) => Promise<string | undefined>,
): RequestHandler {
  const busy = new Set<string>();
  const handle: RequestHandler = (request, response, next) => {
    if (!FILE.test(decodeURIComponent(request.path))) return next();
    sessionOf(request.headers.cookie).then((session) => {
      if (response.destroyed) return;
      if (session === undefined) return next();
      if (busy.has(session) || busy.size >= AT_ONCE)
        return refuse(request, response, {
          status: 429,
          error: "one_at_a_time",
          words: busy.has(session)
            ? "A file of yours is still being written. Try again when it is there."
            : "Other files are being written. Try again in a few seconds.",
          headers: { "retry-after": String(AGAIN_S) },
        });
      busy.add(session);
      response.once("close", () => busy.delete(session));
      return next();
    }, next);
  };
  return handle;
}
