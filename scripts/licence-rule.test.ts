import { expect, test } from "vitest";
import { licenceFault } from "./licence-rule";

test.each(["MIT", "(MIT OR WTFPL)", "(Apache-2.0 AND BSD-3-Clause)", "(BSD-2-Clause OR MIT OR Apache-2.0)"])(
  "%s is allowed",
  (licence) => expect(licenceFault(licence)).toBeNull(),
);

test.each([
  "GPL-3.0-only",
  "MIT AND GPL-2.0",
  "(MIT OR GPL-2.0) AND LGPL-3.0",
  "MIT WITH some-exception",
  "SEE LICENSE IN LICENSE.md",
  "UNLICENSED",
  "none",
])("%s is not", (licence) => expect(licenceFault(licence)).toContain(licence));
