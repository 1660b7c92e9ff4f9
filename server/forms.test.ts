import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FORM_BYTES } from "./forms";
import { exchangeRaw, requestText, startEdge } from "./edge-testing";

let edge: Awaited<ReturnType<typeof startEdge>>;
beforeEach(async () => {
  edge = await startEdge();
});
afterEach(() => edge.close());

const headers = (more: Record<string, string> = {}) => ({
  host: `localhost:${edge.port}`,
  origin: `http://localhost:${edge.port}`,
  "content-type": "application/x-www-form-urlencoded",
  ...more,
});
const post = (more: Record<string, string>, body = "") =>
  exchangeRaw(edge.port, requestText("POST /theme", headers(more), body));
const statusOf = (answer: string) => Number(answer.split(" ")[1]);

describe("how large a form may be", () => {
  test("one that is small enough arrives whole, in pieces too", async () => {
    expect(statusOf(await post({ "content-length": "10" }, "theme=dark"))).toBe(200);
    const chunked = "6\r\ntheme=\r\n4\r\ndark\r\n0\r\n\r\n";
    expect(statusOf(await post({ "transfer-encoding": "chunked" }, chunked))).toBe(200);
    const origin = `http://localhost:${edge.port}`;
    expect(edge.reached).toEqual(Array(2).fill(`POST ${origin}/theme theme=dark`));
  });

  test("one that says it is too large is told so before any of it was sent", async () => {
    const answer = await post({ "content-length": String(FORM_BYTES + 1) });
    expect(answer).toMatch(
      /^HTTP\/1.1 413 [\s\S]+\r\n\r\nA form is at most 64 KiB here\. Nothing was done\.$/,
    );
    expect(edge.reached).toEqual([]);
  });

  test("one that turns out to be is cut off: the rest does not come in", async () => {
    let sent = 0;
    const chunk = `1000\r\n${"a".repeat(4_096)}\r\n`;
    const answer = await exchangeRaw(
      edge.port,
      requestText("POST /theme", headers({ "transfer-encoding": "chunked" })),
      (socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write(chunk)) sent += 4_096;
        };
        socket.on("drain", more);
        more();
      },
    );
    expect(statusOf(answer)).toBe(413);
    expect(edge.reached).toEqual([]);
    // What the buffers of both ends hold, and no more.
    expect(sent).toBeLessThan(20_000_000);
  });

  test("one that breaks off is no form, and nobody's failure", async () => {
    await exchangeRaw(
      edge.port,
      requestText("POST /theme", headers({ "content-length": "100" }), "theme"),
      (socket) => socket.end(),
    );
    expect([edge.reached, edge.logged]).toEqual([[], []]);
  });
});

describe("what is a form", () => {
  test.each([
    ["JSON", { "content-type": "application/json", "content-length": "2" }, 415],
    ["text", { "content-type": "text/plain", "content-length": "2" }, 415],
    ["files", { "content-type": "multipart/form-data; boundary=x", "content-length": "2" }, 415],
    ["of no kind", { "content-type": "", "content-length": "2" }, 415],
    ["packed", { "content-encoding": "gzip", "content-length": "2" }, 415],
    [
      "with a character set, a form still",
      { "content-type": "application/x-www-form-urlencoded; charset=UTF-8", "content-length": "2" },
      200,
    ],
  ])("%s", async (_what, more, status) => {
    expect(statusOf(await post(more, "{}"))).toBe(status);
    expect(edge.reached).toHaveLength(status === 200 ? 1 : 0);
  });
});

describe("where a form comes from", () => {
  test.each([
    ["a page of ours", {}, 200],
    ["the same, as newer browsers say it", { "sec-fetch-site": "same-origin" }, 200],
    ["another site", { origin: "https://elsewhere.example" }, 403],
    ["another site, whatever the origin says", { "sec-fetch-site": "cross-site" }, 403],
    ["a site of the same domain", { "sec-fetch-site": "same-site" }, 403],
    ["a page that may not say", { origin: "null", "sec-fetch-site": "same-origin" }, 403],
    ["no address at all", { origin: "::", "sec-fetch-site": "same-origin" }, 403],
    ["another name of this machine", { origin: "http://127.0.0.1:1" }, 403],
  ])("%s", async (_what, more, status) => {
    expect(statusOf(await post({ ...more, "content-length": "1" }, "a"))).toBe(status);
    expect(edge.reached).toHaveLength(status === 200 ? 1 : 0);
  });

  test("nowhere that is said: a browser's word is needed", async () => {
    const { origin: _none, ...without } = headers({ "content-length": "1" });
    expect(statusOf(await exchangeRaw(edge.port, requestText("POST /theme", without, "a")))).toBe(403);
    const said = { ...without, "sec-fetch-site": "same-origin" };
    expect(statusOf(await exchangeRaw(edge.port, requestText("POST /theme", said, "a")))).toBe(200);
  });
});
