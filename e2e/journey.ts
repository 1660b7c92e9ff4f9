import type axe from "axe-core";
import { createRequire } from "node:module";
import { test as base, expect, type Cookie, type Page } from "@playwright/test";
import { operatorAccount, startStack, type Account, type Stack } from "./stack";

/** A stack for each file, a signed-in page for each test. */
export const test = base.extend<
  { desk: Page },
  { stackName: string; stack: Stack; session: { cookies: Cookie[] } }
>({
  // Another name is another worker, and so another stack: each file says its own.
  stackName: ["", { scope: "worker", option: true }],
  stack: [
    async ({ stackName: _name }, use) => {
      const stack = await startStack();
      await use(stack);
      await stack.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  session: [
    async ({ stackName: _name }, use) => {
      await use({ cookies: [] });
    },
    { scope: "worker" },
  ],
  baseURL: async ({ stack }, use) => use(stack.url),
  // One sign-in serves a file: each costs a password's check.
  desk: async ({ page, session }, use) => {
    if (session.cookies.length > 0) await page.context().addCookies(session.cookies);
    else {
      await signIn(page, operatorAccount);
      session.cookies = await page.context().cookies();
    }
    await use(page);
  },
});
export { expect };

export async function signIn(page: Page, account: Account): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password").fill(account.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** Puts axe in before the page's own scripts, by the browser and not by the page: the content policy stays as it is. */
export async function putAxeIn(page: Page): Promise<void> {
  await page.addInitScript({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
}

type Theme = "light" | "dark";
const bothThemes: readonly Theme[] = ["light", "dark"];
/** For a test of many pages: `npm test` reads each in light and wide, and in dark on a phone; `npm run test:long` in all four ways. */
export const sampledThemes = (width: number): readonly Theme[] =>
  process.env.LONG === "1" ? bothThemes : [width > 800 ? "light" : "dark"];

/** Checks the page in both themes, wide and on a phone: no axe violation, no sideways scroll. */
export async function expectNoBarrier(
  page: Page,
  what: string,
  themesAt: (width: number) => readonly Theme[] = () => bothThemes,
): Promise<void> {
  for (const width of [1440, 375]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await sidewaysScroll(page), `${what} scrolls sideways at ${width}`).toBeLessThanOrEqual(0);
    for (const colorScheme of themesAt(width)) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await axeViolations(page), `${what} ${colorScheme} ${width}`).toEqual([]);
    }
  }
}

/** By how much the page is wider than its window, px. */
export const sidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What axe finds wrong with the page as it stands, a line each. */
export function axeViolations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found = await window.axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(
      (violation) =>
        `${violation.id}: ${violation.nodes
          .map((node) => node.html)
          .join(" | ")
          .slice(0, 400)}`,
    );
  });
}

/** Fills in the form for a new escrow and sends it; ends on the escrow's page. */
export async function createEscrow(
  page: Page,
  escrow: { reference: string; amount: string; counterparty: string },
): Promise<void> {
  await page.goto("/new/escrow");
  await page.getByLabel("Reference").fill(escrow.reference);
  await page.getByLabel("Amount").fill(escrow.amount);
  await page.getByLabel("Counterparty").fill(escrow.counterparty);
  await page.getByRole("button", { name: /^Create escrow/ }).click();
}

/** Waits until the mirror says the escrow is in that state. */
export async function escrowIs(stack: Stack, ref: string, status: string): Promise<void> {
  await stack.until<{ status: string }>(
    "select status from escrows where ref = ?",
    (row) => row?.status === status,
    ref,
  );
}

/** A counterparty that never confirms by itself, and one that does after a while. */
export const silentCounterparty = "0x00000000000000000000000000000000000000a1";
export const promptCounterparty = "0x00000000000000000000000000000000000000a2";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
