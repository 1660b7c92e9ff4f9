import { createHmac } from "node:crypto";
import {
  createEscrow,
  escrowIs,
  expect,
  expectNoBarrier,
  putAxeIn,
  signIn,
  silentCounterparty,
  test,
} from "./journey";
import { viewerAccount, type Stack } from "./stack";

test.use({ stackName: "outbox" });

/** A name that the engine keeps for itself and refuses from anybody else. */
const REFUSED = "inngest/poison";
const approve = /^Approve and release/;

test("sixty events that the engine refuses hold back no approval", async ({ desk, stack }) => {
  await createEscrow(desk, { reference: "esc_beside", amount: "31", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_beside", "pending");
  const now = await stack.now();
  for (let n = 0; n < 60; n++)
    stack.tamper(
      "insert into outbox (id, event_name, data, created_at, next_attempt_at) values (?, ?, '{}', ?, 0)",
      `poison-${n}\ud800`,
      REFUSED,
      now - n,
    );
  await stack.until<{ n: number }>(
    "select count(*) n from outbox where event_name = ? and failure = 'refused'",
    (row) => row?.n === 60,
    REFUSED,
  );
  await desk.goto("/escrows/esc_beside?review=1");
  await desk.getByRole("dialog").getByRole("button", { name: approve }).click();
  await escrowIs(stack, "esc_beside", "released");
  // Left alone, they would be parked within two minutes; here they are taken away.
  stack.tamper("delete from outbox where event_name = ?", REFUSED);
});

test("an approval that cannot be sent says so everywhere, and is sent again by hand", async ({
  desk,
  stack,
}) => {
  await putAxeIn(desk);
  await createEscrow(desk, { reference: "esc_parked", amount: "32", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_parked", "pending");
  stack.tamper(
    `create trigger poison after insert on outbox when new.event_name = 'purple-flea/escrow.confirmed' begin
       update outbox set event_name = '${REFUSED}', refusals = 7 where row_id = new.row_id; end`,
  );
  await desk.goto("/escrows/esc_parked?review=1");
  await desk.getByRole("dialog").getByRole("button", { name: approve }).click();
  await stack.until("select 1 from outbox where parked_at is not null", Boolean);
  stack.tamper("drop trigger poison");
  stack.tamper("update outbox set event_name = 'purple-flea/escrow.confirmed' where parked_at is not null");

  const hops = desk.getByRole("list", { name: "Four hops" }).getByRole("listitem");
  await expect(hops.nth(1)).toContainText("Not sent");
  await expect(hops.nth(1)).toContainText(`(400: event name is reserved for internal use: ${REFUSED})`);
  await expect(hops.nth(1)).toContainText("Nothing was released by it");
  await expect(desk.getByText("Approval sent")).toHaveCount(0);
  await expect(desk.getByText(/could not be sent/).first()).toBeVisible();

  await desk.goto("/");
  const need = desk.getByRole("listitem").filter({ hasText: "was not sent, about esc_parked" });
  await expect(need).toContainText("The event engine refused this event");
  await need.getByRole("link", { name: /^Open outbox/ }).click();
  await expect(desk.getByRole("heading", { level: 1, name: "Outbox" })).toBeVisible();
  const row = desk.getByRole("listitem").filter({ hasText: "esc_parked" });
  await expect(row).toContainText("tried 1 time");
  await expectNoBarrier(desk, "the outbox");

  const other = await desk.context().browser()?.newContext({ baseURL: stack.url });
  const viewer = await other?.newPage();
  if (!viewer) throw new Error("no browser");
  await signIn(viewer, viewerAccount);
  await viewer.goto("/outbox");
  await expect(viewer.getByText("Your role may look and not act.")).toBeVisible();
  await expect(viewer.getByRole("button", { name: "Send again" })).toHaveCount(0);
  await other?.close();

  await row.getByRole("button", { name: "Send again" }).click();
  await escrowIs(stack, "esc_parked", "released");
  await expect(desk.getByRole("button", { name: "Send again" })).toHaveCount(0);
  expect(stack.query("select result from audit where action = 'send-again'")).toEqual([
    { result: "accepted" },
  ]);
  expect(stack.query("select count(*) n from intents where key = 'escrow-end:esc_parked'")).toEqual([
    { n: 1 },
  ]);
});

async function webhook(stack: Stack, body: unknown): Promise<unknown> {
  const text = JSON.stringify(body);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const mac = createHmac("sha256", "whsec_sandbox").update(`${timestamp}.${text}`).digest("hex");
  const answer = await fetch(`${stack.url}/webhooks/purple-flea`, {
    method: "POST",
    headers: { "x-purpleflea-timestamp": timestamp, "x-purpleflea-signature": `sha256=${mac}` },
    body: text,
  });
  return { status: answer.status, ...((await answer.json()) as object) }; // our own answer
}

test("a webhook that came again and said something else is seen, with both bodies", async ({
  desk,
  stack,
}) => {
  await putAxeIn(desk);
  const told = (amount: string) => ({
    id: "evt_twice",
    type: "wallet.transfer",
    data: { tx_id: "tx_9", direction: "in", amount_usdc: amount, source: "trading" },
  });
  expect(await webhook(stack, { ...told("1"), id: "p\ud800" })).toMatchObject({
    status: 400,
    error: "bad_envelope",
  });
  expect(await webhook(stack, told("5"))).toEqual({ status: 200, received: true, duplicate: false });
  expect(await webhook(stack, told("5"))).toEqual({ status: 200, received: true, duplicate: true });
  expect(await webhook(stack, told("500"))).toMatchObject({ duplicate: true, different: true });
  await desk.goto("/");
  const need = desk.getByRole("listitem").filter({ hasText: "came again and said something else" });
  await need.getByRole("link", { name: /^Compare/ }).click();
  const changes = desk.getByRole("table", { name: "Where they differ" });
  await expect(changes.getByRole("row", { name: /amount_usdc/ })).toContainText('"5""500"');
  await expect(desk.getByRole("region", { name: "The first, acted on" })).toContainText('"5"');
  await expect(desk.getByRole("region", { name: "The last that differs, not acted on" })).toContainText(
    '"500"',
  );
  await expectNoBarrier(desk, "a webhook that came again different");
  await desk.goto("/webhooks");
  await expect(desk.getByRole("row", { name: /evt_twice/ })).toContainText("3 times, 1 different");
});
