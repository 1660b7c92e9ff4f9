import { expect, expectNoBarrier, putAxeIn, sampledThemes, signIn, test } from "./journey";
import { viewerAccount } from "./stack";

test.use({ stackName: "edge" });

const pages = [
  "/",
  "/escrows",
  "/trades",
  "/alerts",
  "/alerts/send",
  "/balances",
  "/bets",
  "/faucet",
  "/domains",
  "/runs",
  "/outbox",
  "/webhooks",
  "/audit",
  "/settings",
  "/sandbox",
  "/new/escrow",
  "/unknown",
  "/controls",
  "/keys",
  "/search?q=esc",
];

test("without a session every page leads to the sign-in", async ({ page, request }) => {
  for (const path of pages) {
    const response = await request.get(path, { maxRedirects: 0 });
    expect([response.status(), response.headers().location], path).toEqual([
      302,
      path === "/" ? "/login" : `/login?next=${encodeURIComponent(path)}`,
    ]);
  }
  await page.goto("/escrows");
  await expect(page).toHaveURL(/\/login\?next=%2Fescrows$/);
});

test("a viewer cannot send a command, and the attempt is on record", async ({ page, stack }) => {
  await signIn(page, viewerAccount);
  const response = await page.request.post(`${stack.url}/faucet`, {
    form: { command_id: "01J00000000000000000000000" },
    headers: { origin: stack.url, "sec-fetch-site": "same-origin" },
  });
  expect(response.status()).toBe(403);
  expect(stack.query("select count(*) n from audit where result = 'denied'")).toEqual([{ n: 1 }]);
  expect(stack.query("select count(*) n from commands")).toEqual([{ n: 0 }]);
});

test("a form posted from another site is refused", async ({ desk, stack }) => {
  const response = await desk.request.post(`${stack.url}/faucet`, {
    form: { command_id: "01J00000000000000000000000" },
    headers: { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" },
  });
  expect(response.status()).toBe(403);
  expect(stack.query("select count(*) n from commands")).toEqual([{ n: 0 }]);
});

test("an unsigned webhook changes nothing", async ({ request, stack }) => {
  for (const path of ["/webhooks/purple-flea", "/api/webhooks/escrow"]) {
    const response = await request.post(`${stack.url}${path}`, {
      data: { id: "evt_x", type: "escrow.confirmed", data: {} },
    });
    expect(response.status()).toBe(401);
  }
  expect(stack.query("select count(*) n from inbox")).toEqual([{ n: 0 }]);
});

test("nonsense in the address gets words, not a crash", async ({ desk }) => {
  for (const path of [
    "/trades?sort=nonsense&after=%00",
    "/escrows?status=nonsense",
    "/runs?page=zzz",
    "/trades/does-not-exist",
    "/escrows/does-not-exist",
    "/runs/does-not-exist",
  ]) {
    const response = await desk.goto(path);
    expect(response?.status(), path).toBeLessThan(500);
    await expect(desk.getByRole("heading", { level: 1 })).toBeVisible();
  }
});

test("every page, both themes, wide and on a phone: no axe violation, no sideways scroll, no console error", async ({
  desk,
}) => {
  test.slow();
  const problems: string[] = [];
  desk.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  desk.on("pageerror", (error) => problems.push(error.message));
  await putAxeIn(desk);
  for (const path of pages) {
    await desk.goto(path);
    await expect(desk.getByRole("heading", { level: 1 })).toBeVisible();
    await expectNoBarrier(desk, path, sampledThemes);
  }
  expect(problems).toEqual([]);
});

test("with scripts, a form that the edge refuses is told why in the edge's own words", async ({ page }) => {
  await page.goto("/login");
  await page.getByLabel("Email").fill(viewerAccount.email);
  await page.getByLabel("Password").fill("x".repeat(70_000));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("A form is at most 64 KiB here. Nothing was done.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This was not accepted");
});

test("with scripts, a page that the edge refuses to read is loaded whole, and says why", async ({
  desk,
  stack,
}) => {
  await desk.route("**/trades.data*", (route) => route.continue({ url: `${stack.url}/trades.data?_data=x` }));
  await desk.goto("/alerts");
  await desk.getByRole("link", { name: "Trades", exact: true }).first().click();
  await expect(desk.getByText("No address here takes _data.")).toBeVisible();
});

test("a run's time line is drawn without scripts, and without anything that the content policy refuses", async ({
  browser,
  desk,
  stack,
}) => {
  await stack.send({
    name: "purple-flea/price.alert",
    id: "edge-alert",
    data: { asset: "BTC", price: 64_120, direction: "long", triggered_by: "breakout" },
  });
  const run = await stack.until<{ id: string; steps: number }>(
    "select run_id id, count(*) steps from steps where ended_at is not null group by run_id order by 2 desc",
    (row) => (row?.steps ?? 0) > 2,
  );
  for (const javaScriptEnabled of [false, true]) {
    const context = await browser.newContext({ javaScriptEnabled, baseURL: stack.url });
    await context.addCookies(await desk.context().cookies());
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(`/runs/${run.id}`);
    const bars = page.locator(".lane > .exec");
    const [first, last] = [await bars.first().boundingBox(), await bars.last().boundingBox()];
    expect(last?.x).toBeGreaterThan((first?.x ?? Infinity) + (first?.width ?? 0));
    expect(problems).toEqual([]);
    await context.close();
  }
});
