import { createServer } from "node:http";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { newId } from "../domain/ids";
import { pageEndpoints } from "./endpoints";
import { expect, silentCounterparty, test } from "./journey";
import { cookieOf } from "./sign-in";
import { startStack } from "./stack";

/** One of each kind, each with a word of its own that stands nowhere else. */
const planted = {
  SESSION_SECRET: "planted-session-secret-0123456789abcdef",
  OPERATOR_EMAIL: "ada@example.com",
  OPERATOR_PASSWORD: "planted-operator-password-31",
  PURPLE_FLEA_API_KEY: "pf_live_planted-api-key-62",
  PURPLE_FLEA_WEBHOOK_SECRET: "whsec_planted-webhook-secret-93",
  PURPLE_FLEA_WEBHOOK_SECRET_OLD: "whsec_planted-old-secret-24",
  INNGEST_EVENT_KEY: "planted-event-key-55",
  INNGEST_SIGNING_KEY: "signkey-prod-0badc0de0badc0de0badc0de0badc0de",
  INNGEST_SIGNING_KEY_FALLBACK: "signkey-prod-0ddba1100ddba1100ddba1100ddba110",
};
const WRONG_PASSWORD = "planted-mistyped-password-86";
const SLACK_TOKEN = "planted-slack-token-17";

test("a planted secret of each kind is in no log, page, database or event", async () => {
  test.setTimeout(180_000);
  // Slack answers nothing well: what its failure says is told on a run and on the log.
  const asked: (string | undefined)[] = [];
  const slack = createServer((request) => {
    asked.push(request.url);
    request.socket.destroy();
  });
  slack.listen(0, "127.0.0.1");
  await once(slack, "listening");
  const { port } = slack.address() as AddressInfo; // listening on a port
  const stack = await startStack({
    ...planted,
    SLACK_WEBHOOK_URL: `http://127.0.0.1:${port}/services/${SLACK_TOKEN}`,
  });
  try {
    const secrets = [
      ...Object.entries(planted).flatMap(([name, value]) => (name === "OPERATOR_EMAIL" ? [] : [value])),
      ...[WRONG_PASSWORD, SLACK_TOKEN, "0badc0de0badc0de", "0ddba1100ddba110"],
    ];
    const cookie = await cookieOf(stack, {
      email: planted.OPERATOR_EMAIL,
      password: planted.OPERATOR_PASSWORD,
    });
    const tokens = cookie.split("; ").map((one) => decodeURIComponent(one.slice(one.indexOf("=") + 1)));
    await expect(
      cookieOf(stack, { email: planted.OPERATOR_EMAIL, password: WRONG_PASSWORD }),
    ).rejects.toThrow();
    // A password typed where the e-mail goes is as secret.
    await expect(cookieOf(stack, { email: WRONG_PASSWORD, password: "x" })).rejects.toThrow();
    const sendForm = (path: string, fields: Record<string, string>) =>
      fetch(`${stack.url}${path}`, {
        method: "POST",
        redirect: "manual",
        headers: { cookie, origin: stack.url, "sec-fetch-site": "same-origin" },
        body: new URLSearchParams(fields),
      });
    await stack.setFault({ call: "escrow.create", kind: "status", status: 500, times: 1 });
    await stack.setFault({ call: "wallet.balance", kind: "drop-after", times: 1 });
    await stack.send([
      { name: "purple-flea/price.alert", data: { asset: "SOL", price: 150, direction: "long" } },
      {
        name: "purple-flea/escrow.created",
        data: { escrow_id: "esc_1", amount_usdc: 5, counterparty: silentCounterparty },
      },
      { name: "purple-flea/sync.requested", data: {} },
    ]);
    await sendForm("/alerts/send", {
      command_id: newId(Date.now()),
      asset: "BTC",
      price: "1",
      direction: "long",
    });
    await sendForm("/theme", { theme: "dark", back: "/" });
    await fetch(`${stack.url}/webhooks/purple-flea`, { method: "POST", body: "{" });
    await fetch(`${stack.url}/api/inngest`, { method: "POST", body: "{" });
    await stack.until("select 1 from trades", Boolean);
    await stack.advance(20 * 60_000);
    await stack.until(
      "select 1 from runs where function_id = 'trade-on-price-alert' and status = 'completed'",
      Boolean,
    );
    // The address of the environment is the one that is used.
    expect(asked).toContain(`/services/${SLACK_TOKEN}`);

    const seen = new Map<string, string>();
    const ids = (sql: string) => stack.query<{ id: string }>(sql).map((row) => row.id);
    for (const path of [
      ...(await pageEndpoints()).map((route) => route.path).filter((path) => !/[:*]/.test(path)),
      ...ids("select id from runs").map((id) => `/runs/${id}`),
      ...ids("select ref id from trades").map((ref) => `/trades/${ref}`),
    ])
      for (const headers of [{ cookie }, {}] as Record<string, string>[]) {
        const response = await fetch(stack.url + path, { headers });
        seen.set(
          `page ${path}${headers.cookie ? "" : " for nobody"}`,
          JSON.stringify([...response.headers]) + (await response.text()),
        );
      }
    for (const path of ["/api/inngest", "/healthz", "/api/inngest?probe=trust"])
      seen.set(`page ${path}`, await (await fetch(stack.url + path)).text());
    for (const path of ["/v1/events", "/dev", "/v1/runs"])
      seen.set(`engine ${path}`, await (await fetch(stack.engineUrl + path)).text());
    seen.set("log", stack.output());
    for (const file of readdirSync(stack.folder)) {
      // Purple Flea signs its webhooks: what it knows is its own.
      if (file.startsWith("purple-flea")) continue;
      seen.set(`file ${file}`, readFileSync(join(stack.folder, file)).toString("latin1"));
    }
    // What is no secret is found where it belongs: the search works.
    const where = [...seen].filter(([, text]) => text.includes(planted.OPERATOR_EMAIL)).map(([name]) => name);
    expect(where).toContain("page /settings");
    expect(where.some((name) => name.startsWith("file operator.sqlite"))).toBe(true);
    const found = [...seen].flatMap(([where, text]) =>
      [...secrets, ...tokens.filter((token) => token.length > 20)]
        .filter((secret) => text.includes(secret))
        .map((secret) => `${where}: ${secret.slice(0, 24)}`),
    );
    expect(found).toEqual([]);
  } finally {
    await stack.close();
    slack.close();
  }
});
