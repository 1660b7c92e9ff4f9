import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { newId } from "../domain/ids";
import { pageEndpoints } from "./endpoints";
import { createEscrow, escrowIs, expect, signIn, silentCounterparty, test } from "./journey";
import { cookieOf } from "./sign-in";
import { operatorAccount, viewerAccount, type Stack } from "./stack";

test.use({ stackName: "hostile" });

const ULID = newId(Date.now());
/** What people asked for; Purple Flea's own news go through the outbox too. */
const deeds = (stack: Stack) =>
  stack.query<{ n: number }>(
    `select (select count(*) from commands) + (select count(*) from pauses)
      + (select count(*) from outbox where event_name <> 'purple-flea/webhook.received') n`,
  )[0]?.n;

/** Another site, on another port of this machine: what it serves is told by the path. */
async function otherSite(pages: Record<string, string>): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html>${pages[request.url ?? "/"] ?? ""}`);
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on a port
  return { url: `http://localhost:${port}`, server };
}

test("another site's forms, fetches and frames reach nothing, whatever cookie the browser adds", async ({
  desk,
  stack,
}) => {
  await createEscrow(desk, { reference: "esc_csrf", amount: "5", counterparty: silentCounterparty });
  await escrowIs(stack, "esc_csrf", "pending");
  const before = deeds(stack);
  const form = (action: string, fields: string, enctype = "application/x-www-form-urlencoded") =>
    `<form method="post" action="${stack.url}${action}" enctype="${enctype}">${fields}</form><script>document.forms[0].submit()</script>`;
  const input = (name: string, value: string) => `<input name="${name}" value="${value}">`;
  const { url, server } = await otherSite({
    "/pause": form(
      "/controls",
      input("command_id", ULID) + input("verb", "pause") + input("kinds", "trade") + input("reason", "x"),
    ),
    "/claim": form("/faucet", input("command_id", ULID)),
    "/approve": form("/escrows/esc_csrf", input("command_id", ULID) + input("decision", "release")),
    "/out": form("/logout", ""),
    "/plain": form("/faucet", input("a", "b"), "text/plain"),
    "/fetch": `<script>
      const body = new URLSearchParams({ command_id: "${ULID}" });
      Promise.allSettled([
        fetch("${stack.url}/faucet", { method: "POST", mode: "no-cors", credentials: "include", body }),
        fetch("${stack.url}/faucet", { method: "POST", credentials: "include", body }),
        fetch("${stack.url}/audit", { credentials: "include" }).then((r) => r.text()),
        fetch("${stack.url}/faucet", { method: "PUT", credentials: "include", body }),
      ]).then((all) => { document.title = all.map((one) => one.status === "fulfilled" && one.value ? typeof one.value : one.status).join() });
    </script>`,
    "/frame": `<iframe src="${stack.url}/escrows/esc_csrf?review=1"></iframe>`,
    "/open": `<script>const w = open("${stack.url}/escrows"); setInterval(() => { document.title = "window is " + (w.closed ? "out of reach" : "held") }, 100)</script>`,
  });
  const page = await desk.context().newPage();
  for (const path of ["/pause", "/claim", "/approve", "/out", "/plain"]) {
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await page.goto(url + path);
    expect([403, 415], path).toContain((await answered).status());
  }
  await page.goto(`${url}/fetch`);
  await expect(page).toHaveTitle("rejected,rejected,rejected,rejected");
  await page.goto(`${url}/frame`);
  const frame = page.frames().find((one) => one.parentFrame());
  expect(
    await frame
      ?.locator("body")
      .innerText()
      .catch(() => ""),
  ).not.toContain("esc_csrf");
  await page.goto(`${url}/open`);
  await expect(page).toHaveTitle("window is out of reach");
  await page.close();
  server.close();
  expect(deeds(stack)).toBe(before);
  // Nobody was signed out either.
  await desk.goto("/escrows/esc_csrf");
  await expect(desk.getByRole("link", { name: "Review…" })).toBeVisible();
});

test("an origin that is forged, empty or like ours is refused", async ({ stack }) => {
  const cookie = await cookieOf(stack, operatorAccount);
  const before = deeds(stack);
  const host = new URL(stack.url).host;
  const origins = [
    ...[
      "null",
      "",
      `http://evil.example/${host}`,
      `http://${host}.evil.example`,
      `https://${host}@evil.example`,
    ],
    ...[
      `http://evil.example#${host}`,
      `http://${host}x`,
      "file://",
      `ftp://evil.example`,
      `http://${host} http://evil.example`,
    ],
  ];
  for (const origin of origins)
    for (const site of [undefined, "cross-site", "same-site"]) {
      const response = await fetch(`${stack.url}/faucet`, {
        method: "POST",
        redirect: "manual",
        headers: { cookie, origin, ...(site && { "sec-fetch-site": site }) },
        body: new URLSearchParams({ command_id: ULID }),
      });
      expect([400, 403], `${origin} ${site}`).toContain(response.status);
    }
  expect(deeds(stack)).toBe(before);
});

/** Runs where it is not text, in each place a page may put it: between tags, in an attribute, in a script, in an address. */
const script = (n: number) =>
  `"'--></script></title></textarea><img src=x onerror="window.ran=${n}"><script>window.ran=${n}</script><a href="javascript:window.ran=${n}">`;

test("a script in every field that is shown is text on every page", async ({ desk, stack }) => {
  test.setTimeout(180_000);
  await desk.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      Object.assign(window, { violated: event.violatedDirective });
    });
  });
  await stack.send([
    {
      name: "purple-flea/escrow.created",
      data: {
        escrow_id: "esc_script",
        amount_usdc: 7,
        counterparty: silentCounterparty,
        description: script(1),
      },
    },
    {
      name: "purple-flea/escrow.created",
      data: { escrow_id: script(2), amount_usdc: script(3), counterparty: script(4) },
    },
    {
      name: "purple-flea/price.alert",
      data: { asset: "SOL", price: 150, direction: "long", triggered_by: script(5) },
    },
    { name: "purple-flea/price.alert", data: { asset: script(6), price: script(7), direction: script(8) } },
    {
      name: "purple-flea/bet.requested",
      data: { game: script(9), side: script(10), stake_usdc: script(11) },
    },
    { name: "purple-flea/faucet.claim.requested", data: { requested_by: script(12) } },
    {
      name: "purple-flea/escrow.confirmed",
      data: { escrow_id: "esc_script", confirmed_by: script(13), confirmed_at: script(14) },
    },
    { name: "purple-flea/sync.requested", data: { requested_by: script(15) } },
  ]);
  await escrowIs(stack, "esc_script", "pending");
  await fetch(`${stack.purpleFleaUrl}/control/webhooks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      type: script(16),
      data: { escrow_id: script(17), nested: { [script(18)]: script(19) } },
    }),
  });
  await stack.until("select 1 from inbox", Boolean);
  // What people type.
  await stack.send({
    name: "purple-flea/escrow.created",
    data: { escrow_id: "esc_no", amount_usdc: 7, counterparty: silentCounterparty, description: "x" },
  });
  await escrowIs(stack, "esc_no", "pending");
  await desk.goto("/escrows/esc_no?review=1");
  await desk
    .getByRole("dialog")
    .getByLabel(/reason/i)
    .fill(script(20));
  await desk.getByRole("button", { name: /^Reject/ }).click();
  await stack.until("select 1 from audit where action = 'reject-escrow'", Boolean);
  const rows = (sql: string) => stack.query<{ id: string }>(sql).map((row) => row.id);
  const addresses = [
    ...(await pageEndpoints())
      .filter((route) => route.id.startsWith("routes/_desk") && !/[:*]/.test(route.path))
      .map((route) => route.path),
    ...rows("select id from runs").map((id) => `/runs/${id}`),
    ...rows("select ref id from trades").map((ref) => `/trades/${ref}`),
    ...rows("select id from inbox").map((id) => `/webhooks/${encodeURIComponent(id)}`),
    ...[
      "/escrows/esc_script",
      "/escrows/esc_script?review=1",
      "/alerts",
      `/search?q=${encodeURIComponent(script(22))}`,
    ],
    ...[`/audit?actor=${encodeURIComponent(script(23))}`, `/trades?asset=${encodeURIComponent(script(24))}`],
    ...[`/escrows/${encodeURIComponent(script(25))}`, `/${encodeURIComponent(script(26))}`],
  ];
  for (const path of addresses) {
    await desk.goto(path);
    await expect(desk.locator("h1").first()).toBeVisible();
    const found = await desk.evaluate(() => ({
      ran: Reflect.get(window, "ran") as unknown,
      violated: Reflect.get(window, "violated") as unknown, // told by the listener above
      addresses: [...document.querySelectorAll("a[href]")]
        .map((a) => a.getAttribute("href"))
        .filter((href) => /^\s*(?:javascript|data):/i.test(href ?? "")),
    }));
    expect(found, path).toEqual({ ran: undefined, violated: undefined, addresses: [] });
  }
});

test("a cookie that was stolen is worth nothing after the sign-out", async ({ browser, stack }) => {
  const context = await browser.newContext({ baseURL: stack.url });
  const page = await context.newPage();
  await signIn(page, viewerAccount);
  const stolen = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const asThief = (path: string, init: RequestInit = {}) =>
    fetch(`${stack.url}${path}`, {
      redirect: "manual",
      ...init,
      headers: { cookie: stolen, ...init.headers },
    });
  expect((await asThief("/audit")).status).toBe(200);
  await page.locator("summary.who").click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/login/);
  for (const path of ["/", "/audit", "/audit.data", "/trades.csv", "/trades/live"])
    expect([302, 202, 401], path).toContain((await asThief(path)).status);
  expect(await (await asThief("/audit.data")).text()).not.toContain("Audit");
  expect((await asThief("/live")).status).toBe(401);
  await context.close();
});

test("ids of others and of nothing lead nowhere, and tell nothing", async ({ stack }) => {
  const cookie = await cookieOf(stack, viewerAccount);
  const answers = await Promise.all(
    [
      "/sent/01J00000000000000000000000",
      "/runs/01J00000000000000000000000",
      "/escrows/esc_nobody",
      "/trades/tr_none",
      "/bets/none",
      "/unknown/claim:none",
      "/webhooks/evt_none",
    ].map(async (path) => [
      path,
      (await fetch(`${stack.url}${path}`, { headers: { cookie }, redirect: "manual" })).status,
    ]),
  );
  expect(answers.filter(([, status]) => status !== 404)).toEqual([]);
});

test("fields that no form has change nothing: no role, no other operator, no event, no time", async ({
  desk,
  stack,
}) => {
  const [operator] = stack.query<{ id: string }>(
    "select id from operators where email = ?",
    operatorAccount.email,
  );
  const before = stack.query("select id, role, email, password_hash from operators order by id");
  const cookie = await cookieOf(stack, operatorAccount);
  const response = await fetch(`${stack.url}/alerts/send`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: stack.url, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({
      ...{ command_id: ULID, asset: "SOL", price: "150", direction: "long" },
      ...{
        role: "admin",
        operatorId: "somebody",
        operator_id: "somebody",
        kind: "approve-escrow",
        id: "x",
        at: "0",
      },
      ...{
        event: "purple-flea/escrow.confirmed",
        "event.name": "x",
        created_at: "0",
        subject: "x",
        size_usdc: "9999",
      },
      ...{
        triggered_by: "somebody else",
        __proto__x: "1",
        "constructor.prototype.role": "admin",
        sentAt: "1",
      },
    }),
  });
  expect(response.status).toBe(302);
  expect(stack.query("select kind, operator_id from commands where id = ?", ULID)).toEqual([
    { kind: "send-price-alert", operator_id: operator?.id },
  ]);
  const [event] = stack.query<{ event_name: string; data: string }>(
    "select event_name, data from outbox where id = ?",
    ULID,
  );
  expect(event?.event_name).toBe("purple-flea/price.alert");
  expect(event?.data).not.toMatch(/admin|somebody|9999/);
  expect(stack.query("select id, role, email, password_hash from operators order by id")).toEqual(before);
  await desk.goto("/trades");
});
