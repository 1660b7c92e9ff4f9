import type { Request, RequestHandler } from "express";
import { hasBody, refuse, type Refusal } from "./refusal";

/** What some address here takes. Each takes fewer. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT"]);

/** The answer to a method that an address does not take. */
export const wrongMethod = (allow: string): Refusal => ({
  status: 405,
  error: "method_not_allowed",
  words: `This address takes ${allow} only. Nothing was done.`,
  headers: { allow },
});

const malformed = (words: string): Refusal => ({ status: 400, error: "malformed", words });

function fault(request: Request): Refusal | null {
  if (!METHODS.has(request.method)) return wrongMethod("GET, HEAD, POST");
  if (!request.url.startsWith("/")) return malformed("The address of a request begins with a slash.");
  try {
    decodeURIComponent(request.path);
  } catch {
    return malformed(
      "This address cannot be read: a percent sign in it is not followed by what it stands for.",
    );
  }
  // Remix 2 still answers it, in a form that no page here reads.
  if (request.query._data !== undefined) return malformed("No address here takes _data.");
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (hosts.length !== 1 || bareHost(request.headers.host) === null)
    return malformed("A request names the host it is for, once, in its Host header.");
  if (request.headers.expect !== undefined && !/^100-continue$/i.test(request.headers.expect))
    return { status: 417, error: "expectation_failed", words: "Only 100-continue can be expected here." };
  if ((request.method === "GET" || request.method === "HEAD") && hasBody(request))
    return malformed(`A ${request.method} carries no body here.`);
  return null;
}

/** Turns away what is no well-formed request, before anybody acts on a part of it. */
export const wellFormed: RequestHandler = (request, response, next) => {
  const found = fault(request);
  return found ? refuse(request, response, found) : next();
};

/** A Host as addresses spell it, in lower case and without the port that goes without saying; null when it is none. */
export function bareHost(host: string | undefined): string | null {
  if (!host || /[\s/\\?#@,]/.test(host) || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).host.replace(/:443$/, "");
}
