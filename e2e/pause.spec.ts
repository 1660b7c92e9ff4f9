import { expect, test } from "./journey";

test.use({ stackName: "pause" });

test("pause, refuse with 423, hold, show, resume", async ({ desk, stack }) => {
  await desk.goto("/alerts/send");
  const commandId = await desk.locator('input[name="command_id"]').inputValue();
  const pausing = await desk.context().newPage();
  await pausing.goto("/controls");
  for (const kind of ["Releases", "Faucet claims"])
    await pausing.getByRole("checkbox", { name: kind }).uncheck();
  await pausing.getByLabel("Reason").fill("Prices look wrong");
  await pausing.getByRole("button", { name: "Pause what is ticked" }).click();
  await expect(pausing.getByRole("complementary", { name: "Paused" })).toBeVisible();
  for (const blocked of ["Send price alert", "Create escrow", "Place bet"])
    await expect(pausing.getByText(blocked, { exact: true }).first()).toBeVisible();

  // On the same page once more: another pause, and no repeat of the first.
  await pausing.getByRole("checkbox", { name: "Releases" }).uncheck();
  await pausing.getByLabel("Reason").last().fill("The faucet as well");
  await pausing.getByRole("button", { name: "Pause what is ticked" }).click();
  await stack.until("select 1 from pauses where kind = 'claim' and paused = 1", Boolean);

  // The form that was open before closes itself; one that is sent all the same, by hand, is refused.
  await expect(desk.getByRole("button", { name: /^Send price alert/ })).toHaveCount(0);
  const refused = await desk.evaluate(async (id) => {
    const body = new URLSearchParams({ command_id: id, asset: "ETH", price: "2840.5", direction: "long" });
    const response = await fetch("/alerts/send", { method: "POST", body });
    return { status: response.status, text: await response.text() };
  }, commandId);
  expect(refused.status).toBe(423);
  expect(refused.text).toMatch(/paused by an operator: Prices look wrong\. Nothing was sent/);
  expect(stack.query("select count(*) n from commands where id = ?", commandId)).toEqual([{ n: 0 }]);
  // The banner is on every page, and the form is closed with the reason.
  await desk.goto("/alerts/send");
  await expect(desk.getByRole("complementary", { name: "Paused" })).toBeVisible();
  await expect(desk.getByRole("button", { name: /^Send price alert/ })).toHaveCount(0);

  await stack.send([
    { name: "purple-flea/price.alert", id: "held-1", data: { asset: "SOL", price: 150, direction: "long" } },
    {
      name: "purple-flea/price.alert",
      id: "held-2",
      data: { asset: "DOGE", price: 0.12, direction: "long" },
    },
    {
      name: "purple-flea/escrow.created",
      id: "held-3",
      data: {
        escrow_id: "esc_held",
        amount_usdc: 25,
        counterparty: "0x00000000000000000000000000000000000000a1",
      },
    },
  ]);
  await stack.until<{ n: number }>(
    "select count(*) n from alerts where outcome = 'held'",
    (row) => row?.n === 2,
  );
  await stack.until("select 1 from escrows where ref = 'esc_held' and status = 'held'", Boolean);
  expect((await stack.books()).orders).toHaveLength(0);

  await desk.goto("/controls");
  await expect(desk.getByText("2 held price alerts")).toBeVisible();
  await expect(desk.getByText("1 held escrow")).toBeVisible();
  await desk.getByRole("checkbox", { name: /DOGE/ }).uncheck();
  await desk.getByLabel("Reason").first().fill("The feed is right again");
  await desk.getByRole("button", { name: "Resume what is ticked" }).click();
  await stack.until("select 1 from alerts where id = 'held-1' and outcome = 'traded'", Boolean);
  await stack.until("select 1 from escrows where ref = 'esc_held' and status = 'pending'", Boolean);
  expect(stack.query("select outcome, reason from alerts where id = 'held-2'")).toEqual([
    { outcome: "skipped", reason: "dropped by Olive Operator when the pause was lifted" },
  ]);
  expect((await stack.books()).orders.map((order) => order.asset)).toEqual(["SOL"]);
  await desk.goto("/");
  await expect(desk.getByRole("complementary", { name: "Paused" })).toHaveCount(0);
  expect(
    stack.query(
      "select action, reason from audit where action in ('pause-actions', 'resume-actions') order by at, id",
    ),
  ).toEqual([
    { action: "pause-actions", reason: "Prices look wrong" },
    { action: "pause-actions", reason: "The faucet as well" },
    { action: "resume-actions", reason: "The feed is right again" },
  ]);
});

test("an unexplained difference stands on the overview, and is accepted with a reason", async ({
  desk,
  stack,
}) => {
  await desk.goto("/settings");
  await stack.advance(6 * 60_000);
  await stack.until("select 1 from wallet_books", Boolean);
  // Money comes in that no row of ours knows of: a faucet claim made outside, for another agent, into this wallet.
  const response = await fetch(`${stack.purpleFleaUrl}/faucet/api/claim`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ agent_id: "ag_somebody", wallet_address: "0xabcd" }),
  });
  expect(response.ok).toBe(true);
  await stack.advance(6 * 60_000);
  await desk.goto("/");
  await expect(desk.getByText(/1\.00.* USDC.*unexplained since/).first()).toBeVisible();
  await desk.goto("/balances#drift");
  await desk.getByLabel("What was it?").fill("claimed by another agent of ours");
  await desk.getByRole("button", { name: "Take it into the books as it is" }).click();
  await stack.until("select 1 from drifts where ended_at is not null", Boolean);
  await desk.goto("/");
  await expect(desk.getByText(/unexplained since/)).toHaveCount(0);
});
