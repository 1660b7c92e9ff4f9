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

/** Where bodies are from their first byte until they are answered for. */
export interface Room {
  /** Takes one more in. */
  enter(giveWay: () => void): Place;
}
interface Place {
  /** So many bytes more have come. */
  grow(bytes: number): void;
  /** It is whole: it is no longer asked to give way. */
  arrived(): void;
  leave(): void;
}

/**
 * Room for so many bytes in all and so many senders at once. Where it is full, one that is still arriving gives way: the one
 * with the most bytes, or the one that has been sending longest. What is small and sent at once comes through a flood so.
 */
export function createRoom({ bytes, senders }: { bytes: number; senders: number }): Room {
  /** Those still arriving, the oldest first. */
  const arriving = new Map<Place, { bytes: number; giveWay: () => void }>();
  let left = bytes;
  const turnAway = (place: Place | undefined) => {
    const found = place && arriving.get(place);
    if (!found) return;
    place.leave();
    found.giveWay();
  };
  return {
    enter(giveWay) {
      const mine = { bytes: 0, giveWay };
      let here = true;
      const place: Place = {
        grow(more) {
          if (!here) return;
          mine.bytes += more;
          left -= more;
          while (left < 0 && arriving.size > 0)
            turnAway([...arriving].reduce((most, one) => (one[1].bytes > most[1].bytes ? one : most))[0]);
        },
        arrived: () => void arriving.delete(place),
        leave() {
          if (!here) return;
          here = false;
          left += mine.bytes;
          arriving.delete(place);
        },
      };
      if (arriving.size >= senders) turnAway(arriving.keys().next().value);
      arriving.set(place, mine);
      return place;
    },
  };
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
    const place = room?.enter(() => refuse(request, response, full));
    if (place) {
      request.on("data", (chunk: Buffer) => place.grow(chunk.length));
      response.once("close", () => place.leave());
    }
    getRawBody(request, { limit, length: said }).then(
      (body) => {
        if (response.headersSent) return;
        place?.arrived();
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
