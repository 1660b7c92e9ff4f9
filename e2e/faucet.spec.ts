import { day, expect, hour, test } from "./journey";

test.use({ stackName: "faucet" });

test("a claim by click, and a second one the same day refused in words", async ({ desk, stack }) => {
  await desk.goto("/faucet");
  await desk.getByRole("button", { name: /^Claim/ }).click();
  const claim = await stack.until<{ amount: number }>(
    "select amount_micro amount from claims where status = 'claimed'",
    Boolean,
  );
  expect(claim.amount).toBeGreaterThan(0);
  await desk.goto("/faucet");
  await expect(desk.getByText(/already claimed|Claimed today/i).first()).toBeVisible();
  const again = await desk.getByRole("button", { name: /^Claim/ }).first();
  expect((await again.count()) === 0 || (await again.getAttribute("aria-disabled")) === "true").toBe(true);
  expect((await stack.books()).claims).toHaveLength(1);
});

test("the schedule claims at 09:00 UTC", async ({ stack }) => {
  const now = await stack.now();
  const midnight = Math.floor(now / day) * day + day;
  await stack.skip(midnight - now + 9 * hour - 60_000);
  await stack.advance(120_000);
  const utcDay = new Date(midnight).toISOString().slice(0, 10);
  await stack.until("select 1 from claims where status = 'claimed' and utc_day = ?", Boolean, utcDay);
  const [run] = stack.query<{ event: string }>(
    "select event_name event from runs where function_id = 'daily-faucet-claim' order by started_at desc limit 1",
  );
  expect(run?.event).toBe("inngest/scheduled.timer");
});
