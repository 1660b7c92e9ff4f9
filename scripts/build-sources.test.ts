import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { beginBuild, buildFault, endBuild } from "./build-sources";

let root: string;
const write = (file: string, text: string) => writeFileSync(join(root, file), text);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "build-"));
  for (const folder of ["app/routes", "e2e"]) mkdirSync(join(root, folder), { recursive: true });
  write("app/routes/one.tsx", "1");
  write("package-lock.json", "{}");
});
afterEach(() => rmSync(root, { recursive: true }));
function build(): void {
  beginBuild(root);
  endBuild(root);
}

test("no build, and one that was not finished, are told apart from a good one", () => {
  expect(buildFault(root)).toMatch(/^There is no build.*npm run build/);
  build();
  expect(buildFault(root)).toBeNull();
  beginBuild(root);
  expect(buildFault(root)).toMatch(/^The build was not finished.*npm run build/);
  endBuild(root);
  expect(buildFault(root)).toBeNull();
});

test.each<[string, () => void]>([
  ["changed", () => write("app/routes/one.tsx", "2")],
  ["added", () => write("app/routes/two.tsx", "")],
  ["taken away", () => rmSync(join(root, "app/routes/one.tsx"))],
  ["of another release", () => write("package-lock.json", '{"a":1}')],
])("a source that was %s makes it stale", (_how, change) => {
  build();
  change();
  expect(buildFault(root)).toMatch(/^The build is not of these sources.*npm run build/);
});

test("a source that changed while it was built does so too", () => {
  beginBuild(root);
  write("app/routes/one.tsx", "2");
  endBuild(root);
  expect(buildFault(root)).toMatch(/^The build is not of these sources/);
});

test("what is not built from, and a checkout that gives files another time, do not", () => {
  build();
  write("e2e/one.spec.ts", "");
  write("app/routes/one.test.ts", "");
  utimesSync(join(root, "app/routes/one.tsx"), 1, 1);
  expect(buildFault(root)).toBeNull();
});
