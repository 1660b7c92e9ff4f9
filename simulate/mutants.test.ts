import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MUTANTS } from "./mutants";

test.each(MUTANTS)("the code still has what is made wrong in: $name", ({ patches }) => {
  for (const { file, find } of patches)
    expect(readFileSync(file, "utf8").split(find).length - 1, `${file}: ${find}`).toBe(1);
});
