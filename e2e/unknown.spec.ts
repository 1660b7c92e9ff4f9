import type { Page } from "@playwright/test";
import { expect, test } from "./journey";
import type { Stack } from "./stack";

test.use({ stackName: "unknown" });

const key = (id: string) => `order:${id}`;
const trade = (stack: Stack, id: string) =>
  stack.query<{ ref: string; status: string; remote: string | null }>(
    "select ref, status, remote_id remote from trades where alert_id = ?",
    id,
  )[0];

/** Sends an alert whose order reaches Purple Flea or not, and whose answer comes in neither case. */
async function lose(
  stack: Stack,
  id: string,
  asset: string,
  kind: "drop-after" | "drop-before",
): Promise<void> {
  await stack.setFault({ call: "order.create", kind, times: 1 });
  await stack.send({ name: "purple-flea/price.alert", id, data: { asset, price: 150, direction: "long" } });
  await stack.until("select 1 from intents where key = ? and status = 'unknown'", Boolean, key(id));
}
const ordersFor = async (stack: Stack, asset: string) =>
  (await stack.books()).orders.filter((order) => order.asset === asset);
async function openFromOverview(desk: Page, ref: string): Promise<void> {
  await desk.goto("/");
  await desk
    .locator(`a[href^="/unknown/"]`)
    .filter({ hasText: ref })
    .or(desk.locator(`a[href^="/unknown/"]`))
    .first()
    .click();
  await expect(desk.getByRole("heading", { level: 1, name: new RegExp(ref) })).toBeVisible();
}

test("a lost answer is unknown; it happened, with the id: filled", async ({ desk, stack }) => {
  await lose(stack, "lost-1", "SOL", "drop-after");
  const ref = trade(stack, "lost-1")?.ref ?? "";
  await desk.goto(`/trades/${ref}`);
  await expect(desk.getByText(/no answer came/i).first()).toBeVisible();
  await openFromOverview(desk, ref);
  await expect(desk.getByText(/other orders on SOL: none is sent until this is settled/)).toBeVisible();
  // An id that belongs to nothing changes nothing.
  await desk.getByRole("radio", { name: "It happened" }).check();
  await desk.getByLabel("Purple Flea's id").fill("ord_nothing");
  await desk.getByLabel("How do you know?").fill("guessing");
  await desk.getByRole("button", { name: "Record the decision" }).click();
  await stack.until("select 1 from command_outcomes where state = 'failed'", Boolean);
  expect(trade(stack, "lost-1")?.status).toBe("unknown");
  const [order] = await ordersFor(stack, "SOL");
  // Its report is tried for a while and then kept: it may be this order, and nobody sends it again by default.
  await stack.advance(2 * 60_000);
  await desk.reload();
  await expect(desk.getByRole("checkbox", { name: /Do it again/ })).not.toBeChecked();
  await desk.getByRole("radio", { name: "It happened" }).check();
  await desk.getByRole("button", { name: `Use this id ${order?.id}` }).click();
  await expect(desk.getByLabel("Purple Flea's id")).toHaveValue(order?.id ?? "");
  await desk.getByLabel("How do you know?").fill("it is on Purple Flea's site");
  await desk.getByRole("button", { name: "Record the decision" }).click();
  await stack.until<{ status: string }>(
    "select status from trades where alert_id = 'lost-1'",
    (row) => row?.status === "filled",
  );
  expect(await ordersFor(stack, "SOL")).toHaveLength(1);
  await desk.goto(`/trades/${ref}`);
  await expect(desk.getByText(order?.id ?? "").first()).toBeVisible();
  await expect(desk.getByText(/Decided: it happened, by Olive Operator/)).toBeVisible();
  expect(
    stack.query("select count(*) n from audit where action = 'settle-unknown' and result = 'accepted'"),
  ).toEqual([{ n: 2 }]);
});

test("it did not happen, do it again: exactly one order", async ({ desk, stack }) => {
  await lose(stack, "lost-2", "BTC", "drop-before");
  expect(await ordersFor(stack, "BTC")).toHaveLength(0);
  await desk.goto(`/unknown/${encodeURIComponent(key("lost-2"))}`);
  await desk.getByRole("radio", { name: "It did not happen" }).check();
  await expect(desk.getByRole("checkbox", { name: /Do it again/ })).toBeChecked();
  await desk.getByLabel("How do you know?").fill("Purple Flea's site does not list it");
  await desk.getByRole("button", { name: "Record the decision" }).dblclick();
  await stack.until<{ status: string }>(
    "select status from trades where alert_id = 'lost-2'",
    (row) => row?.status === "filled",
  );
  expect(await ordersFor(stack, "BTC")).toHaveLength(1);
  expect(stack.query("select tries from intents where key = ?", key("lost-2"))).toEqual([{ tries: 2 }]);
  expect(
    stack.query(
      "select count(*) n from commands where kind = 'settle-unknown' and subject_ref = ?",
      key("lost-2"),
    ),
  ).toEqual([{ n: 1 }]);
});

test("left as it is: out of the urgent list, never out of sight; and not without a reason", async ({
  desk,
  stack,
}) => {
  await lose(stack, "lost-3", "DOGE", "drop-before");
  await desk.goto(`/unknown/${encodeURIComponent(key("lost-3"))}`);
  await desk.getByRole("radio", { name: "Leave it" }).check();
  await desk.getByRole("button", { name: "Record the decision" }).click();
  await expect(desk.getByText("Say how you know; it stays on record.")).toBeVisible();
  await desk.getByRole("radio", { name: "Leave it" }).check();
  await desk.getByLabel("How do you know?").fill("asked their support");
  await desk.getByRole("button", { name: "Record the decision" }).click();
  await stack.until("select 1 from intents where key = ? and decision = 'left'", Boolean, key("lost-3"));
  await desk.goto("/");
  await expect(desk.getByText(/holds other orders on DOGE: none is sent/)).toBeVisible();
  await desk.goto("/unknown");
  await expect(desk.getByText("left by Olive Operator")).toBeVisible();
  expect(await ordersFor(stack, "DOGE")).toHaveLength(0);
});
