import { createEscrow, escrowIs, expect, silentCounterparty, test } from "./journey";

test.use({ stackName: "sandbox" });

test("every page says that this is practice money", async ({ desk }) => {
  for (const path of ["/", "/escrows", "/runs", "/sandbox"]) {
    await desk.goto(path);
    await expect(desk.getByRole("complementary", { name: "Practice" })).toContainText("Practice money.");
  }
});

test("a confirmation with Purple Flea's signature releases the escrow", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_signed", amount: "33", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_signed", "pending");
  await desk.goto("/sandbox");
  await desk.getByLabel("Signed by Purple Flea").selectOption("esc_signed");
  await desk.getByRole("button", { name: "Send a signed webhook" }).click();
  await expect(desk.getByText("The edge answered 200.")).toBeVisible();
  await escrowIs(stack, "esc_signed", "released");
  await desk.getByLabel("Signed by Purple Flea").selectOption("");
  await desk.getByRole("button", { name: "Send a signed webhook" }).click();
  await stack.until("select 1 from inbox where type = 'sandbox.greeting'", Boolean);
});

test("a fault for any call, and one that does not fit is refused in words", async ({ desk, stack }) => {
  await desk.goto("/sandbox");
  await desk.getByLabel("When we").selectOption("escrow.release");
  await desk.getByLabel("Purple Flea will").selectOption("500");
  await desk.getByLabel("Times").fill("2");
  await desk.getByRole("button", { name: "Set the fault" }).click();
  const waiting = desk.getByRole("list", { name: "Waiting faults" });
  await expect(waiting).toContainText("release an escrow: answer 500, 2 times");
  await desk.getByLabel("When we").selectOption("webhook");
  await desk.getByLabel("Purple Flea will").selectOption("500");
  await desk.getByRole("button", { name: "Set the fault" }).click();
  await expect(desk.getByText("This kind does not fit that call")).toBeVisible();
  await desk.getByRole("button", { name: "Clear faults" }).click();
  await expect(desk.getByText("No fault is waiting")).toBeVisible();
  expect(stack.query("select count(*) n from commands where kind = 'practice'")).toEqual([{ n: 0 }]);
});

test("a time-out on release is unknown until it is looked up, and never failed", async ({ desk, stack }) => {
  test.slow();
  await createEscrow(desk, { reference: "esc_drill", amount: "21", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_drill", "pending");
  await desk.goto("/sandbox");
  await desk.getByRole("button", { name: "Choose Time-out on release" }).click();
  await expect(desk.getByRole("list", { name: "Waiting faults" })).toContainText(
    "release an escrow: time out",
  );
  await desk.goto("/escrows/esc_drill?review=1");
  await desk
    .getByRole("dialog")
    .getByRole("button", { name: /^Approve and release/ })
    .click();
  const head = desk.locator(".page-head .status");
  await expect(head).toHaveText("Unknown", { timeout: 30_000 });
  await expect(desk.getByText("No answer came.").first()).toBeVisible();
  await expect(desk.getByRole("list", { name: "Four hops" })).not.toContainText("Failed");
  await expect(head).toHaveText("Released", { timeout: 60_000 });
  expect(stack.query("select status from intents where key = 'escrow-end:esc_drill'")).toEqual([
    { status: "done" },
  ]);
});

test("time that passes says what happened on the way", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_passing", amount: "44", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_passing", "pending");
  const before = await stack.now();
  await desk.goto("/sandbox");
  await desk.getByRole("button", { name: "+1 hour" }).click();
  await expect(desk.getByText(/has become/)).toBeVisible({ timeout: 45_000 });
  expect((await stack.now()) - before).toBeGreaterThanOrEqual(3_600_000);
});
