import type { Page } from "@playwright/test";
import { axeViolations, createEscrow, escrowIs, expect, putAxeIn, silentCounterparty, test } from "./journey";
import type { Stack } from "./stack";

test.use({ stackName: "shell" });

const lightSurface = "rgb(255, 255, 255)";
const darkSurface = "rgb(17, 16, 20)";
/** Two escrows to find and to walk over, made once for this file. */
async function findable(page: Page, stack: Stack): Promise<void> {
  for (const reference of ["esc_find_1", "esc_find_2"]) {
    if (stack.query("select 1 from escrows where ref = ?", reference).length > 0) continue;
    await createEscrow(page, { reference, amount: "12", counterparty: silentCounterparty });
    await escrowIs(stack, reference, "pending");
  }
}
const surface = () => getComputedStyle(document.body).backgroundColor;

test("sign-in: words for what is wrong, a limit that says so, and practice accounts to use", async ({
  page,
}) => {
  await putAxeIn(page);
  for (const [width, colorScheme] of [
    [1440, "light"],
    [375, "dark"],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/login");
    expect(await axeViolations(page)).toEqual([]);
  }
  await page.goto("/login");
  for (let i = 0; i < 11; i++) {
    await page.getByLabel("Email").fill("nobody@practice.test");
    await page.getByLabel("Password").fill("wrong");
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const { status } = await answered.then((response) => ({ status: response.status() }));
    expect(status).toBe(i < 10 ? 401 : 429);
    await expect(page.getByRole("alert")).toContainText(
      i < 10 ? "do not belong together" : /Too many wrong tries .* try again in \d+ (min|s)/,
    );
    await expect(page.getByLabel("Email")).toHaveValue("nobody@practice.test");
  }
  await page.getByRole("button", { name: "Use operator@practice.test" }).click();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
});

test("the theme is chosen, kept, and right at the first paint", async ({ desk, browser, stack }) => {
  await desk.emulateMedia({ colorScheme: "light" });
  await desk.goto("/");
  expect(await desk.evaluate(surface)).toBe(lightSurface);
  await desk.locator("summary", { hasText: "Theme: system" }).click();
  await desk.getByRole("button", { name: "Dark" }).click();
  await expect(desk.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await desk.evaluate(surface)).toBe(darkSurface);
  // Without scripts nothing can correct a wrong first paint: what the server sent is what is seen.
  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: stack.url,
    colorScheme: "light",
    storageState: await desk.context().storageState(),
  });
  const plain = await context.newPage();
  const html = await (await plain.request.get("/escrows")).text();
  expect(html).toMatch(/<html[^>]*data-theme="dark"/);
  await plain.goto("/escrows");
  expect(await plain.evaluate(surface)).toBe(darkSurface);
  await plain.locator("summary", { hasText: "Theme: dark" }).click();
  await plain.getByRole("button", { name: "As the system" }).click();
  expect(await plain.evaluate(surface)).toBe(lightSurface);
  await expect(plain).toHaveURL(/\/escrows$/);
  await context.close();
});

test("search leads to a page or an id, lists what may be meant, and works without scripts", async ({
  desk,
  browser,
  stack,
}) => {
  await findable(desk, stack);
  const [row] = stack.query<{ remote: string; run: string }>(
    "select remote_id remote, run_id run from escrows where ref = 'esc_find_1'",
  );
  await desk.goto("/");
  const box = desk.getByRole("textbox", { name: "Search or jump to" });
  // The page listens for keys from when its scripts have run.
  await expect(async () => {
    await desk.keyboard.press("Control+k");
    await expect(box).toBeFocused({ timeout: 500 });
  }).toPass();
  await box.fill("esc_find_1");
  await box.press("Enter");
  await expect(desk).toHaveURL(/\/escrows\/esc_find_1$/);
  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
  });
  const plain = await context.newPage();
  for (const [typed, url] of [
    [row?.remote ?? "", /\/escrows\/esc_find_1$/],
    [row?.run ?? "", /\/runs\//],
    ["audit", /\/audit$/],
  ] as const) {
    await plain.goto("/");
    await plain.getByRole("textbox", { name: "Search or jump to" }).fill(typed);
    await plain.getByRole("textbox", { name: "Search or jump to" }).press("Enter");
    await expect(plain).toHaveURL(url);
  }
  await plain.goto("/search?q=esc_find");
  await expect(plain.getByRole("link", { name: "esc_find_2" })).toBeVisible();
  await plain.goto("/search?q=nothing-like-it");
  await expect(plain.getByText("Nothing begins with nothing-like-it")).toBeVisible();
  await context.close();
});

test("keys: a list of them, pages, rows; none while typing", async ({ desk, stack }) => {
  await findable(desk, stack);
  await desk.goto("/");
  const keys = desk.getByRole("dialog", { name: "Keyboard keys" });
  await expect(async () => {
    await desk.keyboard.press("?");
    await expect(keys).toBeVisible({ timeout: 500 });
  }).toPass();
  await desk.keyboard.press("g");
  await desk.keyboard.press("t");
  await expect(desk).toHaveURL(/\/$/);
  await desk.keyboard.press("Escape");
  await expect(keys).toBeHidden();
  await desk.keyboard.press("g");
  await desk.keyboard.press("e");
  await expect(desk).toHaveURL(/\/escrows$/);
  await expect(desk.getByRole("link", { name: "esc_find_1", exact: true })).toBeVisible();
  await desk.keyboard.press("j");
  await expect(desk.getByRole("link", { name: "esc_find_1", exact: true })).toBeFocused();
  await desk.keyboard.press("j");
  await expect(desk.getByRole("link", { name: "esc_find_2", exact: true })).toBeFocused();
  await desk.keyboard.press("k");
  await desk.keyboard.press("Enter");
  await expect(desk).toHaveURL(/\/escrows\/esc_find_1$/);
  // The address changes a moment before the page does.
  await expect(desk.getByRole("heading", { level: 1, name: /^12\.00 USDC/ })).toBeVisible();
  await desk.keyboard.press("Escape");
  await expect(desk).toHaveURL(/\/escrows$/);
  await desk.keyboard.press("/");
  const box = desk.getByRole("textbox", { name: "Search or jump to" });
  await expect(box).toBeFocused();
  await desk.keyboard.type("g?jkt");
  await expect(box).toHaveValue("g?jkt");
  await expect(keys).toBeHidden();
  await expect(desk).toHaveURL(/\/escrows$/);
});

test("the tab says how many wait, and the age goes on without a reload", async ({ desk, stack }) => {
  await findable(desk, stack);
  await desk.goto("/escrows");
  const [pending] = stack.query<{ n: number }>("select count(*) n from escrows where status = 'pending'");
  await expect(desk).toHaveTitle(`(${pending?.n}) Escrows · Purple Flea Operator`);
  await desk.goto("/");
  await expect(desk.getByRole("link", { name: /^Pending escrows/ })).toContainText(String(pending?.n));
  // Nothing is read meanwhile: what is shown is held against one and the same row.
  await stack.pauseEngine();
  const synced = desk.getByRole("link", { name: /^Synced / });
  await expect(async () => {
    const [oldest] = stack.query<{ at: number }>("select min(synced_at) at from sync");
    const [, n, unit] = /Synced (\d+) (s|min)/.exec((await synced.textContent()) ?? "") ?? [];
    const shown = Number(n) * (unit === "min" ? 60 : 1);
    const age = ((await stack.now()) - (oldest?.at ?? 0)) / 1_000;
    expect(Math.abs(shown - age)).toBeLessThan(unit === "min" ? 60 : 2.5);
  }).toPass();
  await stack.resumeEngine();
});

test("one panel that cannot be read leaves the others standing, and Retry works", async ({ desk, stack }) => {
  await findable(desk, stack);
  await desk.goto("/");
  stack.tamper("alter table timeline rename to timeline_gone");
  try {
    await desk.goto("/");
    await expect(desk.getByText("Activity could not be read")).toBeVisible();
    await expect(desk.getByText("No money is affected; the other panels are current.")).toBeVisible();
    await expect(desk.getByRole("link", { name: /^Pending escrows/ })).toContainText(/\d/);
    await expect(desk.getByRole("heading", { name: "Freshness by source" })).toBeVisible();
  } finally {
    stack.tamper("alter table timeline_gone rename to timeline");
  }
  await desk.getByRole("link", { name: "Retry Activity" }).click();
  await expect(desk.getByText("Activity could not be read")).toHaveCount(0);
  await expect(desk.getByText("Escrow created").first()).toBeVisible();
});

test("a page that cannot be shown is told inside the frame", async ({ desk, stack }) => {
  await desk.goto("/escrows/esc_no_such");
  await expect(desk.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
  await expect(desk.getByRole("navigation", { name: "Main", exact: true })).toBeVisible();
  stack.tamper("alter table bets rename to bets_gone");
  try {
    const response = await desk.goto("/bets");
    expect(response?.status()).toBe(500);
    await expect(desk.getByRole("heading", { level: 1, name: "This page could not be read" })).toBeVisible();
    await expect(desk.getByRole("navigation", { name: "Main", exact: true })).toBeVisible();
  } finally {
    stack.tamper("alter table bets_gone rename to bets");
  }
  await desk.getByRole("link", { name: "Retry" }).click();
  await expect(desk.getByRole("heading", { level: 1, name: /^Bets/ })).toBeVisible();
});

test("the preview is the event, to the letter, and the form works without scripts", async ({
  desk,
  browser,
  stack,
}) => {
  await desk.goto("/alerts/send");
  await desk.getByLabel("Asset").fill("eth");
  await desk.getByLabel("Price").fill("2840.50");
  await desk.getByLabel("Then open").selectOption("short");
  const event = desk.getByRole("region", { name: "The event as JSON" });
  await expect(event).toContainText('"short"');
  const preview: unknown = JSON.parse((await event.textContent()) ?? "");
  await desk.getByRole("button", { name: /^Send price alert/ }).click();
  await expect(desk).toHaveURL(/\/sent\//);
  const sent = stack
    .query<{ id: string; name: string; data: string }>(
      "select id, event_name name, data from outbox order by created_at desc limit 1",
    )
    .map(({ id, name, data }) => ({ name, id, data: JSON.parse(data) as unknown }));
  expect(sent).toEqual([preview]);

  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto("/alerts/send");
  await plain.getByLabel("Asset").fill("SOL");
  await plain.getByLabel("Price").fill("-1");
  await plain.getByRole("button", { name: /^Send price alert/ }).click();
  await expect(plain.getByLabel("Price")).toHaveAttribute("aria-invalid", "true");
  await expect(plain.getByLabel("Asset")).toHaveValue("SOL");
  await plain.getByLabel("Price").fill("150");
  await plain.getByRole("button", { name: /^Send price alert/ }).click();
  await expect(plain).toHaveURL(/\/sent\//);
  await expect(plain.getByRole("list", { name: "Four hops" })).toBeVisible();
  await context.close();
});

test("reduced motion moves nothing", async ({ desk, stack }) => {
  await findable(desk, stack);
  await desk.emulateMedia({ reducedMotion: "reduce" });
  await desk.goto("/escrows/esc_find_1?review=1");
  const longest = await desk.evaluate(() =>
    Math.max(
      ...[...document.querySelectorAll("*")].flatMap((element) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element);
        return [transitionDuration, animationDuration].map((text) => parseFloat(text) || 0);
      }),
    ),
  );
  expect(longest).toBe(0);
});
