import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MUTANTS, placesOf } from "./mutants";

test.each(MUTANTS)("the code still has what is made wrong in: $name", (mutant) => {
  for (const { file, find } of placesOf(mutant))
    expect(readFileSync(file, "utf8").split(find).length - 1, `${file}: ${find}`).toBe(1);
});

test("the documented list of faults is the one that is played", () => {
  const text = readFileSync("docs/decisions/0014-histories-on-virtual-time.md", "utf8");
  const listed = [...text.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, name]) => name);
  expect(listed.slice(2)).toEqual(MUTANTS.map(({ name }) => name));
});
