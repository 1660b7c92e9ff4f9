import type { Page } from "@playwright/test";
import type { Stack } from "./stack";
import {
  createEscrow,
  escrowIs,
  expect,
  expectNoBarrier,
  minute,
  putAxeIn,
  sampledThemes,
  sidewaysScroll,
  silentCounterparty,
  test,
} from "./journey";

test.use({ stackName: "review" });

const approve = /^Approve and release/;
const decisions =
  "select count(*) n from commands where kind in ('approve-escrow', 'reject-escrow') and subject_ref = ?";

/** Makes an escrow of 20 USDC that waits for a decision. */
async function makePending(
  desk: Page,
  stack: Stack,
  reference: string,
  counterparty = silentCounterparty,
): Promise<void> {
  await createEscrow(desk, { reference, amount: "20", counterparty });
  await escrowIs(stack, reference, "pending");
}
/** Makes one that was approved and is released. */
async function makeReleased(
  desk: Page,
  stack: Stack,
  reference: string,
  counterparty = silentCounterparty,
): Promise<void> {
  await makePending(desk, stack, reference, counterparty);
  await desk.goto(`/escrows/${reference}?review=1`);
  await desk.getByRole("dialog").getByRole("button", { name: approve }).click();
  await escrowIs(stack, reference, "released");
}

test("the review is a named dialog that keeps the focus, closes on Escape and sends nothing", async ({
  desk,
  stack,
}) => {
  await createEscrow(desk, { reference: "esc_focus", amount: "50", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_focus", "pending");
  await desk.goto("/escrows/esc_focus");
  const opener = desk.getByRole("link", { name: "Review…" });
  await opener.click();
  const review = desk.getByRole("dialog", { name: /^Review escrow esc_focus/ });
  await expect(review).toBeVisible();
  const inside = () =>
    desk.evaluate(
      () => document.activeElement?.closest("dialog") !== null && document.activeElement !== null,
    );
  expect(await inside()).toBe(true);
  for (let i = 0; i < 12; i++) {
    await desk.keyboard.press("Tab");
    // Past the last one the browser's own controls come, which the page does not see as an element of its own.
    expect((await inside()) || (await desk.evaluate(() => document.activeElement === document.body))).toBe(
      true,
    );
  }
  await expect(review.getByText("0x0000 0000 0000 0000 0000")).toBeVisible();
  await expect(review.getByText("Adds up: 49.50 + 0.50 = 50.00.")).toBeVisible();
  await desk.keyboard.press("Escape");
  await expect(review).toHaveCount(0);
  await expect(desk).toHaveURL(/\/escrows\/esc_focus$/);
  await expect(opener).toBeFocused();
  expect(stack.query(decisions, "esc_focus")).toEqual([{ n: 0 }]);
});

test("what changed after the review was opened is named field by field, and nothing is sent", async ({
  browser,
  desk,
  stack,
}) => {
  await createEscrow(desk, { reference: "esc_changed", amount: "50", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_changed", "pending");
  await desk.goto("/escrows/esc_changed?review=1");
  const review = desk.getByRole("dialog");
  await expect(review.getByRole("button", { name: approve })).toBeVisible();
  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto("/escrows/esc_changed?review=1");
  // To another amount that adds up: what is refused is refused for the change alone.
  stack.tamper(
    "update escrows set amount_micro = 500000000, net_micro = 499500000 where ref = 'esc_changed'",
  );
  // The news is told, what stands under the button is still what was seen, and no press decides about either.
  await expect(review.getByText("It changed while you were looking.")).toBeVisible();
  const button = review.getByRole("button", { name: approve });
  await expect(button).toHaveText("Approve and release 49.50 USDC");
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription(/esc_changed changed while the review was open/);
  await expect(review.getByRole("button", { name: "Reject and refund" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  const expectChanges = async (page: Page) => {
    const amount = page.getByRole("row", { name: /^Amount/ });
    await expect(amount).toContainText("50.00 USDC");
    await expect(amount).toContainText("500.00 USDC");
    await expect(page.getByRole("row", { name: /^Payee/ })).toContainText("same");
  };
  await expectChanges(desk);
  // A page that cannot hear the news sends what it showed.
  await plain.getByRole("button", { name: approve }).click();
  await expect(plain.getByRole("alert").getByText("Changed since you looked.")).toBeVisible();
  await expectChanges(plain);
  expect(stack.query(decisions, "esc_changed")).toEqual([{ n: 0 }]);
  await context.close();
  // Accepted by a press, the new values are what is decided about.
  await review.getByRole("button", { name: "Show the new values" }).click();
  await expect(button).toHaveText("Approve and release 499.50 USDC");
  stack.tamper("update escrows set amount_micro = 50000000, net_micro = 49500000 where ref = 'esc_changed'");
});

test("the receipt follows a decision over its four hops, without a reload", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_hops", amount: "20", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_hops", "pending");
  await stack.pauseEngine();
  await desk.goto("/escrows/esc_hops?review=1");
  await desk.getByRole("dialog").getByRole("button", { name: approve }).click();
  const hops = desk.getByRole("list", { name: "Four hops" }).getByRole("listitem");
  await expect(hops.nth(0)).toHaveAttribute("data-state", "done");
  await expect(hops.nth(1)).toHaveAttribute("data-state", "waiting");
  await expect(hops.nth(1)).toContainText("Queued, not sent yet");
  await expect(hops.nth(1)).toContainText(/waiting (?!00:00)\d\d:\d\d/);
  await expect(hops.nth(2)).toContainText("not yet");
  await expect(desk.getByText(/^Closed: .* approval waits to be sent\.$/)).toBeVisible();
  await stack.setFault({ call: "escrow.release", kind: "delay", delay_ms: 6_000, times: 1 });
  await stack.resumeEngine();
  await expect(hops.nth(2)).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  await expect(hops.nth(3)).toHaveAttribute("data-state", "waiting");
  await expect(desk.getByText("Released", { exact: true })).toHaveCount(0);
  for (const hop of await hops.all())
    await expect(hop).toHaveAttribute("data-state", "done", { timeout: 30_000 });
  await expect(desk.getByText("4 of 4 hops confirmed")).toBeVisible();
  await expect(desk.getByText("Released", { exact: true })).toBeVisible();
  // Going back to the form and pressing again is no second decision.
  await desk.goto("/escrows/esc_hops?review=1");
  await expect(desk.getByRole("dialog").getByRole("button", { name: approve })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  expect(stack.query(decisions, "esc_hops")).toEqual([{ n: 1 }]);
});

test("the queue says what happens by itself, the soonest first, and red when it is soon", async ({
  desk,
  stack,
}) => {
  await createEscrow(desk, { reference: "esc_first", amount: "50", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_first", "pending");
  await stack.advance(10 * minute);
  await createEscrow(desk, { reference: "esc_second", amount: "1250", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_second", "pending");
  await desk.goto("/escrows?view=pending");
  const rows = desk.getByRole("row").filter({ hasText: /esc_(first|second)/ });
  await expect(rows.nth(0)).toContainText("Cancels and refunds 50.00 USDC in 6 d 23 h unless confirmed");
  await expect(rows.nth(1)).toContainText("Cancels and refunds 1,250.00 USDC in 6 d 23 h unless confirmed");
  const now = await stack.now();
  stack.tamper("update escrows set expires_at = ? where ref = 'esc_first'", now + 48.5 * minute);
  const soon = rows.nth(0).locator(".conseq");
  await expect(soon).toContainText("in 48 min");
  await expect(soon).toHaveClass(/is-soon/);
  await desk.goto("/");
  await expect(desk.getByText("esc_first cancels in 48 min")).toBeVisible();
  await expect(desk.getByText(/Refunds 50.00 USDC to the wallet at/)).toBeVisible();
});

test("the escrow's page, its review and a receipt: no axe violation, no sideways scroll from 320 to 1920", async ({
  desk,
  stack,
}) => {
  test.slow();
  await makePending(desk, stack, "esc_read");
  await makeReleased(desk, stack, "esc_over");
  await putAxeIn(desk);
  const [command] = stack.query<{ id: string }>("select id from commands where kind = 'approve-escrow'");
  for (const path of [
    "/",
    "/escrows",
    "/escrows/esc_read",
    "/escrows/esc_read?review=1",
    "/escrows/esc_over",
    `/sent/${command?.id}`,
  ]) {
    await desk.goto(path);
    await expect(desk.getByRole("heading").first()).toBeVisible();
    await expectNoBarrier(desk, path, sampledThemes);
    for (const width of [320, 768, 1023, 1024, 1099, 1279, 1920]) {
      await desk.setViewportSize({ width, height: 900 });
      expect(await sidewaysScroll(desk), `${path} at ${width}`).toBeLessThanOrEqual(0);
    }
  }
});

test("who was never paid is marked, and an address that looks like a known one is named", async ({
  desk,
  stack,
}) => {
  const known = "0x0000000000000000000000000000000000a111f1";
  await makeReleased(desk, stack, "esc_known", known);
  await makePending(desk, stack, "esc_known_again", known);
  await makePending(desk, stack, "esc_twin", known.replace("a", "b"));
  await desk.goto("/escrows/esc_twin?review=1");
  const review = desk.getByRole("dialog");
  await expect(review.getByText("First time")).toBeVisible();
  await expect(review.getByText("One character away from another address.")).toBeVisible();
  await expect(review.getByText("The other was paid once, this one never.")).toBeVisible();
  await expect(review.locator("mark")).toHaveText(["b", "a"]);
  await desk.goto("/escrows/esc_known_again?review=1");
  await expect(review.getByRole("button", { name: approve })).toBeVisible();
  await expect(review.getByText("First time")).toHaveCount(0);
  await expect(review.getByText("One character away")).toHaveCount(0);
});

test("an escrow's statement is one page of paper, with its whole story and nothing of the screen's", async ({
  desk,
  stack,
}) => {
  await makeReleased(desk, stack, "esc_paper");
  await desk.goto("/escrows/esc_paper");
  await desk.emulateMedia({ media: "print" });
  await expect(desk.getByText(/^Purple Flea Operator, statement as of/)).toBeVisible();
  await expect(desk.getByText(silentCounterparty)).toBeVisible();
  for (const told of ["Approval sent", "20.00 USDC locked at Purple Flea"])
    await expect(desk.getByText(told)).toBeVisible();
  await expect(desk.getByRole("navigation")).toHaveCount(0);
  await expect(desk.getByRole("button")).toHaveCount(0);
  const pages = (await desk.pdf({ format: "A4" })).toString("latin1").match(/\/Type\s*\/Page\b/g);
  expect(pages).toHaveLength(1);
});

test("a row is approved by touch on a phone", async ({ browser, desk, stack }) => {
  await createEscrow(desk, { reference: "esc_touch", amount: "15", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_touch", "pending");
  const context = await browser.newContext({
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
    viewport: { width: 375, height: 812 },
    hasTouch: true,
    isMobile: true,
  });
  const phone = await context.newPage();
  await phone.goto("/escrows?view=pending");
  await phone.getByRole("link", { name: "esc_touch", exact: true }).tap();
  await phone.getByRole("link", { name: "Review…" }).tap();
  const review = phone.getByRole("dialog");
  const box = await review.boundingBox();
  expect(box?.width).toBeCloseTo(375, 1);
  const button = review.getByRole("button", { name: approve });
  expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await button.tap();
  await expect(phone.getByText("Released", { exact: true })).toBeVisible({ timeout: 30_000 });
  expect(stack.query(decisions, "esc_touch")).toEqual([{ n: 1 }]);
  await context.close();
});

test("what is older than its limit says so and cannot be approved, and a sync opens it again", async ({
  desk,
  stack,
}) => {
  await createEscrow(desk, { reference: "esc_stale", amount: "25", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_stale", "pending");
  await stack.pauseEngine();
  const ago = (await stack.now()) - 20 * minute;
  stack.tamper(
    "insert into sync (source, synced_at, attempted_at) values ('escrow', ?, ?) on conflict do update set synced_at = excluded.synced_at",
    ago,
    ago,
  );
  await desk.goto("/escrows/esc_stale?review=1");
  await expect(desk.getByRole("link", { name: /stale source: escrow 20 min/ })).toBeVisible();
  const review = desk.getByRole("dialog");
  const button = review.getByRole("button", { name: approve });
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription(/The escrow source is 20 min old, the limit is 15 min/);
  // Closed and still to be seen: pressing it does nothing.
  await button.click({ force: true });
  expect(stack.query(decisions, "esc_stale")).toEqual([{ n: 0 }]);
  // Asked for while nothing can run, so that no other read comes first; it waits and opens nothing yet.
  // Where it is once the sheet has come in.
  await review.evaluate((sheet) =>
    Promise.all(sheet.getAnimations({ subtree: true }).map((animation) => animation.finished)),
  );
  const place = await button.boundingBox();
  await review.getByRole("button", { name: "Sync now" }).click();
  const sync = await stack.until<{ id: string }>(
    "select id from outbox where event_name = 'purple-flea/sync.requested' and sent_at is null",
    Boolean,
  );
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await stack.resumeEngine();
  await expect(button).not.toHaveAttribute("aria-disabled", "true", { timeout: 30_000 });
  await stack.until(
    "select 1 from command_outcomes where command_id = ? and state = 'confirmed'",
    Boolean,
    sync.id,
  );
  // The way out has gone and the decision has not moved into its place.
  await expect(review.getByRole("button", { name: "Sync now" })).toHaveCount(0);
  expect(await button.boundingBox()).toEqual(place);
  await button.click();
  await escrowIs(stack, "esc_stale", "released");
});
