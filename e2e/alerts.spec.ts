import { expect, expectNoBarrier, putAxeIn, test } from "./journey";

test.use({ stackName: "alerts" });

test("an alert that cannot be read is a refused row with the reason and what came", async ({
  desk,
  stack,
}) => {
  await putAxeIn(desk);
  const data = { asset: "BINANCE:ETHUSDT", price: "2,840.50", direction: "buy", note: "\u202e<img src=x>" };
  for (const _time of [1, 2]) await stack.send({ name: "purple-flea/price.alert", id: "feed-1", data });
  await stack.send({
    name: "purple-flea/price.alert",
    id: "feed-2",
    data: { ...data, price: "2840.50", triggered_by: null },
  });
  await stack.until("select 1 from alerts where id = 'feed-2' and outcome = 'traded'", Boolean);
  await stack.until("select 1 from alerts where outcome = 'refused'", Boolean);
  await desk.goto("/alerts?outcome=refused");
  const row = desk.getByRole("row", { name: /BINANCE:ETHUSDT/ });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("Refused");
  await expect(row).toContainText("the price “2,840.50” is not a plain number above 0");
  await expectNoBarrier(desk, "refused alerts");
  await row.getByRole("link").first().click();
  await expect(desk.getByRole("heading", { level: 1, name: "Not read" })).toBeVisible();
  await expect(desk.getByText("Nothing was sent to Purple Flea and nothing moved.")).toBeVisible();
  await expect(desk.getByRole("region", { name: "What came" })).toContainText('"note": "\\u202e<img src=x>"');
  await expectNoBarrier(desk, "an alert that cannot be read");
  await desk.goto("/alerts/received/feed-2");
  await expect(desk.getByRole("heading", { level: 1, name: "Long ETH" })).toBeVisible();
  await expect(desk.getByText("BINANCE:ETHUSDT")).toBeVisible();
  expect((await stack.books()).orders.map(({ asset }) => asset)).toEqual(["ETH"]);
});

test("a market is written as one likes, and the preview says what is sent", async ({ desk, stack }) => {
  await desk.goto("/alerts/send");
  await desk.getByLabel("Asset").fill("kPEPE-PERP");
  await desk.getByLabel("Price").fill("0.0085");
  await expect(desk.getByText('"kPEPE"')).toBeVisible();
  await desk.getByRole("button", { name: /^Send price alert/ }).click();
  await stack.until("select 1 from trades where asset = 'kPEPE' and status = 'filled'", Boolean);
  await desk.goto("/alerts/send");
  await desk.getByLabel("Asset").fill("ETH/BTC");
  await desk.getByLabel("Price").fill("0.05");
  await desk.getByRole("button", { name: /^Send price alert/ }).click();
  await expect(desk.getByText(/it is priced in BTC, and orders are priced in USD/)).toBeVisible();
  await expect(desk.getByLabel("Asset")).toHaveValue("ETH/BTC");
});
