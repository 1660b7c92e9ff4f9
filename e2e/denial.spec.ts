import type { Page } from "@playwright/test";
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

test.use({ stackName: "denial" });

const decided = "select count(*) n from decisions where escrow_ref = ?";
const approve = /^Approve and release/;
const reject = "Reject and refund";
const reasonOfSums = "Net 48.50 USDC and fee 0.50 USDC do not make the amount of 50.00 USDC.";

/** What the review's form would send, as somebody sends it by hand: the status, and what is answered. */
async function sendByHand(
  page: Page,
  decision: "release" | "cancel",
): Promise<{ status: number; text: string }> {
  const fields = await page
    .locator("#review-decision")
    .evaluate((form) =>
      form instanceof HTMLFormElement
        ? [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)])
        : [],
    );
  const response = await page.request.post(page.url(), {
    headers: { origin: new URL(page.url()).origin, "sec-fetch-site": "same-origin" },
    form: { ...Object.fromEntries(fields), reason: "by hand", decision },
    maxRedirects: 0,
  });
  return { status: response.status(), text: await response.text() };
}
const isLit = async (page: Page, name: RegExp | string) =>
  (await page.getByRole("button", { name }).getAttribute("aria-disabled")) !== "true";

test("an escrow that does not add up says why it cannot be approved, with and without JavaScript", async ({
  browser,
  desk,
  stack,
}) => {
  await createEscrow(desk, { reference: "esc_odd", amount: "50", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_odd", "pending");
  await stack.pauseEngine();
  stack.tamper("update escrows set net_micro = 48500000 where ref = 'esc_odd'");
  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
  });
  const plain = await context.newPage();
  for (const page of [desk, plain]) {
    await page.goto("/escrows?view=odd");
    await expect(page.getByRole("row").filter({ hasText: "esc_odd" })).toContainText("Does not add up");
    await page.goto("/escrows/esc_odd");
    await expect(page.getByText("Approving is closed.")).toBeVisible();
    await expect(page.getByText(reasonOfSums)).toBeVisible();
    await page.getByRole("link", { name: "Review…" }).click();
    const review = page.getByRole("dialog");
    const button = review.getByRole("button", { name: approve });
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await expect(button).toHaveAccessibleDescription(new RegExp(reasonOfSums));
    await expect(
      review.getByText("What the payee would get is not certain, so nothing is released."),
    ).toBeVisible();
    await expect(review.getByText(/Compare it with Purple Flea’s record, then sync\./).first()).toBeVisible();
    await button.click({ force: true });
    const { status, text } = await sendByHand(page, "release");
    expect(status).toBe(409);
    expect(text).toContain(reasonOfSums);
    expect(stack.query(decided, "esc_odd")).toEqual([{ n: 0 }]);
  }
  // What is wrong with the sums keeps no money away from us.
  await plain.getByLabel(/Reason/).fill("its sums are wrong");
  await plain.getByRole("button", { name: reject }).click();
  await expect(plain.getByText(/rejection waits to be sent\./)).toBeVisible();
  expect(stack.query(decided, "esc_odd")).toEqual([{ n: 1 }]);
  await context.close();
  await stack.resumeEngine();
  await escrowIs(stack, "esc_odd", "refunded");
});

test("what ages on an open page closes itself, before anybody presses", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_ages", amount: "50", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_ages", "pending");
  await stack.pauseEngine();
  const now = await stack.now();
  stack.tamper("update escrows set observed_at = ? where ref = 'esc_ages'", now - 15 * minute + 4_000);
  await desk.goto("/escrows/esc_ages?review=1");
  const button = desk.getByRole("dialog").getByRole("button", { name: approve });
  await expect(button).not.toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAttribute("aria-disabled", "true", { timeout: 15_000 });
  await expect(button).toHaveAccessibleDescription(/The escrow source is 15 min old, the limit is 15 min/);
  await stack.resumeEngine();
});

test("every reason at once: no axe violation, no sideways scroll from 320 to 1920", async ({
  desk,
  stack,
}) => {
  test.slow();
  await putAxeIn(desk);
  await createEscrow(desk, { reference: "esc_all", amount: "50", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_all", "pending");
  await stack.pauseEngine();
  const now = await stack.now();
  stack.tamper("update escrows set net_micro = 1, observed_at = ? where ref = 'esc_all'", now - 20 * minute);
  stack.tamper("insert into pauses values ('escrow-release', 1, 'prices look wrong', null, ?) on conflict do update set paused = 1", now); // prettier-ignore
  for (const path of ["/escrows/esc_all", "/escrows/esc_all?review=1"]) {
    await desk.goto(path);
    await expect(desk.getByRole("heading").first()).toBeVisible();
    await expectNoBarrier(desk, path, sampledThemes);
    for (const width of [320, 375, 768, 1024, 1279, 1920]) {
      await desk.setViewportSize({ width, height: 900 });
      expect(await sidewaysScroll(desk), `${path} at ${width}`).toBeLessThanOrEqual(0);
    }
  }
  await expect(desk.locator("#review-then")).toContainText("2 more reasons above.");
  stack.tamper("delete from pauses where kind = 'escrow-release'");
  await stack.resumeEngine();
});

test("a lit button of an unchanged row is never answered by a refusal, an unlit one is with the reason beside it", async ({
  browser,
  desk,
  stack,
}) => {
  test.slow();
  // The last of this file: the engine stays paused, since it knows nothing of the rows that are planted here.
  await createEscrow(desk, { reference: "esc_as", amount: "50", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_as", "pending");
  await stack.pauseEngine();
  const now = await stack.now();
  const columns = stack
    .query<{ name: string }>("select name from pragma_table_info('escrows')")
    .map(({ name }) => name)
    .filter((name) => !["ref", "remote_id"].includes(name));
  /** A pending escrow like the one that was created, with what is said of it. */
  const plant = (ref: string, changes: string) => {
    stack.tamper(
      `insert into escrows (ref, ${columns.join()}) select ?, ${columns.join()} from escrows where ref = 'esc_as'`,
      ref,
    );
    if (changes) stack.tamper(`update escrows set ${changes} where ref = '${ref}'`);
  };
  const old = `observed_at = ${now - 20 * minute}`;
  const rows: Record<string, { changes: string; approve: boolean; reject: boolean }> = {
    esc_fine: { changes: "", approve: true, reject: true },
    esc_rate: { changes: "fee_micro = 600000, net_micro = 49400000", approve: true, reject: true },
    esc_unnamed: { changes: "fee_micro = null, net_micro = null", approve: true, reject: true },
    esc_sums: { changes: "net_micro = 1", approve: false, reject: true },
    esc_old: { changes: old, approve: false, reject: true },
    esc_both: { changes: `${old}, net_micro = 1`, approve: false, reject: true },
    esc_disputed: { changes: "status = 'disputed'", approve: false, reject: false },
    esc_lost: { changes: "status = 'unknown'", approve: false, reject: false },
    esc_over: { changes: "status = 'released', settled_at = updated_at", approve: false, reject: false },
  };
  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
  });
  const plain = await context.newPage();
  for (const decision of ["approve", "reject"] as const)
    for (const [kind, row] of Object.entries(rows)) {
      const ref = `${kind}_${decision[0]}`;
      plant(ref, row.changes);
      await plain.goto(`/escrows/${ref}?review=1`);
      const name = decision === "approve" ? approve : reject;
      expect(await isLit(plain, name), ref).toBe(row[decision]);
      if (row[decision]) {
        await plain.getByLabel(/Reason/).fill("checked");
        const answer = plain.waitForResponse((response) => response.request().method() === "POST");
        await plain.getByRole("button", { name }).click();
        expect((await answer).status(), ref).toBe(302);
        await expect(plain.getByText(/waits to be sent\.|was sent at/).first()).toBeVisible();
        // Decided: both are closed now, and a second decision is refused.
        await plain.goto(`/escrows/${ref}?review=1`);
        for (const other of [approve, reject]) expect(await isLit(plain, other), ref).toBe(false);
        expect((await sendByHand(plain, "release")).status, ref).toBe(409);
        expect(stack.query(decided, ref), ref).toEqual([{ n: 1 }]);
      } else {
        const shown = (await plain.locator("#review-then").innerText()).split(". ")[0] ?? "";
        const { status, text } = await sendByHand(plain, decision === "approve" ? "release" : "cancel");
        expect(status, ref).toBe(409);
        expect(text, ref).toContain(shown);
        expect(stack.query(decided, ref), ref).toEqual([{ n: 0 }]);
      }
    }
  await context.close();
});
