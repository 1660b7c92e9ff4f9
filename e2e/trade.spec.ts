import { expect, test } from "./journey";

test.use({ stackName: "trade" });

test("an alert becomes a trade with its order id, fill and run", async ({ desk, stack }) => {
  await desk.goto("/alerts/send");
  await desk.getByLabel("Asset").fill("ETH");
  await desk.getByLabel("Price").fill("2840.5");
  await desk.getByRole("button", { name: /^Send price alert/ }).click();
  const trade = await stack.until<{ ref: string; remote: string; run: string; fill: string }>(
    "select ref, remote_id remote, run_id run, fill_price fill from trades",
    (row) => Boolean(row?.fill),
  );
  await desk.goto(`/trades/${trade.ref}`);
  await expect(desk.getByText(trade.remote).first()).toBeVisible();
  await expect(desk.getByText("trade-on-price-alert").first()).toBeVisible();
  const books = await stack.books();
  expect(books.orders.map((o) => o.id)).toEqual([trade.remote]);
  const steps = stack.query<{ name: string; status: string }>(
    "select name, status from steps where run_id = ?",
    trade.run,
  );
  expect(steps).toEqual(
    expect.arrayContaining([
      { name: "check-balance", status: "completed" },
      { name: "place-order", status: "completed" },
    ]),
  );
});

test("the same alert id sent five times at once trades once", async ({ stack }) => {
  const event = {
    name: "purple-flea/price.alert",
    id: "feed-message-77",
    data: { asset: "BTC", price: 64000, direction: "short" },
  };
  await Promise.all(Array.from({ length: 5 }, () => stack.send(event)));
  await stack.until(
    "select outcome from alerts where id = 'feed-message-77' and outcome = 'traded'",
    Boolean,
  );
  const before = (await stack.books()).orders.filter((o) => o.asset === "BTC").length;
  expect(before).toBe(1);
  expect(stack.query("select count(*) n from trades where alert_id = 'feed-message-77'")).toEqual([{ n: 1 }]);
});

test("the guide's own test line starts a trade", async ({ stack }) => {
  const [count] = stack.query<{ n: number }>("select count(*) n from trades");
  await stack.send({
    name: "purple-flea/price.alert",
    data: { asset: "ETH", price: 2840, direction: "long" },
  });
  await stack.until<{ n: number }>(
    "select count(*) n from trades where status != 'placing'",
    (row) => row?.n === (count?.n ?? 0) + 1,
  );
});

test("nonsense beside the field, and nothing is sent", async ({ desk, stack }) => {
  const [before] = stack.query<{ n: number }>("select count(*) n from commands");
  await desk.goto("/alerts/send");
  await desk.getByLabel("Asset").fill("ETH");
  await desk.getByLabel("Price").fill("-5");
  await desk.getByRole("button", { name: /^Send price alert/ }).click();
  const price = desk.getByLabel("Price");
  await expect(price).toHaveAttribute("aria-invalid", "true");
  await expect(price).toHaveValue("-5");
  expect(stack.query("select count(*) n from commands")).toEqual([before]);
  // The page is read again whenever something changes, and what is wrong with the form stays beside it.
  for (const _time of [1, 2]) {
    const read = desk.waitForResponse((response) => new URL(response.url()).pathname === "/alerts/send.data");
    await stack.send({ name: "purple-flea/sync.requested", data: {} });
    await read;
  }
  await expect(price).toHaveAttribute("aria-invalid", "true");
  await expect(price).toHaveValue("-5");
});
