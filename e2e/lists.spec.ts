import type { Page } from "@playwright/test";
import { expect, test } from "./journey";
import { operatorAccount } from "./stack";

test.use({ stackName: "lists" });

test.beforeAll(async ({ stack }) => {
  stack.seed({ now: await stack.now(), trades: 2_345, escrows: 20, runs: 40, bets: 5, balanceDays: 40 });
});

/** The ids in a list, from its top to its bottom. */
const idsOf = (page: Page): Promise<string[]> =>
  page.locator("tbody a.id").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
const heads = (page: Page): Promise<string[]> => page.getByRole("columnheader").allInnerTexts();

test("an address shows the same rows, order and columns to somebody else", async ({
  desk,
  browser,
  stack,
}) => {
  await desk.goto("/trades?asset=BTC&side=long&sort=size&order=asc&cols=ref,size,market,pnl");
  const [ids, columns] = [await idsOf(desk), await heads(desk)];
  expect(ids).toHaveLength(50);
  expect(columns).toEqual(["Trade", "Size, USDC", "Market", "Profit, USDC"]);
  const sizes = stack.query<{ ref: string }>(
    "select ref from trades where asset = 'BTC' and side = 'long' order by size_micro, ref limit 50",
  );
  expect(ids).toEqual(sizes.map(({ ref }) => `/trades/${ref}`));
  const other = await browser.newContext({
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
  });
  const page = await other.newPage();
  await page.goto(desk.url());
  expect([await idsOf(page), await heads(page)]).toEqual([ids, columns]);
  await other.close();
});

test("a filter is set from its menu, is a chip, and the chip takes it away", async ({ desk }) => {
  await desk.goto("/trades");
  await desk.getByRole("group", { name: "Filters" }).getByText("Market").click();
  await desk.getByRole("link", { name: "ETH", exact: true }).click();
  await expect(desk).toHaveURL(/asset=ETH/);
  await expect(desk.locator("tbody tr").first()).toContainText("ETH");
  await desk.getByRole("link", { name: /^Market ETH/ }).click();
  await expect(desk).not.toHaveURL(/asset=/);
});

test("sorting and paging reach the last row without JavaScript", async ({ desk, browser, stack }) => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    baseURL: stack.url,
    storageState: await desk.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto("/trades");
  await plain.getByRole("link", { name: "Size, USDC" }).click();
  await expect(plain.getByRole("columnheader", { name: "Size, USDC" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
  await plain.getByRole("link", { name: "Last" }).click();
  const [smallest] = stack.query<{ ref: string }>("select ref from trades order by size_micro, ref limit 1");
  expect((await idsOf(plain)).at(-1)).toBe(`/trades/${smallest?.ref}`);
  await plain.getByRole("link", { name: "Previous" }).click();
  await expect(plain.getByRole("region", { name: /^Trades/ }).locator("tbody tr")).toHaveCount(50);
  await context.close();
});

test("a hidden column is in neither the page nor the CSV, and stays hidden", async ({ desk }) => {
  await desk.goto("/trades?asset=SOL");
  await desk.getByText("Columns", { exact: true }).click();
  await desk.getByRole("checkbox", { name: "Profit", exact: true }).uncheck();
  await desk.getByRole("button", { name: "Show these" }).click();
  await expect(desk.getByRole("columnheader", { name: /^Profit/ })).toHaveCount(0);
  await desk.goto("/trades");
  await expect(desk.getByRole("columnheader", { name: /^Profit/ })).toHaveCount(0);
  const csv = await (await desk.request.get("/trades.csv")).text();
  expect(csv.split("\r\n")[1]).not.toContain("Profit");
  await desk.getByText("Columns", { exact: true }).click();
  await desk.getByRole("button", { name: "Reset to default" }).click();
  await expect(desk.getByRole("columnheader", { name: /^Profit/ })).toHaveCount(1);
});

test("the CSV is the view: every row, its numbers as numbers, its filter in the first line", async ({
  desk,
  stack,
}) => {
  const response = await desk.request.get("/trades.csv?view=over&cols=ref,size,pnl,status");
  const [filter, head, ...lines] = (await response.text()).trimEnd().split("\r\n");
  expect(response.headers()["content-disposition"]).toContain("attachment");
  expect(filter).toContain("view over");
  expect(head).toBe('Trade,"Size, USDC","Profit, USDC",Status');
  const [counted] = stack.query<{ n: number }>(
    "select count(*) n from trades where status in ('closed', 'liquidated')",
  );
  expect(lines).toHaveLength(counted?.n ?? 0);
  const profits = lines.map((line) => line.split(",")[2] ?? "");
  expect(profits.filter((text) => !/^-?\d+\.\d{6}$/.test(text))).toEqual([]);
  expect(profits.some((text) => text.startsWith("-"))).toBe(true);
});

test("what is new waits to be asked for; the row under the pointer stays", async ({ desk, stack }) => {
  await desk.goto("/trades");
  const ids = await idsOf(desk);
  await desk.locator("tbody tr").nth(3).hover();
  for (let n = 0; n < 3; n++)
    await stack.send({
      name: "purple-flea/price.alert",
      id: `list-${n}`,
      data: { asset: "ETH", price: 2840, direction: "long" },
    });
  await stack.until<{ n: number }>(
    "select count(*) n from trades where alert_id like 'list-%'",
    (row) => row?.n === 3,
  );
  await expect(desk.getByRole("link", { name: "3 new" })).toBeVisible();
  expect(await idsOf(desk)).toEqual(ids);
  await desk.getByRole("link", { name: "3 new" }).click();
  await expect(desk.getByRole("link", { name: "3 new" })).toHaveCount(0);
  expect((await idsOf(desk)).slice(3, 10)).toEqual(ids.slice(0, 7));
});

test("a bar of a run leads to its step's output, by pointer and by keyboard", async ({ desk, stack }) => {
  await stack.send({
    name: "purple-flea/price.alert",
    id: "run-1",
    data: { asset: "BTC", price: 64000, direction: "long" },
  });
  const run = await stack.until<{ id: string; trade: string }>(
    "select r.id, t.ref trade from runs r join trades t on t.run_id = r.id where t.alert_id = 'run-1' and r.status = 'completed'",
    Boolean,
  );
  await desk.goto(`/runs/${run.id}`);
  const lane = await desk.locator("tr", { hasText: "place-order" }).locator(".lane").boundingBox();
  await desk.mouse.click((lane?.x ?? 0) + (lane?.width ?? 0) / 2, (lane?.y ?? 0) + (lane?.height ?? 0) / 2);
  await expect(desk).toHaveURL(/step=/);
  await expect(desk.getByRole("heading", { level: 2, name: "place-order" })).toBeVisible();
  await expect(desk.getByRole("region", { name: "Output" }).first()).toContainText("ord_");
  await desk.getByRole("link", { name: /^check-balance/ }).focus();
  await desk.keyboard.press("Enter");
  await expect(desk.getByRole("heading", { level: 2, name: "check-balance" })).toBeVisible();
  await desk.getByRole("link", { name: /^Open tr_/ }).click();
  await expect(desk).toHaveURL(new RegExp(`/trades/${run.trade}`));
});

test("another zone changes every time on a page", async ({ desk, stack }) => {
  const zone = async (name: string) => {
    await desk.goto("/settings");
    await desk.getByLabel(/is shown in/).selectOption(name);
    await desk.getByRole("button", { name: "Save zone" }).click();
    await stack.until(
      "select 1 from operators where email = ? and time_zone = ?",
      Boolean,
      operatorAccount.email,
      name,
    );
  };
  const times = async () => {
    await desk.goto("/trades?view=over");
    return desk
      .locator("tbody time")
      .evaluateAll((all) => all.map((time) => [time.getAttribute("title"), time.textContent]));
  };
  await zone("UTC");
  const utc = await times();
  await zone("Asia/Tokyo");
  const there = await times();
  expect(there.map(([title]) => title)).toEqual(utc.map(([title]) => title));
  there.forEach(([, text], index) => expect(text).not.toBe(utc[index]?.[1]));
  for (const path of ["/trades", "/runs", "/balances", "/bets", "/audit", "/webhooks", "/alerts"]) {
    await desk.goto(path);
    await expect(desk.getByText("Invalid Date")).toHaveCount(0);
  }
  await zone("UTC");
});

test("the chart and its table have the same values, and both say where nothing was read", async ({
  desk,
}) => {
  // A balance that is read between the two is in the second only: then both are read again.
  await expect(async () => {
    await desk.goto("/balances?period=7d");
    const chart = desk.locator("svg.chart-wide");
    await expect(chart).toHaveAttribute("aria-label", /Nothing was read/);
    const drawn = (await chart.locator("title").allTextContents()).map((text) => text.split(" ")[0]);
    await desk.getByRole("link", { name: "Show as table" }).click();
    const table = desk.getByRole("region", { name: "Wallet, values" });
    await expect(table).toBeVisible();
    const values = await table.locator("tbody td:last-child").allInnerTexts();
    expect(values.filter((text) => text === "nothing read").length).toBeGreaterThan(0);
    expect(values.filter((text) => text !== "nothing read").reverse()).toEqual(drawn);
  }).toPass();
});

test("a bet placed here is verified, and its proof is shown", async ({ desk, stack }) => {
  await desk.goto("/bets");
  await desk.getByLabel("Stake").fill("9999");
  await desk.getByRole("button", { name: /^Place bet/ }).click();
  await expect(desk.getByLabel("Stake")).toHaveAttribute("aria-invalid", "true");
  await desk.getByLabel("Stake").fill("1.5");
  await desk.getByRole("button", { name: /^Place bet/ }).click();
  const bet = await stack.until<{ ref: string; seed: string }>(
    "select ref, server_seed seed from bets where verified = 1",
    Boolean,
  );
  await desk.goto(`/bets/${bet.ref}`);
  await expect(desk.getByText("Verified", { exact: true }).first()).toBeVisible();
  await expect(desk.getByText(bet.seed)).toBeVisible();
});

test("a webhook is shown as it was signed, with what was made of it", async ({ desk, stack }) => {
  const data = { asset: "ETH", price: 2840, direction: "long" };
  await stack.send({ name: "purple-flea/price.alert", id: "told-by-webhook", data });
  const webhook = await stack.until<{ id: string; type: string }>(
    "select id, type from inbox limit 1",
    Boolean,
  );
  await desk.goto("/webhooks");
  await desk.locator(`a[href="/webhooks/${encodeURIComponent(webhook.id)}"]`).click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText(webhook.type);
  await expect(desk.getByRole("region", { name: /^Envelope/ })).toContainText(webhook.type);
});
