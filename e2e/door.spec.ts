import { chromium, type BrowserContext, type Page } from "@playwright/test";
import { findBrowser } from "../scripts/browser";
import { axeViolations, expect, expectNoBarrier, hour, putAxeIn, signIn, test } from "./journey";
import { operatorAccount } from "./stack";

test.use({ stackName: "door" });

const signInForm = (email: string, password: string) => ({
  form: { email, password, next: "/" },
  maxRedirects: 0,
});
/** As a browser posts its own form. */
const own = { "sec-fetch-site": "same-origin" };

async function expectSignedOut(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  await expect(page.getByText("Audit log")).toHaveCount(0);
}

test("after signing out, Back shows no page that was signed in for, from no memory of the browser", async ({
  stack,
}) => {
  // Playwright turns the browser's memory of whole pages off; people have it on.
  const found = findBrowser();
  const browser = await chromium.launch({
    ...(found && !found.own && { executablePath: found.path }),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  try {
    for (const javaScriptEnabled of [true, false]) {
      const context = await browser.newContext({ baseURL: stack.url, javaScriptEnabled });
      const page = await context.newPage();
      await signIn(page, operatorAccount);
      await page.goto("/audit");
      await expect(page.getByRole("heading", { level: 1, name: "Audit log" })).toBeVisible();
      await page.goto("/settings");
      await page.locator("summary.who").click();
      const answered = page.waitForResponse((response) => response.url().endsWith("/logout"));
      await page.getByRole("button", { name: "Sign out", exact: true }).first().click();
      expect(await (await answered).headerValue("clear-site-data")).toBe('"cache", "storage"');
      await expectSignedOut(page);
      for (let i = 0; i < 2; i++) {
        await page.goBack();
        await expectSignedOut(page);
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
});

test("nothing that is signed in for may be kept, whatever it answers; signing out by a link does nothing", async ({
  desk,
}) => {
  const { request } = desk.context();
  for (const path of [
    "/",
    "/audit",
    "/audit.data",
    "/settings.data",
    "/escrows/none",
    "/trades.csv",
    "/logout",
  ]) {
    const response = await request.get(path, { maxRedirects: 0 });
    expect(response.headers()["cache-control"], path).toBe("no-store");
  }
  await desk.goto("/logout");
  await expect(desk.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await desk.context().clearCookies({ name: "desk" });
  const away = await request.get("/audit", { maxRedirects: 0 });
  expect([away.status(), away.headers()["cache-control"], away.headers().location]).toEqual([
    302,
    "no-store",
    "/login?next=%2Faudit",
  ]);
});

test("a stranger's wrong tries are told when to come back, and the owner's browser signs in all the same", async ({
  browser,
  stack,
}) => {
  const context = await browser.newContext({ baseURL: stack.url });
  const page = await context.newPage();
  await signIn(page, operatorAccount);
  await page.locator("summary.who").click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expectSignedOut(page);

  const strange = await browser.newContext({ baseURL: stack.url });
  const stranger = await strange.newPage();
  const statuses: number[] = [];
  for (let i = 0; i < 11; i++) {
    const response = await strange.request.post("/login", {
      ...signInForm(operatorAccount.email, `wrong ${i}`),
      headers: own,
    });
    statuses.push(response.status());
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  // As a document and as the data that the page's own scripts ask for.
  for (const address of ["/login", "/login.data"]) {
    const response = await strange.request.post(address, {
      ...signInForm(operatorAccount.email, operatorAccount.password),
      headers: own,
    });
    expect(response.status(), address).toBe(429);
    expect(Number(response.headers()["retry-after"]), address).toBeGreaterThan(500);
  }
  await stranger.goto("/login");
  await stranger.getByLabel("Email").fill(operatorAccount.email);
  await stranger.getByLabel("Password").fill(operatorAccount.password);
  await stranger.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(stranger.getByRole("alert")).toContainText(
    /Too many wrong tries for this e-mail from your address\. Nothing is wrong with the account: try again in \d+ min/,
  );
  await signIn(page, operatorAccount);

  await page.goto("/audit?actor=visitor");
  await expect(page.getByRole("region", { name: /^Audit log/ }).getByRole("row")).toHaveCount(12);
  await expect(page.getByText("too many wrong tries for this e-mail from this address")).toBeVisible();
  await expect(page.getByText("wrong password").first()).toBeVisible();
  await expect(page.getByText("127.0.0.1").first()).toBeVisible();
  await strange.close();
  await context.close();
});

test("what is too long is told beside its field, and never looked up", async ({ browser, stack }) => {
  const context = await browser.newContext({ baseURL: stack.url });
  const response = await context.request.post("/login", {
    ...signInForm(`${"x".repeat(250)}@desk.example`, "p"),
    headers: own,
  });
  expect(response.status()).toBe(422);
  expect(await response.text()).toContain("An e-mail has at most 254 characters");
  const page = await context.newPage();
  await putAxeIn(page);
  await page.goto("/login");
  await page.getByLabel("Email").fill("a@desk.example");
  await page.getByLabel("Password").fill("x".repeat(1_025));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("A password has at most 1,024 characters")).toBeVisible();
  await expect(page.getByLabel("Password")).toHaveAttribute("aria-invalid", "true");
  expect(await axeViolations(page)).toEqual([]);
  await context.close();
});

test("a sign-in leads to the page that was asked for, and never off the desk", async ({
  browser,
  desk,
  stack,
}) => {
  const context = await browser.newContext({ baseURL: stack.url });
  const page = await context.newPage();
  // Not held up by the wrong tries of others.
  const device = (await desk.context().cookies()).filter(({ name }) => name === "device");
  for (const [asked, reached] of [
    ["/login?next=/%2509/evil.example", "/"],
    ["/login?next=/%09/evil.example", "/"],
    ["/login?next=/logout", "/"],
    ["/audit?order=asc", "/audit?order=asc"],
  ] as const) {
    await context.clearCookies();
    await context.addCookies(device);
    await page.goto(asked);
    await page.getByLabel("Email").fill(operatorAccount.email);
    await page.getByLabel("Password").fill(operatorAccount.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL(`${stack.url}${reached}`);
  }
  await context.close();
});

async function elsewhere(
  stackUrl: string,
  from: BrowserContext,
): Promise<{ page: Page; close(): Promise<void> }> {
  const context = await from.browser()?.newContext({ baseURL: stackUrl });
  if (!context) throw new Error("there is no browser");
  const page = await context.newPage();
  // A device that is known is not held up by what strangers did before.
  await context.addCookies((await from.cookies()).filter(({ name }) => name === "device"));
  await signIn(page, operatorAccount);
  return { page, close: () => context.close() };
}

test("Settings lists where one is signed in, and ends any of it", async ({ desk, stack }) => {
  await putAxeIn(desk);
  const [one, two] = [await elsewhere(stack.url, desk.context()), await elsewhere(stack.url, desk.context())];
  await desk.goto("/settings");
  const list = desk.getByRole("region", { name: "Your sessions, the last seen first" });
  const count = await list.getByRole("row").count();
  expect(count).toBeGreaterThanOrEqual(4);
  await expect(list.getByText("(this one)")).toHaveCount(1);
  await expect(list.getByText(/Chrome \d+ on Linux/).first()).toBeVisible();
  await expect(list.getByText("127.0.0.1").first()).toBeVisible();
  await expectNoBarrier(desk, "settings");
  await desk.setViewportSize({ width: 1440, height: 900 });

  await list
    .getByRole("button", { name: /^End the session of/ })
    .first()
    .click();
  await expect(list.getByRole("row")).toHaveCount(count - 1);
  await two.page.goto("/audit");
  await expectSignedOut(two.page);
  await desk.getByRole("button", { name: "End all others" }).click();
  await expect(list.getByRole("row")).toHaveCount(2);
  await one.page.goto("/audit");
  await expectSignedOut(one.page);
  await desk.reload();
  await expect(desk.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  await desk.goto("/audit?action=sign-out-others");
  await expect(desk.getByRole("cell", { name: "end all other sessions" })).toBeVisible();
  await one.close();
  await two.close();
});

test("a page that is left open goes to the sign-in page when its session went idle", async ({
  browser,
  desk,
  stack,
}) => {
  const away = await elsewhere(stack.url, desk.context());
  const [newest] = stack.query<{ id: string }>("select id from sessions order by created_at desc limit 1");
  await away.page.goto("/audit");
  // The change is told to every open page, which reads itself again.
  stack.tamper("update sessions set seen_at = seen_at - ? where id = ?", hour, newest?.id);
  await expect(away.page).toHaveURL(/\/login\?next=%2Faudit$/, { timeout: 30_000 });
  const row = await stack.until<{ reason: string }>(
    "select reason from audit where action = 'session-end' and actor_id = 'door' order by at desc limit 1",
    (found) => found !== undefined,
  );
  expect(row.reason).toBe("nobody did anything for too long");
  expect(browser.isConnected()).toBe(true);
  await away.close();
});
