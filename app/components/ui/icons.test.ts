import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as statuses from "../../../domain/statuses";
import { spriteOf } from "../../../scripts/icon-sprite";
import { iconNames } from "./icon-names";

test("the file of icons is what lucide draws under the names", async () => {
  expect(readFileSync(join(import.meta.dirname, "icons.svg"), "utf8")).toBe(await spriteOf(iconNames));
});

test("every status has its icon in it", () => {
  const looks = Object.entries(statuses).flatMap(([name, value]) =>
    name.endsWith("Look")
      ? Object.values(value as Record<string, Partial<statuses.StatusLook>>).filter((look) => look.icon)
      : [],
  );
  expect(looks.length).toBeGreaterThan(30);
  for (const look of looks) expect(iconNames).toContain(look.icon);
});
