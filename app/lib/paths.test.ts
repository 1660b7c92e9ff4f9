import { readdirSync } from "node:fs";
import { matchRoutes } from "@remix-run/react";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isReference } from "../../domain/ids";
import { betPath, escrowPath, newEscrowPath, pathTo, refIn, reviewPath, runPath, unknownPath } from "./paths";

const router = [{ path: "/" }, { path: "escrows" }, { path: "escrows/:ref" }];
/** What a page of the desk takes an address for, after the browser and Remix have read it. */
function meant(path: string): string | undefined {
  const { pathname } = new URL(path, "https://desk.test");
  if (pathname.endsWith(".data")) return "the data of another page";
  const params = matchRoutes(router, pathname)?.at(-1)?.params;
  return params?.ref === undefined ? undefined : refIn(params.ref);
}
const hostile = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 80 }),
  fc.constantFrom(
    "create",
    "zz.data",
    ".data",
    "a.data.data",
    ".",
    "..",
    "...",
    "%2F",
    "%2e",
    "a/b",
    "a\\b",
    "?",
    "#",
    "~",
    "~2e",
    "\0",
    "a b",
    "ä",
    "\u202e",
    "__proto__",
  ),
);

describe("an address of one thing", () => {
  test("leads back to it, whatever its reference is", () => {
    fc.assert(
      fc.property(hostile, (ref) => {
        expect(meant(escrowPath(ref))).toBe(ref);
        expect(meant(reviewPath(ref))).toBe(ref);
        // Who reads addresses on the way may undo percent signs: there is none.
        expect(escrowPath(ref)).toMatch(/^\/escrows\/[A-Za-z0-9._:~-]+$/);
        // The data of its page is asked for with `.data` behind it.
        expect(
          meant(
            escrowPath(ref)
              .concat(".data")
              .replace(/\.data$/, ""),
          ),
        ).toBe(ref);
      }),
    );
  });
  test("is the plain one for every reference that can be asked for, but the few a router takes for something else", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/), (ref) => {
        expect(isReference(ref)).toBe(true);
        if (!ref.endsWith(".data")) expect(escrowPath(ref)).toBe(`/escrows/${ref}`);
      }),
    );
    expect(escrowPath("esc_001")).toBe("/escrows/esc_001");
    expect(escrowPath("zz.data")).toBe("/escrows/zz~2edata");
    expect(unknownPath("order:feed 7/a")).toBe("/unknown/order:feed~207~2fa");
    expect([betPath("bet_1"), runPath("01ABC")]).toEqual(["/bets/bet_1", "/runs/01ABC"]);
    expect(pathTo({ page: "webhook", ref: ".." })).toBe("/webhooks/~2e~2e");
    // Where Purple Flea posts them is no page.
    expect(pathTo({ page: "webhook", ref: "purple-flea" })).toBe("/webhooks/~70urple-flea");
    expect(refIn("~70urple-flea")).toBe("purple-flea");
  });
  test("of an older spelling is read as well, and nonsense as it stands", () => {
    expect(refIn(decodeURIComponent("order%3Aa1"))).toBe("order:a1");
    for (const text of ["a~b", "~ff", "~zz", "100%", "a~2"]) expect(refIn(text)).toBe(text);
    expect(refIn(undefined)).toBe("");
  });
});

test("no page stands where the reference of a thing would lead", () => {
  const files = readdirSync("app/routes").map((file) => file.replace(/\.tsx?$/, "").replace(/^_desk\./, ""));
  const taken = files
    .flatMap((file) => /^(.+)\.\$\w+$/.exec(file)?.[1] ?? [])
    .flatMap((folder) =>
      files.filter((file) => file.startsWith(`${folder}.`) && !/\.(_index|\$\w+)$/.test(file)),
    );
  expect(taken).toEqual([]);
  expect(files).toContain(newEscrowPath.slice(1).replace("/", "."));
});
