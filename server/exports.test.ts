import express, { type Response } from "express";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exportTurns } from "./exports";

let server: ReturnType<ReturnType<typeof express>["listen"]>;
let writing: Response[];
beforeEach(async () => {
  writing = [];
  const app = express().use(exportTurns((cookie) => Promise.resolve(cookie)));
  app.use((request, response) => {
    if (!request.path.includes("csv")) return response.send("quick");
    response.write("head\n");
    return writing.push(response);
  });
  server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, cookie?: string) =>
  fetch(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    cookie ? { headers: { cookie } } : {},
  );

test("a session has one file written at a time, however its address is spelled, and pages meanwhile", async () => {
  const first = await ask("/trades.csv", "olive");
  const still = "A file of yours is still being written. Try again when it is there.";
  for (const [path, says] of [
    ...["/trades.csv", "/TRADES.CSV/", "/trades%2Ecsv"].map((path) => [path, still] as const),
    // A page's own script is led to the address itself, which says it.
    ["/trades.csv.data", '"redirect","/trades.csv"'] as const,
  ]) {
    const second = await ask(path, "olive");
    expect([second.status, second.headers.get("retry-after")], path).toEqual([429, "10"]);
    expect(await second.text()).toContain(says);
  }
  expect((await ask("/trades", "olive")).status).toBe(200);
  writing[0]?.end();
  await first.text();
  expect((await ask("/trades.csv", "olive")).status).toBe(200);
});

test("all together have few, and who goes away makes room", async () => {
  const [first] = [await ask("/trades.csv", "a"), await ask("/trades.csv", "b")];
  expect((await ask("/trades.csv", "c")).status).toBe(429);
  const gone = writing[0] && once(writing[0], "close");
  await first?.body?.cancel();
  await gone;
  expect((await ask("/trades.csv", "c")).status).toBe(200);
});
