/** Writes app/components/ui/icons.svg from lucide and the names in icon-names.ts: `npm run icons`. */
import { writeFileSync } from "node:fs";
import { iconNames } from "../app/components/ui/icon-names";
import { spriteOf } from "./icon-sprite";

writeFileSync("app/components/ui/icons.svg", await spriteOf(iconNames));
