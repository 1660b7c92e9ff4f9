import type { RequestHandler } from "express";
import getRawBody from "raw-body";
import { hasBody, refuse, type Refusal } from "./refusal";

interface Taken {
  /** As people are told: "A form". */
  what: string;
  /** Bytes. */
  limit: number;
  /** Shared by those whose bodies together must not fill the memory. */
  room?: Room;
}

/** How many bytes may be on their way in at once, in all. */
export interface Room {
  bytes: number;
}

const KIB = 1_024;
export const tooLarge = ({ what, limit }: Taken): Refusal => ({
  status: 413,
  error: "too_large",
  words: `${what} is at most ${limit / KIB} KiB here. Nothing was done.`,
});
const packed: Refusal = {
  status: 415,
  error: "packed",
  words: "The body is packed in a way that is not taken here. Nothing was done.",
};
const brokenOff: Refusal = {
  status: 400,
  error: "broken_off",
  words: "The body is not as long as was said. Nothing was done.",
};
const full: Refusal = {
  status: 503,
  error: "busy",
  words: "Too much is arriving at once. Nothing was done: send it again.",
  headers: { "retry-after": "5" },
};

/**
 * Reads a body whole, as a Buffer on `request.body`. One that says it is too large is not read at all; one that turns out to
 * be is cut off there. (Express's own parsers first read to its end what they are about to refuse.)
 */
export function readBody(taken: Taken): RequestHandler {
  const { limit, room } = taken;
  return (request, response, next) => {
    const said = request.headers["content-length"];
    if (!hasBody(request)) {
      request.body = Buffer.alloc(0);
      return next();
    }
    if ((request.headers["content-encoding"] ?? "identity") !== "identity")
      return refuse(request, response, packed);
    if (said !== undefined && Number(said) > limit) return refuse(request, response, tooLarge(taken));
    let mine = 0;
    if (room) {
      request.on("data", (chunk: Buffer) => {
        mine += chunk.length;
        room.bytes -= chunk.length;
        if (room.bytes >= 0 || response.headersSent) return;
        refuse(request, response, full);
      });
      response.once("close", () => (room.bytes += mine));
    }
    getRawBody(request, { limit, length: said }).then(
      (body) => {
        if (response.headersSent) return;
        request.body = body;
        next();
      },
      (error: { type?: string }) => {
        if (response.headersSent || error.type === "request.aborted") return response.destroy();
        return refuse(request, response, error.type === "entity.too.large" ? tooLarge(taken) : brokenOff);
      },
    );
    return undefined;
  };
}
