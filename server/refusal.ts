import type { Request, Response } from "express";
import { refusalPage } from "./refusal-page";

declare module "express-serve-static-core" {
  interface Locals {
    /** The address of the desk's, for pages that the edge draws. */
    stylesheet?: string;
  }
}

export interface Refusal {
  status: number;
  /** For machines: one word that stays the same. */
  error: string;
  /** For people: what happened and what now. */
  words: string;
  headers?: Record<string, string>;
  /** The name under which the failure is on the log. */
  id?: string;
}

/** How long somebody who is still sending may take to read the answer. ms. */
const LINGER_MS = 500;

const MACHINES = /^\/(?:api|webhooks|control)\/|^\/healthz$/;
/** Without the query: that may hold what only the asker should see. */
export const pathOf = (request: Request): string => request.originalUrl.split("?", 1)[0] ?? "/";
/** What Remix's scripts ask for in place of a page. */
const SCRIPTS = /\.data$/;

/**
 * A refusal in the form that Remix's scripts read (turbo-stream, written down): a form is told the words, which the page then
 * shows as its error; who only wanted to read is sent to the page itself, which says them.
 */
function forScripts(request: Request, { status, error, words, id }: Refusal): string {
  if (request.method === "POST") {
    const said = id ? `${words} On the log as ${id}.` : words;
    return JSON.stringify([{ _1: 2 }, "error", ["ErrorResponse", 3, 4, 5], said, status, error]);
  }
  const page = request.originalUrl.replace(/(?:_root)?\.data(?=\?|$)/, "");
  const [names, values] = [
    ["redirect", "status", "revalidate", "reload", "replace"],
    [page, 302, false, true, true],
  ];
  return JSON.stringify([
    ["SingleFetchRedirect", 1],
    Object.fromEntries(names.map((_name, n) => [`_${2 + 2 * n}`, 3 + 2 * n])),
    ...names.flatMap((name, n) => [name, values[n]]),
  ]);
}

function formFor(request: Request, refusal: Refusal): { type: string; text: string } {
  const { error, words, id } = refusal;
  // Whole: within a router `request.path` is what is left of it.
  const path = pathOf(request);
  if (MACHINES.test(path)) return { type: "json", text: JSON.stringify({ error, message: words, id }) };
  if (SCRIPTS.test(path)) return { type: "text/x-script", text: `${forScripts(request, refusal)}\n` };
  if (request.accepts(["text", "html"]) === "html")
    return { type: "html", text: refusalPage(refusal, request.app.locals.stylesheet) };
  return { type: "text", text: id ? `${words} On the log as ${id}.` : words };
}

/** Whether a request says that a body follows its headers. */
export const hasBody = (request: Request): boolean =>
  request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;

/**
 * Says no, in the one form there is for machines and the one there is for people. A body that has not come yet is not waited
 * for: the connection ends once the answer had time to be read.
 */
export function refuse(request: Request, response: Response, refusal: Refusal): void {
  if (response.headersSent) return void response.destroy();
  const { type, text } = formFor(request, refusal);
  response
    .status(refusal.status)
    .set({ "cache-control": "no-store", ...refusal.headers })
    .type(type);
  if (!hasBody(request) || request.complete) return void response.send(text);
  request.pause();
  response.set({ connection: "close", "content-length": String(Buffer.byteLength(text)) });
  response.write(text);
  const end = setTimeout(() => response.end(), LINGER_MS);
  response.once("close", () => clearTimeout(end));
}
