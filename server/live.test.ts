import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dataVersion } from "../db/read/unchanged";
import { domains } from "../db/schema";
import { openTestDatabase } from "../db/testing";
import { liveNudge } from "./live";

let db: ReturnType<typeof openTestDatabase>;
let live: ReturnType<typeof liveNudge>;
let over: boolean;
let server: ReturnType<ReturnType<typeof express>["listen"]>;
beforeEach(async () => {
  db = openTestDatabase();
  over = false;
  live = liveNudge(db.reader, (cookie) =>
    Promise.resolve(cookie === "known" ? { token: cookie, goesOn: () => !over } : null),
  );
  server = express().get("/live", live.handler).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  live.stop();
  server.close();
  db.close();
});

const listen = (seen: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/live?seen=${seen}`, {
    headers: { cookie: "known", ...headers },
  });
/** What comes over the line until a nudge is among it. */
async function untilNudged(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader && !text.includes("data: changed\n\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}
const write = () =>
  db.writer.insert(domains).values({ domain: "a.agent", status: "active", observedAt: 1 }).run();

test("a page that is up to date hears of the next change, and by which version it is", async () => {
  const before = dataVersion(db.reader);
  const response = await listen(before);
  write();
  const text = await untilNudged(response);
  expect(dataVersion(db.reader)).not.toBe(before);
  expect(text).toContain(`id: ${dataVersion(db.reader)}\n`);
});

test("what was written between the page and its connection is told at once, and after a broken line too", async () => {
  const before = dataVersion(db.reader);
  write();
  const now = dataVersion(db.reader);
  // Somebody who is up to date listens as well, so that the change is no news to the poller.
  const other = await listen(now);
  expect(await untilNudged(await listen(before))).toContain(`id: ${now}\n`);
  expect(await untilNudged(await listen(now, { "last-event-id": before }))).toContain(`id: ${now}\n`);
  await other.body?.cancel();
});

test("without a session nothing is told", async () => {
  expect((await listen("", { cookie: "unknown" })).status).toBe(401);
});

test("a stream ends with its session, at the next change", async () => {
  const response = await listen(dataVersion(db.reader));
  over = true;
  write();
  expect(await untilNudged(response)).not.toContain("data: changed");
});

test("of one session six are open: the oldest makes room, and is told to ask again later", async () => {
  const seen = dataVersion(db.reader);
  const streams = [];
  for (let n = 0; n < 7; n++) streams.push(await listen(seen));
  expect(await untilNudged(streams[0] ?? new Response())).toContain("retry: 30000");
  write();
  for (const stream of streams.slice(1)) expect(await untilNudged(stream)).toContain("data: changed");
});

test("one that made room and does not read the last word makes room once: the next is another", async () => {
  const opened: ServerResponse[] = [];
  const failed: unknown[] = [];
  server.on("request", (_request, response) => {
    opened.push(response);
    response.on("error", (error) => failed.push(error));
  });
  const seen = dataVersion(db.reader);
  const streams = [];
  for (let n = 0; n < 6; n++) streams.push(await listen(seen));
  // Full, from here on: what is written to it stays where it is.
  const full = opened[0]?.socket;
  if (full) full.write = () => false;
  for (let n = 0; n < 2; n++) streams.push(await listen(seen));
  expect(await untilNudged(streams[1] ?? new Response())).toContain("retry: 30000");
  expect(failed).toEqual([]);
  full?.destroy();
});

test("to one who does not read nothing is written, and one who goes on so is let go", async () => {
  live.stop();
  live = liveNudge(db.reader, () => Promise.resolve({ token: "known", goesOn: () => true }), {
    heartbeatMs: 5,
  });
  const slow = express().get("/live", live.handler).listen(0, "127.0.0.1");
  await once(slow, "listening");
  let writes = 0;
  const closed = new Promise((resolve) =>
    slow.prependListener("request", (_request: IncomingMessage, response: ServerResponse) => {
      // As it is when the buffers of both ends are full.
      Object.defineProperty(response, "writableNeedDrain", { get: () => true });
      const write = response.write.bind(response);
      response.write = (chunk: string) => (writes++, write(chunk));
      response.once("close", resolve);
    }),
  );
  const { port } = slow.address() as AddressInfo; // listening on a port
  await fetch(`http://127.0.0.1:${port}/live?seen=older`);
  await closed;
  // The first line alone: neither the nudge that was due nor a beat.
  expect(writes).toBe(1);
  slow.close();
});
