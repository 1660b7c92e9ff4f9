import type { Application, Request, RequestHandler } from "express";
import { bareHost } from "./requests";
import { refuse } from "./refusal";

declare module "express-serve-static-core" {
  interface Locals {
    /** Under which address the asker reaches this desk. */
    origin?: string;
  }
}

export interface AddressOptions {
  live: boolean;
  /** What people have in their browser's address line, when it was set: then pages answer there only. */
  publicOrigin?: string;
  /** What the engine was told (`INNGEST_SERVE_ORIGIN`): counted as ours too, but it may be another than people use. */
  announced?: string;
  /** `HOST`: an address of this machine's, in practice. */
  host?: string;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?::\d+)?$/;
const WILDCARDS = new Set(["0.0.0.0", "::"]);

const hostOf = (origin: string) => bareHost(new URL(origin).host);
const nameOf = (host: string) => host.replace(/:\d+$/, "");

/** Whether an address at the other end of a connection is a proxy of ours, whose word about the asker is taken. */
export function trustsProxy(app: Application, address: string | undefined): boolean {
  const trusts: unknown = app.get("trust proxy fn");
  return typeof trusts === "function" && address !== undefined && trusts(address, 0) === true;
}

/**
 * Under which of our own addresses a request came, or null when it is for somebody else: a name in a foreign site's hands
 * that leads to this machine would otherwise make this desk a part of that site.
 */
export function ownOrigin(options: AddressOptions, request: Request): string | null {
  const proxied = trustsProxy(request.app, request.socket.remoteAddress);
  const forwarded = proxied ? request.get("x-forwarded-host")?.split(",")[0]?.trim() : undefined;
  const host = bareHost(forwarded ?? request.headers.host);
  if (host === null) return null;
  const scheme = proxied && /^https\b/.test(request.get("x-forwarded-proto") ?? "") ? "https" : "http";
  const here = `${scheme}://${host}`;
  const { publicOrigin, announced } = options;
  for (const known of [publicOrigin, announced]) if (known && host === hostOf(known)) return known;
  if (!options.live && isOfThisMachine(host, options.host)) return here;
  // The proxy is ours and wrote its own name over the one that was asked for.
  if (publicOrigin && proxied && forwarded === undefined) return publicOrigin;
  return options.live && !publicOrigin ? here : null;
}

/** The names that no other site can point here: a forwarded port may differ from ours. */
function isOfThisMachine(host: string, bound: string | undefined): boolean {
  if (LOOPBACK.test(host)) return true;
  if (bound === undefined) return false;
  return WILDCARDS.has(bound) ? IP_ADDRESS.test(host) : nameOf(host) === (bareHost(bound) ?? `[${bound}]`);
}

/** Lets only those pass who asked for this desk, and says for the rest of the request under which address. */
export const askedForUs =
  (options: AddressOptions): RequestHandler =>
  (request, response, next) => {
    const origin = ownOrigin(options, request);
    if (origin === null)
      return refuse(request, response, {
        status: 421,
        error: "not_this_host",
        words:
          "This desk does not answer under this name. Where it should, its PUBLIC_ORIGIN has to say so, and behind a proxy its TRUST_PROXY.",
      });
    response.locals.origin = origin;
    return next();
  };

/**
 * The address a form's page came from, when that is ours; null when it is not. Where only the host is known, the browser knows
 * the scheme.
 */
export function ownForm(options: AddressOptions, own: string, said: string): string | null {
  if (!URL.canParse(said)) return null;
  const { origin, protocol } = new URL(said);
  // Other schemes have no origin that could be compared: it reads "null".
  if (!/^https?:$/.test(protocol)) return null;
  if (origin === own || origin === options.announced) return origin;
  return own !== options.publicOrigin && hostOf(origin) === hostOf(own) ? origin : null;
}
