import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createListener, type Server as Listener, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How long a request may take to arrive. Answering one, a stream and a long call of the engine may take any time. ms. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const CHECK_MS = 1_000;
/** Longer than proxies keep a connection, so that it is theirs to close: the other way round a request gets lost. ms. */
const KEEP_ALIVE_MS = 75_000;
const HEADER_BYTES = 16 * 1_024;
const REQUESTS_PER_SOCKET = 1_000;
const SOCKETS = 2_000;
/** A browser opens six. Behind a proxy that is trusted the limit is the proxy's to keep. */
const SOCKETS_PER_ADDRESS = 200;

export interface ListenLimits {
  headersMs: number;
  requestMs: number;
  socketsPerAddress: number;
}
const LIMITS: ListenLimits = {
  headersMs: HEADERS_MS,
  requestMs: REQUEST_MS,
  socketsPerAddress: SOCKETS_PER_ADDRESS,
};

interface Answering {
  app: RequestListener;
  /** The headers of every answer, as lines. */
  headerText: () => string;
  /** Tells the proxies, which are many askers in one. */
  trusts: (address: string) => boolean;
}

/** A server that waits for nobody who does not get on with it. */
export function createHttpServer(
  { app, headerText, trusts }: Answering,
  limits: ListenLimits = LIMITS,
): Server {
  const answerRaw = (socket: Duplex, code: string | undefined) => endRaw(socket, code, headerText);
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADER_BYTES,
      // A missing Host is refused in words (server/requests.ts).
      requireHostHeader: false,
    },
    app,
  );
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET;
  server.maxConnections = SOCKETS;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => answerRaw(socket, error.code));
  server.on("checkExpectation", app);
  server.on("connect", (_request, socket) => answerRaw(socket, "HPE_INVALID_METHOD"));
  boundSockets(server, trusts, limits.socketsPerAddress);
  return server;
}

function boundSockets(server: Server, trusted: (address: string) => boolean, most: number): void {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress;
    if (address === undefined || trusted(address)) return;
    const count = (open.get(address) ?? 0) + 1;
    if (count > most) return void socket.destroy();
    open.set(address, count);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

const RAW: Record<string, [line: string, words: string, headers?: string]> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The headers of this request are too long."],
  HPE_INVALID_METHOD: [
    "405 Method Not Allowed",
    "This method is not taken here.",
    "Allow: GET, HEAD, POST\r\n",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request did not arrive in time."],
};

/** What is no HTTP that Express could be given is answered by hand, in words as everything else. */
function endRaw(socket: Duplex, code: string | undefined, headerText: () => string): void {
  const [line, words, headers = ""] = RAW[code ?? ""] ?? [
    "400 Bad Request",
    "This is not a request that can be read.",
  ];
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  socket.end(
    `HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n` +
      `${headerText()}${headers}Content-Length: ${Buffer.byteLength(words)}\r\n\r\n${words}`,
    () => socket.destroy(),
  );
}

/**
 * Listens at each address. With `hosts` empty: on this machine alone, under both the addresses that `localhost` may stand
 * for; a machine without the newer one does with the other.
 * @returns closes what else listens for the server
 */
export async function listen(server: Server, port: number, host: string | undefined): Promise<() => void> {
  await begin(server, port, host ?? "127.0.0.1");
  if (host !== undefined) return () => undefined;
  const other = createListener((socket) => server.emit("connection", socket));
  const at = server.address();
  try {
    await begin(other, typeof at === "object" && at ? at.port : port, "::1");
  } catch (error) {
    const code: unknown = Object(error).code;
    if (code !== "EADDRNOTAVAIL" && code !== "EAFNOSUPPORT") throw error;
  }
  return () => void other.close();
}

function begin(server: Server | Listener, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
