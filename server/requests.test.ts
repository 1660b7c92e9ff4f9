import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exchangeRaw, requestText, startEdge } from "./edge-testing";

let edge: Awaited<ReturnType<typeof startEdge>>;
beforeEach(async () => {
  edge = await startEdge();
});
afterEach(() => edge.close());

const ask = (line: string, headers: Record<string, string> = {}, body = "") =>
  exchangeRaw(edge.port, requestText(line, { host: `localhost:${edge.port}`, ...headers }, body));
const statusOf = (answer: string) => Number(answer.split(" ")[1]);
const EVERYWHERE = [
  "content-security-policy",
  "x-content-type-options",
  "referrer-policy",
  "permissions-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
];

describe("what is no request is refused in words, and reaches nobody", () => {
  test.each([
    ["a percent sign that stands for nothing", "GET /%E0%A4%A", {}, 400],
    ["an address of another server's", "GET http://elsewhere.example/", {}, 400],
    ["no address", "OPTIONS *", {}, 405],
    ["two hosts", "GET /", { Host: "elsewhere.example" }, 400],
    ["a host that is none", "GET /", { host: "a b" }, 400],
    ["a host that cannot be read", "GET /", { host: "[::" }, 400],
    ["another one's host", "GET /", { host: "elsewhere.example" }, 421],
    ["a body where there is none", "GET /", { "content-length": "3" }, 400],
    ["an expectation", "GET /", { expect: "the-unexpected" }, 417],
    ["headers without end", "GET /", { x: "a".repeat(20_000) }, 431],
    ["a form of an older Remix", "GET /login?_data=root", {}, 400],
    ["a method of another protocol", "PROPFIND /", {}, 405],
    ["a method that would send the cookie back", "TRACE /", {}, 405],
    ["a method that is none", "BREW /", {}, 405],
    ["a tunnel", "CONNECT elsewhere.example:443", {}, 405],
    ["a change without a form", "DELETE /", {}, 405],
    ["the engine's method elsewhere", "PUT /", {}, 405],
    ["a stream's head", "HEAD /live", {}, 405],
  ])("%s", async (_what, line, headers, status) => {
    const answer = await ask(line, headers);
    const [head = "", words = ""] = answer.split("\r\n\r\n");
    expect(statusOf(answer)).toBe(status);
    if (!line.startsWith("HEAD")) expect(words).toMatch(/^[A-Z][^<>]+\.$/);
    if (status === 405) expect(head).toMatch(/^allow: /im);
    for (const name of ["cache-control", ...EVERYWHERE]) expect(head.toLowerCase()).toContain(`\n${name}: `);
    expect([edge.reached, edge.logged]).toEqual([[], []]);
  });

  test("a request without a host", async () => {
    expect(statusOf(await exchangeRaw(edge.port, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"))).toBe(400);
    expect(statusOf(await exchangeRaw(edge.port, "GET / HTTP/1.0\r\n\r\n"))).toBe(400);
  });
});

test("machines are told in JSON, people in a page, and neither of what failed inside", async () => {
  expect(await ask("DELETE /api/inngest")).toMatch(
    /\r\n\r\n\{"error":"method_not_allowed","message":"[^"]+"\}$/,
  );
  const page = await ask("GET /broken", { accept: "text/html" });
  expect(statusOf(page)).toBe(500);
  expect(page).toContain("On the log as <code>log-1</code>");
  expect(page).not.toMatch(/secret of ours|\.ts:|<script|<style| style=/);
  expect(page).toContain('<link rel="stylesheet" href="/assets/desk.css">');
  expect(edge.logged).toMatchObject([{ message: "a secret of ours" }]);
});

test("Remix's scripts are told in the form they read: a form's sender the words, a reader the page's own address", async () => {
  const origin = `http://localhost:${edge.port}`;
  const type = "application/x-www-form-urlencoded";
  const refused = await ask("POST /theme.data", { origin, "content-type": type, "content-length": "99999" });
  expect(statusOf(refused)).toBe(413);
  expect(refused).toMatch(/content-type: text\/x-script/i);
  expect(refused).toMatch(
    /\["ErrorResponse",3,4,5\],"A form is at most 64 KiB here\. Nothing was done\.",413,"too_large"\]\n$/,
  );
  const read = await ask("GET /trades.data?_data=x", {});
  expect(read).toContain('"redirect","/trades?_data=x",');
  expect(read).toContain('"reload",true');
});

test("every answer has the headers that keep a browser from guessing", async () => {
  for (const path of ["/", "/healthz", "/api/inngest", "/live"]) {
    const answer = (await ask(`GET ${path}`)).toLowerCase();
    for (const name of EVERYWHERE) expect(answer, path).toContain(`\r\n${name}: `);
    expect(answer).toContain("frame-ancestors 'none'");
    expect(answer).not.toContain("unsafe-inline");
    expect(answer).not.toContain("strict-transport-security");
  }
});

test("live, browsers are held to the encrypted address, also by an answer to what is no request", async () => {
  const live = await startEdge({ address: { live: true } });
  for (const line of ["GET /healthz", "BREW /"]) {
    const answer = await exchangeRaw(live.port, requestText(line, { host: "desk.example" }));
    expect(answer, line).toMatch(/strict-transport-security: max-age=31536000/i);
  }
  await live.close();
});
