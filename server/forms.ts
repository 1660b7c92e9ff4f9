import type { Request, RequestHandler } from "express";
import { ownForm, type AddressOptions } from "./address";
import { createRoom, readBody } from "./bodies";
import { refuse, type Refusal } from "./refusal";
import { wrongMethod } from "./requests";

/** Far more than the largest form of the desk. */
export const FORM_BYTES = 64 * 1_024;
const ROOM = { bytes: 2 * 1_024 * 1_024, senders: 32 };
const FORM_TYPE = "application/x-www-form-urlencoded";

const notOurs: Refusal = {
  status: 403,
  error: "foreign_form",
  words: "This form did not come from a page of this desk. Nothing was sent.",
};
const elsewhere: Refusal = {
  ...notOurs,
  words:
    "This form came from a page under another address than the one it was sent to. Nothing was sent. Behind a proxy that writes its own Host, set PUBLIC_ORIGIN to the address in the browser and TRUST_PROXY to the proxy.",
};

/**
 * Forms come from our own pages, are what a browser makes of a form without files, and are small: others are refused before
 * their body is read. What is left is read whole, so that nothing behind here waits for the rest of a form.
 */
export function formGuard(options: AddressOptions): RequestHandler {
  const read = readBody({ what: "A form", limit: FORM_BYTES, room: createRoom(ROOM) });
  return (request, response, next) => {
    if (request.method === "GET" || request.method === "HEAD") return next();
    if (request.method !== "POST") return refuse(request, response, wrongMethod("GET, HEAD, POST"));
    const origin = originOf(options, request, response.locals.origin ?? "");
    const fault = typeof origin === "string" ? formFault(request) : origin;
    if (fault) return refuse(request, response, fault);
    if (typeof origin === "string") response.locals.origin = origin;
    return read(request, response, next);
  };
}

/** Where a form came from, when that is here. */
function originOf(options: AddressOptions, request: Request, own: string): string | Refusal {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return notOurs;
  const { origin } = request.headers;
  if (origin === undefined) return site === undefined ? notOurs : own;
  return ownForm(options, own, origin) ?? (origin === "null" ? notOurs : elsewhere);
}

function formFault(request: Request): Refusal | null {
  const [type] = (request.headers["content-type"] ?? "").split(";");
  if (type?.trim().toLowerCase() !== FORM_TYPE)
    return { status: 415, error: "not_a_form", words: `A form is sent as ${FORM_TYPE}. Nothing was done.` };
  return null;
}
