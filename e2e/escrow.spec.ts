import {
  createEscrow,
  day,
  escrowIs,
  expect,
  minute,
  promptCounterparty,
  silentCounterparty,
  test,
} from "./journey";

test.use({ stackName: "escrow" });

test("an approved escrow is released once, with its fee and referral to the micro", async ({
  desk,
  stack,
}) => {
  await createEscrow(desk, {
    reference: "esc_approve",
    amount: "123.456789",
    counterparty: silentCounterparty,
  });
  await escrowIs(stack, "esc_approve", "pending");
  await desk.goto("/escrows/esc_approve?review=1");
  const review = desk.getByRole("dialog");
  await expect(review).toBeVisible();
  await review.getByRole("button", { name: /^Approve and release 122\.222221/ }).click();
  await escrowIs(stack, "esc_approve", "released");
  await desk.goto("/escrows/esc_approve");
  await expect(desk.getByText("Released", { exact: true }).first()).toBeVisible();

  const [row] = stack.query<{ fee: number; referral: number; net: number; remote: string; run: string }>(
    "select fee_micro fee, referral_micro referral, net_micro net, remote_id remote, run_id run from escrows where ref = 'esc_approve'",
  );
  expect(row).toMatchObject({ fee: 1_234_568, referral: 185_185, net: 122_222_221 });
  const books = await stack.books();
  expect(books.sum).toBe("0");
  expect(books.escrows.filter((e) => e.id === row?.remote)).toEqual([
    expect.objectContaining({ status: "released", fee_micro: "1234568", referral_micro: "185185" }),
  ]);
  // The run waited and was resumed: one run, with its wait among the steps.
  const waits = stack.query<{ status: string }>(
    "select status from steps where run_id = ? and name = 'wait-for-counterparty'",
    row?.run,
  );
  expect(waits).toEqual([{ status: "completed" }]);
});

test("the counterparty's signed webhook releases without a click", async ({ stack, desk }) => {
  await createEscrow(desk, { reference: "esc_webhook", amount: "50", counterparty: promptCounterparty });
  await escrowIs(stack, "esc_webhook", "pending");
  await stack.advance(10 * minute);
  await escrowIs(stack, "esc_webhook", "released");
  expect(stack.query("select decision from decisions where escrow_ref = 'esc_webhook'")).toEqual([]);
  await desk.goto("/escrows/esc_webhook");
  await expect(desk.getByText("Released", { exact: true }).first()).toBeVisible();
});

test("a rejected escrow is cancelled and refunded", async ({ desk, stack }) => {
  const before = BigInt((await stack.books()).accounts.wallet ?? "0");
  await createEscrow(desk, { reference: "esc_reject", amount: "20", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_reject", "pending");
  await desk.goto("/escrows/esc_reject?review=1");
  const review = desk.getByRole("dialog");
  await review.getByLabel(/Reason/).fill("The work was not delivered");
  await review.getByRole("button", { name: /^Reject/ }).click();
  await escrowIs(stack, "esc_reject", "refunded");
  expect(BigInt((await stack.books()).accounts.wallet ?? "0")).toBe(before);
  await desk.goto("/escrows/esc_reject");
  await expect(desk.getByText("Refunded", { exact: true }).first()).toBeVisible();
});

test("nobody confirms for seven days: cancelled and refunded", async ({ desk, stack }) => {
  const before = BigInt((await stack.books()).accounts.wallet ?? "0");
  await createEscrow(desk, { reference: "esc_silent", amount: "30", counterparty: silentCounterparty });
  // Not before the engine has the wait: it lasts from then.
  await stack.until(
    "select 1 from steps join escrows on escrows.run_id = steps.run_id where ref = 'esc_silent' and name = 'wait-for-counterparty' and steps.status = 'waiting'",
    Boolean,
  );
  await stack.skip(7 * day - 10 * minute);
  expect(stack.query("select status from escrows where ref = 'esc_silent'")).toEqual([{ status: "pending" }]);
  await stack.advance(11 * minute);
  await escrowIs(stack, "esc_silent", "refunded");
  const { escrows, sum } = await stack.books();
  const remote = stack.query<{ id: string }>("select remote_id id from escrows where ref = 'esc_silent'")[0]
    ?.id;
  expect(escrows.find((e) => e.id === remote)?.status).toBe("refunded");
  expect(sum).toBe("0");
  expect(BigInt((await stack.books()).accounts.wallet ?? "0")).toBeGreaterThanOrEqual(before);
});

test("double click, reload and resubmit of an approval are one command and one release", async ({
  desk,
  stack,
}) => {
  await createEscrow(desk, { reference: "esc_double", amount: "40", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_double", "pending");
  await desk.goto("/escrows/esc_double?review=1");
  const form = desk.getByRole("dialog").locator("form").first();
  const fields = await form.evaluate((element) =>
    element instanceof HTMLFormElement
      ? [...new FormData(element).entries()].map(([name, value]): [string, string] => [name, String(value)])
      : [],
  );
  const action = (await form.getAttribute("action")) ?? desk.url();
  const approve = desk.getByRole("dialog").getByRole("button", { name: /^Approve and release/ });
  const intent = await approve.evaluate((b) =>
    b instanceof HTMLButtonElement && b.name ? [b.name, b.value] : [],
  );
  await approve.dblclick();
  // The same form once more, as going back and pressing again would send it.
  const body = new URLSearchParams([
    ...fields,
    ...(intent.length === 2 ? [[intent[0] ?? "", intent[1] ?? ""]] : []),
  ]);
  for (let i = 0; i < 3; i++) {
    await desk.request.post(new URL(action, stack.url).href, {
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: stack.url,
        "sec-fetch-site": "same-origin",
      },
      data: body.toString(),
    });
  }
  await escrowIs(stack, "esc_double", "released");
  expect(
    stack.query(
      "select count(*) n from commands where subject_ref = 'esc_double' and kind = 'approve-escrow'",
    ),
  ).toEqual([{ n: 1 }]);
  expect(stack.query("select count(*) n from intents where key = 'escrow-end:esc_double'")).toEqual([
    { n: 1 },
  ]);
});

test("approve works without JavaScript", async ({ browser, stack, desk }) => {
  await createEscrow(desk, { reference: "esc_plain", amount: "15", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_plain", "pending");
  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto("/escrows/esc_plain?review=1");
  await plain.getByRole("button", { name: /^Approve and release/ }).click();
  await escrowIs(stack, "esc_plain", "released");
  expect(
    stack.query(
      "select count(*) n from commands where subject_ref = 'esc_plain' and kind = 'approve-escrow'",
    ),
  ).toEqual([{ n: 1 }]);
  await context.close();
});
