import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { exchangeRaw, startEdge } from "./edge-testing";

const limits = { headersMs: 100, requestMs: 200, socketsPerAddress: 3 };

test("a request that does not get on is ended in words, its headers and its body", async () => {
  const edge = await startEdge({}, limits);
  const form = `Host: localhost\r\nOrigin: http://localhost\r\nContent-Type: application/x-www-form-urlencoded`;
  expect(await exchangeRaw(edge.port, "GET / HTTP/1.1\r\nHos")).toMatch(
    /408[\s\S]+did not arrive in time\.$/,
  );
  expect(await exchangeRaw(edge.port, `POST / HTTP/1.1\r\n${form}\r\nContent-Length: 9\r\n\r\na`)).toContain(
    "408",
  );
  expect(edge.reached).toEqual([]);
  await edge.close();
});

test("one address has so many connections and no more; a trusted proxy is not one address", async () => {
  for (const [trustProxy, answered] of [
    [0, 3],
    [1, 5],
  ] as const) {
    const edge = await startEdge({ trustProxy }, limits);
    const sockets = Array.from({ length: 5 }, () =>
      connect(edge.port, "127.0.0.1").on("error", () => undefined),
    );
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const answers = sockets.map(
      (socket) =>
        new Promise((resolve) => {
          socket.once("data", () => resolve(true)).once("close", () => resolve(false));
          socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }),
    );
    expect((await Promise.all(answers)).filter(Boolean)).toHaveLength(answered);
    for (const socket of sockets) socket.destroy();
    await edge.close();
  }
});
