import { expect, test } from "vitest";
import { isDeliberate } from "./deliberate.server";

const asked = (path: string, headers: Record<string, string>) =>
  isDeliberate(new Request(`http://inside:3000${path}`, { headers }));

test.each([
  ["a document", "/audit", { accept: "text/html,application/xhtml+xml" }, true],
  ["a document, again", "/audit", { accept: "text/html", referer: "https://desk.example/audit" }, true],
  ["a page from another", "/audit", { accept: "*/*", referer: "https://desk.example/trades" }, true],
  [
    "another page of a list",
    "/audit?after=1",
    { accept: "*/*", referer: "https://desk.example/audit" },
    true,
  ],
  ["a page that reads itself", "/audit", { accept: "*/*", referer: "https://desk.example/audit" }, false],
  [
    "a list that reads itself",
    "/audit?actor=a%20b&order=asc",
    { accept: "*/*", referer: "https://desk.example/audit?actor=a+b&order=asc" },
    false,
  ],
  ["a page that does not say from where", "/audit", { accept: "*/*" }, false],
  ["a referrer that is none", "/audit", { accept: "*/*", referer: "nonsense" }, false],
])("%s", (_what, path, headers, deliberate) => expect(asked(path, headers)).toBe(deliberate));
