import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { safePath } from "./safe-path";

const ORIGIN = "https://desk.example";

describe("what leads back", () => {
  test.each([
    "/",
    "/escrows",
    "/escrows/esc_001?review=1#decide",
    "/trades?status=open&asset=ETH",
    "/unknown/order%3Aal_1",
    "/search?q=%2F%2Fnot-a-host",
    "/audit?from=2026-11-01",
  ])("%s stays as it is", (path) => expect(safePath(path)).toBe(path));
  test("dots are walked before anybody follows them", () =>
    expect(safePath("/trades/../escrows/./esc_1")).toBe("/escrows/esc_1"));
});

describe("what leads away, or is no page, becomes the overview", () => {
  test.each([
    ["nothing", null],
    ["no text", new Blob(["/"])],
    ["an empty text", ""],
    ["another scheme", "javascript:alert(1)"],
    ["another host", "https://evil.example/"],
    ["a host without a scheme", "//evil.example"],
    ["a backslash for a slash", "/\\evil.example"],
    ["backslashes in the middle", "/a\\..\\\\evil.example"],
    ["a tab a browser drops", "/\t/evil.example"],
    ["a line break a browser drops", "/\n/evil.example"],
    ["a tab in code", "/%09/evil.example"],
    ["a line break in code", "/%0a%0d/evil.example"],
    ["a slash in code", "/%2f/evil.example"],
    ["a slash in code at the front", "/%2Fevil.example"],
    ["a backslash in code", "/%5cevil.example"],
    ["a host behind dots", "/.//evil.example"],
    ["a host behind dots in code", "/a/%2e%2e//evil.example"],
    ["credentials", "//operator:secret@desk.invalid/"],
    ["a space in front", " //evil.example"],
    ["a code that is none", "/%zz"],
    ["more than an address holds", `/${"a".repeat(3_000)}`],
    ["the way out", "/logout"],
    ["the way out in other letters", "/%4cogOut/?x=1"],
    ["the sign-in page itself", "/login?next=/escrows"],
    ["the theme", "/theme"],
    ["the engine's endpoint", "/api/inngest"],
    ["a webhook", "/webhooks/purple-flea"],
    ["the stream of nudges", "/live"],
    ["a page's data", "/audit.data?_routes=root"],
    ["what a list asks by itself", "/live/trades/?ids=a"],
  ])("%s", (_what, given) => expect(safePath(given)).toBe("/"));
});

describe("whatever comes in stays on the desk", () => {
  /** What hosts, controls and ways up are made of, put together at will. */
  const piece = fc.oneof(
    fc.constantFrom(
      "/",
      "//",
      "\\",
      "..",
      ".",
      "@",
      ":",
      "?",
      "#",
      "evil.example",
      "http:",
      "\t",
      "\n",
      "\r",
    ),
    fc.constantFrom(
      "%2f",
      "%5c",
      "%09",
      "%0a",
      "%2e",
      "%00",
      "%25",
      "%252f",
      "\u0000",
      "\u00a0",
      " ",
      "／",
      "。",
    ),
    fc.string({ maxLength: 4, unit: "binary" }),
  );
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join("")}`),
  );
  const originOf = (location: string) => new URL(location, `${ORIGIN}/login`).origin;

  test("as a browser reads a Location header, and after one decoding", () => {
    fc.assert(
      fc.property(anything, (given) => {
        const path = safePath(given);
        expect(path.startsWith("/")).toBe(true);
        expect(originOf(path)).toBe(ORIGIN);
        // A header carries bytes: what is not ASCII would be read as something else.

        expect(path).toMatch(/^[\u0021-\u007e]+$/);
        let once: string;
        try {
          once = decodeURIComponent(path);
        } catch {
          return;
        }
        expect(originOf(once)).toBe(ORIGIN);
      }),
      { numRuns: 5_000 },
    );
  });

  test("and leads to the same place when it is led through twice", () => {
    fc.assert(fc.property(anything, (given) => safePath(safePath(given)) === safePath(given)));
  });
});
