import { once } from "node:events";
import { createRequestHandler, type LoaderFunction, type ServerBuild } from "@remix-run/node";
import type { Request as Asked, RequestHandler, Response as Answer } from "express";
import type { DeskContext } from "../app/context";
import { refuse } from "./refusal";

interface RemixOptions {
  build: () => Promise<ServerBuild>;
  mode: "production" | "development";
  /** What every loader and action is handed. */
  context: (request: Asked, response: Answer) => DeskContext;
}

/**
 * Remix behind Express. Its own adapter hands the request on as it streams in and addresses as a proxy rewrote them, and
 * writes faster than a slow reader takes: here the form is whole, the address is the one people use, and writing waits.
 */
export function remixHandler({ build, mode, context }: RemixOptions): RequestHandler {
  const handle = createRequestHandler(async () => reporting(await build()), mode);
  return (request, response, next) => {
    const given = context(request, response);
    let reported: string | undefined;
    const report: DeskContext["report"] = (error, where) => (reported = given.report(error, where));
    handle(asRemixReads(request, response), { ...given, report })
      .then((reply) => {
        // The last resort of Remix itself: no page could be drawn.
        if (reply.status >= 500 && !/html|script|json/.test(reply.headers.get("content-type") ?? ""))
          return refuse(request, response, failure(reported));
        return send(reply, response);
      })
      .catch(next);
  };
}

export const failure = (id: string | undefined) => ({
  status: 500,
  error: "failed",
  words: "Something failed on our side. What was asked for before is on record and goes on.",
  id,
});

function asRemixReads(request: Asked, response: Answer): Request {
  const origin = response.locals.origin ?? "http://localhost";
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one);
  // Remix holds a form's Origin against these.
  headers.set("host", new URL(origin).host);
  headers.delete("x-forwarded-host");
  const gone = new AbortController();
  // Also when all went well: what Remix keeps for a request it lets go of then.
  response.once("close", () => gone.abort());
  const body: unknown = request.body;
  return new Request(`${origin}${request.originalUrl}`, {
    // Remix takes a HEAD of a page's data for a form; Node leaves out the body of what answers one.
    method: request.method === "HEAD" ? "GET" : request.method,
    headers,
    signal: gone.signal,
    ...(Buffer.isBuffer(body) && { body: new Uint8Array(body) }),
  });
}

async function send(reply: Response, response: Answer): Promise<void> {
  response.statusMessage = reply.statusText;
  response.status(reply.status);
  for (const [name, value] of reply.headers) response.append(name, value);
  const reader = reply.body?.getReader();
  const gone = once(response, "close");
  while (reader && !response.destroyed) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!response.write(value)) await Promise.race([once(response, "drain"), gone]);
  }
  if (response.destroyed) return void (await reader?.cancel());
  response.end();
}

/**
 * The build with every loader and action watched: what one throws that was not meant for people is put on the log here, and
 * the page is told in words under which name. Remix would say "Unexpected Server Error" and no more.
 */
function reporting(build: ServerBuild): ServerBuild {
  const routes: ServerBuild["routes"] = {};
  for (const [id, route] of Object.entries(build.routes)) {
    if (!route) continue;
    const { loader, action } = route.module;
    const module = {
      ...route.module,
      ...(loader && { loader: watched(loader) }),
      ...(action && { action: watched(action) }),
    };
    routes[id] = { ...route, module };
  }
  return { ...build, routes };
}

const watched =
  (run: LoaderFunction): LoaderFunction =>
  async (args) => {
    try {
      return await run(args);
    } catch (thrown) {
      if (!(thrown instanceof Error) || args.request.signal.aborted) throw thrown;
      const { method, url } = args.request;
      const { words, status, id } = failure(
        args.context.report(thrown, `${method} ${new URL(url).pathname}`),
      );
      throw new Response(`${words} On the log as ${id}.`, { status });
    }
  };
