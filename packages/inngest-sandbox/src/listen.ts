import { createServer, type IncomingMessage, type Server } from "node:http";

const MAX_BODY = 20 * 1_024 * 1_024;

/** Serves a fetch-style handler on the loopback address. */
export function listen(handle: (request: Request) => Promise<Response>, port: number): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    void answer(incoming)
      .catch(
        (error: unknown) =>
          new Response(JSON.stringify({ error: error instanceof Error ? error.message : "failed" }), {
            status: 500,
          }),
      )
      .then(async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        outgoing.end(Buffer.from(await response.arrayBuffer()));
      });
  });

  async function answer(incoming: IncomingMessage): Promise<Response> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of incoming) {
      const part = Buffer.from(chunk as Uint8Array); // node hands out bytes unless an encoding is set
      size += part.length;
      // What is too much is read to its end, so that the sender gets to see the answer.
      if (size <= MAX_BODY) chunks.push(part);
    }
    if (size > MAX_BODY) return new Response("too large", { status: 413 });
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers))
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
    const method = incoming.method ?? "GET";
    return handle(
      new Request(`http://127.0.0.1:${port}${incoming.url ?? "/"}`, {
        method,
        headers,
        ...(method !== "GET" && method !== "HEAD" && { body: Buffer.concat(chunks) }),
      }),
    );
  }

  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
