import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Server } from "node:http";
import type { RequestHandler } from "express";
import { createEdge, type EdgeOptions } from "./edge";
import { formGuard } from "./forms";
import { createHttpServer, type ListenLimits } from "./listen";

const nothing: RequestHandler = (_request, response) => void response.status(404).json({ error: "nothing" });

/** The edge listening on a port of this machine, with `pages` that answer what reached them. */
export async function startEdge(
  options: Partial<EdgeOptions> = {},
  limits?: ListenLimits,
): Promise<{ server: Server; port: number; reached: string[]; logged: unknown[]; close(): Promise<void> }> {
  const reached: string[] = [];
  const logged: unknown[] = [];
  const address = options.address ?? { live: false };
  const edge = createEdge({
    development: false,
    address,
    trustProxy: 0,
    health: () => ({ ok: true }),
    engine: nothing,
    webhooks: (_request, _response, next) => next(),
    live: nothing,
    exports: (_request, _response, next) => next(),
    report: (error) => `log-${logged.push(error)}`,
    ...options,
  });
  const server = createHttpServer(edge, limits);
  const guard = formGuard(address);
  const pages: RequestHandler = (request, response, next) =>
    guard(request, response, (error?: unknown) => {
      if (error) return next(error);
      if (request.path === "/broken") return next(new Error("a secret of ours"));
      const body: unknown = request.body;
      reached.push(`${request.method} ${response.locals.origin ?? ""}${request.url} ${String(body ?? "")}`);
      return response.send("reached");
    });
  edge.serve(pages, "/assets/desk.css");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on a port
  return {
    server,
    port,
    reached,
    logged,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Sends bytes as they are and gives back all that comes until the other side ends, as text. What `goesOn` sends after it is
 * cut off is nobody's mistake.
 */
export async function exchangeRaw(
  port: number,
  text: string,
  goesOn?: (socket: Socket) => void,
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let got = "";
  socket.on("data", (chunk) => (got += chunk.toString()));
  socket.on("error", () => undefined);
  socket.write(text);
  goesOn?.(socket);
  await new Promise((resolve) => socket.once("close", resolve));
  return got;
}

/** A request line, headers and a body, as they go over the wire. */
export const requestText = (line: string, headers: Record<string, string>, body = ""): string =>
  [
    `${line} HTTP/1.1`,
    ...Object.entries({ connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}`),
    "",
    body,
  ].join("\r\n");
