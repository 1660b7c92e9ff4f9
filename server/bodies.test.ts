import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { RequestHandler } from "express";
import { createRoom, readBody } from "./bodies";
import { exchangeRaw, requestText, startEdge } from "./edge-testing";

let edge: Awaited<ReturnType<typeof startEdge>>;
afterEach(() => edge.close());

/** An edge whose engine's address reads bodies of up to 100 bytes into a room. */
async function withRoom(room: { bytes: number; senders: number }) {
  const read = readBody({ what: "A call", limit: 100, room: createRoom(room) });
  const engine: RequestHandler = (request, response, next) =>
    read(request, response, (error?: unknown) => (error ? next(error) : response.send("read")));
  edge = await startEdge({ engine });
}
const call = (length: number, sent: number) =>
  requestText("POST /api/inngest", { host: "localhost", "content-length": String(length) }, "x".repeat(sent));
/** Somebody who sends a part and waits; resolves with what they are told once they are. */
async function halfSent(length: number, sent: number): Promise<{ socket: Socket; told: Promise<string> }> {
  const arrived = once(edge.server, "request");
  const socket = connect(edge.port, "127.0.0.1").on("error", () => undefined);
  socket.write(call(length, sent));
  await arrived;
  let got = "";
  socket.on("data", (chunk) => (got += chunk.toString()));
  return { socket, told: new Promise((resolve) => socket.once("close", () => resolve(got))) };
}
const BUSY = /^HTTP\/1\.1 503 [\s\S]+retry-after: 5\r\n[\s\S]+"error":"busy"/i;

test("where the room is full, the largest that is still arriving is told to come again, and a small one is read", async () => {
  await withRoom({ bytes: 100, senders: 9 });
  const large = await halfSent(100, 90);
  const small = await halfSent(20, 9);
  expect(await exchangeRaw(edge.port, call(10, 10))).toMatch(/read$/);
  expect(await large.told).toMatch(BUSY);
  small.socket.write("x".repeat(11));
  expect(await small.told).toMatch(/read$/);
  // Nothing is left behind of those who went.
  expect(await exchangeRaw(edge.port, call(100, 100))).toMatch(/read$/);
});

test("one that is larger than what is left gives way itself", async () => {
  await withRoom({ bytes: 50, senders: 9 });
  expect(await exchangeRaw(edge.port, call(60, 60))).toMatch(BUSY);
});

test("of too many senders at once the one that has been sending longest gives way", async () => {
  await withRoom({ bytes: 1_000, senders: 2 });
  const first = await halfSent(10, 1);
  const second = await halfSent(10, 1);
  expect(await exchangeRaw(edge.port, call(10, 10))).toMatch(/read$/);
  expect(await first.told).toMatch(BUSY);
  second.socket.write("x".repeat(9));
  expect(await second.told).toMatch(/read$/);
});
