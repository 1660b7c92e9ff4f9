import { expect, test } from "vitest";
import { csvLine } from "./csv";

test("words that a spreadsheet would run are guarded, numbers never", () => {
  expect(csvLine([{ text: "=1+1" }, { number: "-1.500000" }, { text: "-5" }, { text: "@x" }, null])).toBe(
    "'=1+1,-1.500000,'-5,'@x,\r\n",
  );
});

test("commas, quotes and line ends stay within their cell", () => {
  expect(csvLine([{ text: 'say "hi", twice' }, { text: "two\nlines" }])).toBe(
    '"say ""hi"", twice","two\nlines"\r\n',
  );
});
