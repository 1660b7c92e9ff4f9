import { STATUS_CODES } from "node:http";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { askedForUs, trustsProxy, type AddressOptions } from "./address";
import { pathOf, refuse, type Refusal } from "./refusal";
import { failure } from "./remix";
import { wellFormed, wrongMethod } from "./requests";
import { securityHeaders } from "./security";

export interface EdgeOptions {
  development: boolean;
  address: AddressOptions;
  /** Whose word about the asker is taken: how many proxies, or their networks, as Express takes them. */
  trustProxy: number | string;
  /** What `/healthz` says. */
  health: () => object;
  engine: RequestHandler;
  webhooks: RequestHandler;
  /** For programs on this machine that ask under its own name. */
  practice?: RequestHandler;
  live: RequestHandler;
  exports: RequestHandler;
  /** Puts a failure on the log and hands out its name there. */
  report: (error: unknown, where: string) => string;
}

interface Edge {
  app: Express;
  /** The headers of every answer, as lines. */
  headerText: () => string;
  /** Whether an address is a trusted proxy's. */
  trusts: (address: string) => boolean;
  /** @param stylesheet the address of the desk's, for pages that are drawn here */
  serve(pages: RequestHandler, stylesheet?: string): void;
}

/**
 * What stands between the network and the desk. Machines are let in under any name: what they bring is signed. Everything
 * else is for people, and answers only under its own name. `pages` come last, since they take every address that is left.
 */
export function createEdge(options: EdgeOptions): Edge {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.set("trust proxy", options.trustProxy);
  const headers = securityHeaders({ live: options.address.live, development: options.development });
  app.use(headers.onAll, wellFormed);
  app.all("/healthz", (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD")
      return refuse(request, response, wrongMethod("GET, HEAD"));
    return void response.json(options.health());
  });
  app.use("/api/inngest", options.engine);
  app.use(options.webhooks);
  app.use(askedForUs(options.address));
  if (options.practice) app.use(options.practice);
  app.all("/live", (request, response, next) =>
    request.method === "GET"
      ? options.live(request, response, next)
      : refuse(request, response, wrongMethod("GET")),
  );
  return {
    app,
    headerText: headers.asText,
    trusts: (address) => trustsProxy(app, address),
    serve(pages, stylesheet) {
      app.locals.stylesheet = stylesheet;
      app.use(options.exports, pages);
      app.use(lastWord(options.report));
    },
  };
}

/** What nobody else answered for: the asker's faults in words, ours under the name they have on the log. Never a stack. */
export function lastWord(report: EdgeOptions["report"]): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    void next;
    // Whoever asked has gone: nobody is left to be told.
    if (response.destroyed || (request.destroyed && !request.complete)) return response.destroy();
    return refuse(
      request,
      response,
      askersFault(error) ?? failure(report(error, `${request.method} ${pathOf(request)}`)),
    );
  };
}

function askersFault(error: unknown): Refusal | null {
  const { status } = Object(error) as { status?: unknown }; // whatever was thrown
  if (typeof status !== "number" || status < 400 || status > 499) return null;
  const name = (STATUS_CODES[status] ?? "refused").toLowerCase().replace(/\W+/g, "_");
  return { status, error: name, words: "This request cannot be read. Nothing was done." };
}
