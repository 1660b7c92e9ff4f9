import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

/** Debian's package, where Playwright's own build cannot be fetched. */
const SYSTEM = "/usr/bin/chromium";

/** The browser the tests use: Playwright's own when it is there, else the system's; null when there is neither. */
export function findBrowser(): { own: true } | { own: false; path: string } | null {
  if (existsSync(chromium.executablePath())) return { own: true };
  return existsSync(SYSTEM) ? { own: false, path: SYSTEM } : null;
}

type Run = (title: string, command: string, args: string[]) => Promise<boolean>;

/** Sees to it that there is a browser: fetches Playwright's, and where that fails installs Debian's package (as root). */
export async function ensureBrowser(run: Run): Promise<boolean> {
  if (findBrowser()) return true;
  const root = process.getuid?.() === 0;
  const playwright = (what: string) => ["playwright", what, "chromium"];
  if (await run("fetch a browser for the browser tests", "npx", playwright("install")))
    return !root || run("install what the browser needs", "npx", playwright("install-deps"));
  if (root && existsSync("/usr/bin/apt-get")) {
    const installed =
      (await run("look for a packaged browser", "apt-get", ["update", "-qq"])) &&
      (await run("install the packaged browser", "apt-get", ["install", "-y", "-qq", "chromium"]));
    if (installed && findBrowser()) return true;
  }
  console.error(
    "There is no browser for the browser tests. Install Chromium, or run: npx playwright install --with-deps chromium",
  );
  return false;
}
