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

test("time that passes says what happened on the way", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_passing", amount: "44", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_passing", "pending");
  const before = await stack.now();
  await desk.goto("/sandbox");
  await desk.getByRole("button", { name: "+1 hour" }).click();
  await expect(desk.getByText(/has become/)).toBeVisible({ timeout: 45_000 });
  expect((await stack.now()) - before).toBeGreaterThanOrEqual(3_600_000);
});
