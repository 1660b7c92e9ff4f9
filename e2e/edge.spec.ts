import { expect, expectNoBarrier, putAxeIn, signIn, test } from "./journey";
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
    await expectNoBarrier(desk, path);
  }
  expect(problems).toEqual([]);
});
