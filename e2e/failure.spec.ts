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

const alert = (id: string, asset: string) => ({
  name: "purple-flea/price.alert",
  id,
  data: { asset, price: 150, direction: "long" },
});

test("killed between order and log: after the restart one order, one log", async ({ stack }) => {
  const id = "feed-kill-log";
  await stack.setFault({ call: "order.create", kind: "delay", delay_ms: 4_000, times: 1 });
  await stack.send(alert(id, "AVAX"));
  await stack.until("select 1 from intents where key = ? and status = 'open'", Boolean, `order:${id}`);
  // The answer still arrives and is recorded; the engine asks for no further step.
  await stack.pauseEngine();
  await stack.until("select 1 from intents where key = ? and status = 'done'", Boolean, `order:${id}`);
  const logs =
    "select count(*) n from timeline join trades on ref = subject_ref where alert_id = ? and kind = 'logged'";
  expect(stack.query(logs, id)).toEqual([{ n: 0 }]);
  await stack.kill();
  await stack.start();
  await stack.until<{ status: string }>(
    "select status from runs where id = (select run_id from alerts where id = ?)",
    (row) => row?.status === "completed",
    id,
  );
  expect(stack.query(logs, id)).toEqual([{ n: 1 }]);
  expect(stack.query("select outcome from alerts where id = ?", id)).toEqual([{ outcome: "traded" }]);
  expect((await stack.books()).orders.filter((order) => order.asset === "AVAX")).toHaveLength(1);
  expect(stack.query("select status from trades where alert_id = ?", id)).toEqual([{ status: "filled" }]);
});

test("killed while the order is on its way: it is unknown, and not sent again", async ({ stack }) => {
  const id = "feed-kill-order";
  await stack.setFault({ call: "order.create", kind: "delay", delay_ms: 9_000, times: 1 });
  await stack.send(alert(id, "SOL"));
  const orders = async () => (await stack.books()).orders.filter((order) => order.asset === "SOL");
  await expect.poll(orders).toHaveLength(1);
  await stack.kill();
  await stack.start();
  await stack.until("select 1 from intents where key = ? and status = 'unknown'", Boolean, `order:${id}`);
  await stack.until("select 1 from alerts where id = ? and outcome = 'unknown'", Boolean, id);
  expect(stack.query("select status from trades where alert_id = ?", id)).toEqual([{ status: "unknown" }]);
  expect(await orders()).toHaveLength(1);
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
