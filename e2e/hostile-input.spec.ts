import { newId } from "../domain/ids";
import {
  createEscrow,
  escrowIs,
  expect,
  expectNoBarrier,
  putAxeIn,
  silentCounterparty,
  test,
} from "./journey";

test.use({ stackName: "hostile-input" });

const approve = /^Approve and release/;

test("a reference that names another page, or ends like a page's data, is opened and approved like any other", async ({
  desk,
  stack,
}) => {
  test.slow();
  // Nobody has taken the name yet: the form that stood there once is led on to.
  await desk.goto("/escrows/create");
  await expect(desk).toHaveURL(/\/new\/escrow$/);
  for (const reference of ["create", "zz.data"]) {
    await createEscrow(desk, { reference, amount: "12.5", counterparty: silentCounterparty });
    await escrowIs(stack, reference, "pending");
    await desk.goto("/escrows?view=pending");
    await desk.getByRole("link", { name: reference, exact: true }).click();
    await expect(desk.getByRole("heading", { level: 1, name: /^12\.50 USDC to/ })).toBeVisible();
    await expect(desk).toHaveTitle(new RegExp(`${reference.replace(".", "\\.")}, Escrows`));
    await desk.getByRole("link", { name: "Review…" }).click();
    const review = desk.getByRole("dialog", { name: `Review escrow ${reference}` });
    await review.getByRole("button", { name: approve }).click();
    await escrowIs(stack, reference, "released");
    await expect(desk.getByText("Released", { exact: true })).toBeVisible();
  }
  await desk.goto("/escrows/create");
  await expect(desk.getByRole("heading", { level: 1, name: /^12\.50 USDC to/ })).toBeVisible();
});

test("the same without JavaScript", async ({ browser, desk, stack }) => {
  test.slow();
  const context = await browser.newContext({
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
    javaScriptEnabled: false,
  });
  const page = await context.newPage();
  for (const reference of ["live", "send.data"]) {
    await createEscrow(page, { reference, amount: "20", counterparty: silentCounterparty });
    await escrowIs(stack, reference, "pending");
    await page.goto("/escrows?view=pending");
    await page.getByRole("link", { name: `Review ${reference}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: approve }).click();
    await expect(page.getByRole("heading", { level: 1, name: /^20\.00 USDC to/ })).toBeVisible();
    await escrowIs(stack, reference, "released");
  }
  await context.close();
});

test("an amount with a comma is asked about, and nothing typed is lost", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_comma", amount: "12,500", counterparty: silentCounterparty });
  await expect(desk.getByLabel("Amount")).toHaveAccessibleDescription(/Write 12500 or 12\.5/);
  await expect(desk.getByLabel("Amount")).toHaveValue("12,500");
  await expect(desk.getByLabel("Counterparty")).toHaveValue(silentCounterparty);
  expect(stack.query("select 1 from commands where subject_ref = 'esc_comma'")).toEqual([]);
  await desk.getByLabel("Amount").fill("12.5");
  await desk.getByRole("button", { name: /^Create escrow/ }).click();
  await escrowIs(stack, "esc_comma", "pending");
  expect(stack.query("select amount_micro n from escrows where ref = 'esc_comma'")).toEqual([
    { n: 12_500_000 },
  ]);
});

test("a description that changed behind an open review is named, and an id spent on something else sends nothing", async ({
  desk,
  stack,
}) => {
  await createEscrow(desk, { reference: "esc_words", amount: "30", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_words", "pending");
  // A page that does not hear the news in time: it waits for it. One that is refused would read itself again.
  await desk.route(/\/live\?/, () => undefined);
  await desk.goto("/escrows/esc_words?review=1");
  const review = desk.getByRole("dialog");
  await expect(review.getByRole("button", { name: approve })).toBeVisible();
  stack.tamper(
    "update escrows set description = 'Another deed', version = version + 1 where ref = 'esc_words'",
  );
  await review.getByRole("button", { name: approve }).click();
  await expect(
    review.getByText(/esc_words changed while the review was open\..* Nothing was sent\./),
  ).toBeVisible();
  await expect(review.getByRole("row", { name: /^For/ })).toContainText("Another deed");
  expect(stack.query("select 1 from decisions where escrow_ref = 'esc_words'")).toEqual([]);

  const id = newId(await stack.now());
  const send = (path: string, form: Record<string, string>) =>
    desk.request.post(path, {
      form: { command_id: id, ...form },
      headers: { origin: stack.url },
      maxRedirects: 0,
    });
  expect((await send("/settings", {})).status()).toBe(302);
  const again = await send("/bets?index", { side: "heads", stake_usdc: "1" });
  expect(again.status()).toBe(409);
  expect(await again.text()).toContain("This form was used for something else already: sync now");
  expect(stack.query("select kind from commands where id = ?", id)).toEqual([{ kind: "sync-now" }]);
});

test("what a description hides is named on the review, and it cannot reach out of its place", async ({
  desk,
  stack,
}) => {
  const description = "Refund\u202e05\u202c to Pаypal” by operator";
  await stack.send({
    name: "purple-flea/escrow.created",
    data: { escrow_id: "esc_turned", amount_usdc: 50, counterparty: silentCounterparty, description },
    id: "esc_turned",
  });
  await escrowIs(stack, "esc_turned", "pending");
  await putAxeIn(desk);
  for (const path of ["/escrows/esc_turned?review=1", "/escrows/esc_turned"]) {
    await desk.goto(path);
    const said = (path.includes("review") ? desk.getByRole("dialog") : desk.getByRole("main"))
      .locator("bdi")
      .filter({ hasText: "Refund" })
      .first();
    await expect(said.getByText("U+202E", { exact: false })).toBeVisible();
    await expect(said).toContainText("turns the order of what follows round");
    await expect(said).toContainText("letters of two alphabets: Cyrillic and Latin");
    expect(await said.textContent()).not.toMatch(/[\u202a-\u202e]/);
  }
  expect(await desk.getByRole("main").innerText()).not.toMatch(/[\u202a-\u202e]/);
  await expectNoBarrier(desk, "a description that hides something");
});

test("no address is more than the desk can take", async ({ desk }) => {
  for (const path of [
    "/escrows?view=constructor",
    "/?range=constructor",
    "/audit?from=2026-13-01&until=9999-12-31",
    `/live/trades?since=${"9".repeat(400)}`,
    `/live/runs.data?since=${"9".repeat(400)}`,
    "/trades?after=%00&agent=%00",
    "/runs?view=__proto__&after=x&after=y",
    "/search?q=%F0%9F%92%A5%00",
  ])
    expect((await desk.request.get(path)).status(), path).toBeLessThan(400);
  for (const path of ["/runs/%00", "/escrows/%E0%A4%A", "/unknown/%2F..%2F", "/trades/live", "/webhooks/~ff"])
    expect([400, 404], path).toContain((await desk.request.get(path)).status());
  for (const [path, name] of [
    ["/audit?from=2026-13-01", "from"],
    ["/alerts?outcome=nonsense", "outcome"],
    ["/webhooks?type=nonsense", "type"],
    ["/outbox?before=nonsense", "before"],
  ] as const) {
    await desk.goto(path);
    await expect(
      desk.getByText(`“${name}” in the address could not be read and was left out.`),
    ).toBeVisible();
  }
});
