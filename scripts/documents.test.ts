import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const records = readdirSync("docs/decisions").sort();

test("each decision has a number of its own, without a gap, and its title says the same", () => {
  expect(records.map((name) => name.slice(0, 5))).toEqual(
    records.map((_, at) => `${String(at + 1).padStart(4, "0")}-`),
  );
  for (const name of records)
    expect(readFileSync(join("docs/decisions", name), "utf8"), name).toMatch(
      new RegExp(`^# ${Number(name.slice(0, 4))}\\. `),
    );
});

test("links between documents lead to files that exist, and records that are named by number exist", () => {
  const documents = [
    "README.md",
    "SECURITY.md",
    "packages/inngest-sandbox/README.md",
    ...readdirSync("docs", { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name)),
  ];
  const nowhere = documents.flatMap((document) => {
    const text = readFileSync(document, "utf8");
    const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, to = ""]) => to);
    const numbers = [...text.matchAll(/\brecord (\d+)\b/gi)].map(([, number]) => Number(number));
    return [
      ...links.filter((to) => !existsSync(join(dirname(document), to))),
      ...numbers.filter((number) => number < 1 || number > records.length),
    ].map((lost) => `${document}: ${lost}`);
  });
  expect(nowhere).toEqual([]);
});

test("every test that the security table names exists", () => {
  const cells = readFileSync("SECURITY.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.includes("`"))
    .map(
      (line) =>
        line
          .split(" | ")
          .at(-1)
          ?.replace(/\s*\|$/, "")
          .trim() ?? "",
    );
  const named = cells.flatMap((cell) => {
    const [, file, title] = /^`([^`]+\.ts)`(?:: (.+))?$/.exec(cell) ?? [];
    return file ? [{ file, title }] : [];
  });
  expect(named.length).toBeGreaterThan(40);
  const missing = named.filter(
    ({ file, title }) => !existsSync(file) || (title && !readFileSync(file, "utf8").includes(title)),
  );
  expect(missing).toEqual([]);
});
