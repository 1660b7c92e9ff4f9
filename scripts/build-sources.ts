/**
 * Tells a build from one of other sources: `begin` notes what the sources are before they are read, `end` keeps the note beside
 * what was built from them. By content: a checkout or a copied folder makes no build old.
 */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

/** What a build is made of, folders and files. */
const SOURCES = [
  ...["app", "db", "domain", "inngest", "packages/inngest-sandbox/src", "public", "sandbox", "server"],
  ...["package-lock.json", "tailwind.config.ts", "vite.config.ts"],
  ...["scripts/bundle.mjs", "scripts/compress.mjs"],
];
const NOT_BUILT = /\.test\.tsx?$|(?:^|\/)testing\.ts$|\.md$/;
const NOTE = "build/sources.sha256";
/** Outside of build/, which the build empties. */
const BEGUN = ".cache/sources.begun";
const NOW_WHAT = "Run npm run build.";

/** The digest of every source, by name and content. */
function digestOf(root: string): string {
  const files = SOURCES.flatMap((source) => {
    const path = join(root, source);
    if (!existsSync(path)) return [];
    const entries = /\.\w+$/.test(source)
      ? [source]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    return entries.filter((file) => !NOT_BUILT.test(file));
  });
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** Notes what is about to be built. What was built before counts no more. */
export function beginBuild(root: string): void {
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(join(root, NOTE), { force: true });
  writeFileSync(join(root, BEGUN), digestOf(root));
}

/** Everything has been built. */
export function endBuild(root: string): void {
  mkdirSync(join(root, "build"), { recursive: true });
  copyFileSync(join(root, BEGUN), join(root, NOTE));
  rmSync(join(root, BEGUN));
}

/** Why what is in `build/` is not what the sources would make, and what to do; null when it is. */
export function buildFault(root: string): string | null {
  if (!existsSync(join(root, NOTE)))
    return existsSync(join(root, "build"))
      ? `The build was not finished, or is one of before builds were noted. ${NOW_WHAT}`
      : `There is no build, and this runs what is built. ${NOW_WHAT}`;
  return readFileSync(join(root, NOTE), "utf8") === digestOf(root)
    ? null
    : `The build is not of these sources: they have changed since. ${NOW_WHAT}`;
}

/** @throws Error with what is wrong with the build and what to do, when it is not of these sources */
export function requireBuild(root: string): void {
  const fault = buildFault(root);
  if (fault) throw new Error(fault);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  ({ begin: beginBuild, end: endBuild })[process.argv[2] === "begin" ? "begin" : "end"](process.cwd());
