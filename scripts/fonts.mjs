// Makes the two fonts the desk is set in from those of fontsource: Latin only, and only the weights there are (400 to 620).
// What is left out stays with fontsource: letters of other scripts come from there when a page has any.
import { readFileSync, writeFileSync } from "node:fs";
import subsetFont from "subset-font";

/** What `unicode-range` in app/styles/fonts.css says. */
const RANGES = [
  [0x0000, 0x00ff],
  [0x0131, 0x0131],
  [0x0152, 0x0153],
  [0x02bb, 0x02bc],
  [0x02c6, 0x02c6],
  [0x02da, 0x02da],
  [0x02dc, 0x02dc],
  [0x2000, 0x206f],
  [0x20ac, 0x20ac],
  [0x2122, 0x2122],
  [0x2191, 0x2191],
  [0x2193, 0x2193],
  [0x2212, 0x2212],
  [0x2215, 0x2215],
];
const letters = RANGES.flatMap(([from, to]) =>
  Array.from({ length: to - from + 1 }, (_, n) => String.fromCodePoint(from + n)),
).join("");

for (const name of ["inter", "jetbrains-mono"]) {
  const whole = readFileSync(
    `node_modules/@fontsource-variable/${name}/files/${name}-latin-wght-normal.woff2`,
  );
  const small = await subsetFont(whole, letters, {
    targetFormat: "woff2",
    variationAxes: { wght: { min: 400, max: 620 } },
  });
  writeFileSync(`app/styles/fonts/${name}-latin.woff2`, small);
  console.log(`${name}: ${whole.length} bytes, now ${small.length}`);
}
