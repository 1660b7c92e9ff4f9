import { createEscrow, escrowIs, expect, silentCounterparty, test } from "./journey";

test.use({ stackName: "failure" });

test("engine stopped, approve, engine started: one release", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_outage", amount: "25", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_outage", "pending");
  await desk.goto("/sandbox");
  await desk.getByRole("button", { name: /^Stop the engine/ }).click();
  await expect(desk.getByRole("button", { name: /^Start the engine/ })).toBeVisible();
  await desk.goto("/escrows/esc_outage?review=1");
  await desk
    .getByRole("dialog")
    .getByRole("button", { name: /^Approve and release/ })
    .click();
  await expect(desk.getByText(/queued, not sent/i).first()).toBeVisible();
  expect(stack.query("select status from escrows where ref = 'esc_outage'")).toEqual([{ status: "pending" }]);
  await desk.goto("/sandbox");
  await desk.getByRole("button", { name: /^Start the engine/ }).click();
  await escrowIs(stack, "esc_outage", "released");
  expect(stack.query("select count(*) n from intents where key = 'escrow-end:esc_outage'")).toEqual([
    { n: 1 },
  ]);
});

test("the app dies between order and log: one order, one log", async ({ stack }) => {
  const id = "feed-kill-1";
  await stack.setFault({ call: "order.create", kind: "delay", delay_ms: 1500, times: 1 });
  await stack.send({
    name: "purple-flea/price.alert",
    id,
    data: { asset: "SOL", price: 150, direction: "long" },
  });
  await stack.until("select 1 from intents where key = ? and status = 'open'", Boolean, `order:${id}`);
  await stack.kill();
  await stack.start();
  const intent = await stack.until<{ status: string }>(
    "select status from intents where key = ?",
    (row) => row?.status === "done" || row?.status === "unknown",
    `order:${id}`,
  );
  const orders = (await stack.books()).orders.filter((o) => o.asset === "SOL");
  expect(orders.length).toBeLessThanOrEqual(1);
  expect(stack.query("select count(*) n from trades where alert_id = ?", id)).toEqual([{ n: 1 }]);
  const [trade] = stack.query<{ status: string }>("select status from trades where alert_id = ?", id);
  expect(trade?.status === "unknown").toBe(intent.status === "unknown");
});

test("a time-out on release ends as unknown and is then settled by looking", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_dropped", amount: "60", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_dropped", "pending");
  await stack.setFault({ call: "escrow.release", kind: "drop-after", times: 1 });
  await desk.goto("/escrows/esc_dropped?review=1");
  await desk
    .getByRole("dialog")
    .getByRole("button", { name: /^Approve and release/ })
    .click();
  await escrowIs(stack, "esc_dropped", "released");
  const { escrows, sum } = await stack.books();
  const remote = stack.query<{ id: string }>("select remote_id id from escrows where ref = 'esc_dropped'")[0]
    ?.id;
  expect(escrows.filter((e) => e.id === remote && e.status === "released")).toHaveLength(1);
  expect(sum).toBe("0");
});
