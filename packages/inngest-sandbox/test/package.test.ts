import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const PACKAGE = join(import.meta.dirname, "..");
const files = readdirSync(join(PACKAGE, "src")).map((name) => join("src", name));
const importsOf = (file: string): string[] =>
  [...readFileSync(join(PACKAGE, file), "utf8").matchAll(/(?:\bfrom|^import) "([^"]+)"/gm)].map(
    ([, name = ""]) => name,
  );
const isOwn = (name: string): boolean => name.startsWith(".");
const pathOf = (file: string, name: string): string => join(dirname(file), `${name}.ts`);

test("the engine imports its own files, Node and what its package.json says it depends on, and nothing else", () => {
  const { dependencies } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  }; // the package's own
  const isListed = (name: string): boolean => name.startsWith("node:") || Object.hasOwn(dependencies, name);
  const strange = files.flatMap((file) =>
    importsOf(file)
      .filter((name) =>
        isOwn(name)
          ? !pathOf(file, name).startsWith("src/") || !existsSync(join(PACKAGE, pathOf(file, name)))
          : !isListed(name),
      )
      .map((name) => `${file}: ${name}`),
  );
  expect(files.length).toBeGreaterThan(30);
  expect(strange).toEqual([]);
});

test("no file of the engine imports itself by way of others, not even for a type", () => {
  const circles: string[] = [];
  const done = new Set<string>();
  function follow(file: string, way: string[]): void {
    if (way.includes(file)) return void circles.push([...way.slice(way.indexOf(file)), file].join(" > "));
    if (done.has(file)) return;
    for (const name of importsOf(file).filter(isOwn)) follow(pathOf(file, name), [...way, file]);
    done.add(file);
  }
  for (const file of files) follow(file, []);
  expect(circles).toEqual([]);
});

test("the README shows the example as it is", () => {
  const example = readFileSync(join(import.meta.dirname, "example.test.ts"), "utf8");
  expect(readFileSync(join(PACKAGE, "README.md"), "utf8")).toContain(`\`\`\`ts\n${example}\`\`\`\n`);
});
