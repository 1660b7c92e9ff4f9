import { getTableColumns, getTableName, isTable } from "drizzle-orm";
import type { Page } from "@playwright/test";
import * as schema from "../db/schema";
import { pageEndpoints } from "./endpoints";
import { createEscrow, escrowIs, expect, silentCounterparty, test } from "./journey";
import { roleTable } from "./role-table";
import type { Stack } from "./stack";

test.use({ stackName: "hidden-text" });

/** Turns what follows round, hides a space, and ends with a word of two alphabets and a quote that closes one. */
const HOSTILE = " \u202e\u200bPаypal”";
/** What a reader cannot see and must be told. */
const RAW = "[\\u200b\\u202a-\\u202e\\u2066-\\u2069]";

/*
 * Columns that nobody outside has a word in: names that rows refer to each other by, our own lists of words, what operators are called,
 * and what our functions call their steps. Every other text is taken for text from outside, so a new column is tried without being named here.
 */
const OURS = new Set(
  `action actor_kind alert_id command_id confirmation_proof decision decision_command dialect direction email engine_event_id escrow_ref
   event_id failure function_id game id idempotency_key intents.key intents.lock kind list mode operator_id operators.name outcome
   password_hash price alert_price fill_price request_key result role run_id sent_ref side source state status step_id subject_ref
   subject_type steps.name time_zone token_hash trade_ref utc_day waits_for webhook_id alerts.asset trades.asset intents.asset drifts.asset
   agent ref requests.key heard columns`.split(/\s+/),
);
/** Ours elsewhere, and said by others here. */
const THEIRS = new Set(["bets.outcome"]);

function poisoned(value: unknown): unknown {
  if (typeof value === "string") return value + HOSTILE;
  if (Array.isArray(value)) return value.map(poisoned);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(inner)]));
  return value;
}

/** Adds what is hostile to every text from outside that the desk keeps. */
function poison(stack: Stack): string[] {
  const done: string[] = [];
  for (const table of Object.values(schema)) {
    if (!isTable(table)) continue;
    const name = getTableName(table);
    for (const column of Object.values(getTableColumns(table))) {
      const place = `${name}.${column.name}`;
      if (column.getSQLType() !== "text") continue;
      if ((OURS.has(column.name) || OURS.has(place)) && !THEIRS.has(place)) continue;
      done.push(place);
      const rows = stack.query<{ rowid: number; text: string }>(
        `select rowid, "${column.name}" text from "${name}" where "${column.name}" is not null and "${column.name}" <> ''`,
      );
      for (const { rowid, text } of rows)
        stack.tamper(
          `update "${name}" set "${column.name}" = ? where rowid = ?`,
          column.columnType === "SQLiteText" ? text + HOSTILE : JSON.stringify(poisoned(JSON.parse(text))),
          rowid,
        );
    }
  }
  return done;
}

/** What a page lets through: texts and labels that hide something, words of two alphabets that are not marked; and where it leads. */
const readPage = (page: Page, html: string): Promise<{ found: string[]; links: string[] }> =>
  page.evaluate(
    ({ html, raw }) => {
      const hides = new RegExp(raw);
      const found: string[] = [];
      const read = new DOMParser().parseFromString(html, "text/html");
      const walker = read.createTreeWalker(read.documentElement, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!parent || parent.closest("script, style, noscript, template")) continue;
        const text = walker.currentNode.textContent ?? "";
        const says = `<${parent.localName}> ${JSON.stringify(text.slice(0, 120))}`;
        if (hides.test(text)) found.push(says);
        const marked = parent.querySelector(":scope > span")?.textContent?.includes("two alphabets");
        // Code shows what hides by its escape, and an option or a field has room for letters only.
        if (text.includes("Pаypal") && !marked && !parent.closest("pre, option, textarea, title, .sr"))
          found.push(`not marked: ${says}`);
      }
      const names = ["title", "aria-label", "alt", "placeholder"];
      for (const element of read.querySelectorAll(names.map((name) => `[${name}]`).join()))
        for (const name of names)
          if (hides.test(element.getAttribute(name) ?? ""))
            found.push(`<${element.localName} ${name}> ${JSON.stringify(element.getAttribute(name))}`);
      const links = [...read.querySelectorAll("main a[href^='/']")].map(
        (link) => link.getAttribute("href") ?? "",
      );
      return { found, links };
    },
    { html, raw: RAW },
  );

/** A history in which everything that can be told about money has been told. */
async function history(stack: Stack, desk: Page): Promise<void> {
  await stack.send({
    name: "purple-flea/price.alert",
    id: "alert-refused",
    data: { asset: "SOL", price: "much", direction: "long", triggered_by: "feed" },
  });
  await stack.until("select 1 from alerts where outcome = 'refused'", Boolean);
  await stack.setFault({ call: "order.create", kind: "drop-after", times: 1 });
  await stack.send({ name: "purple-flea/price.alert", id: "lost", data: { asset: "ETH", price: 150, direction: "long" } }); // prettier-ignore
  await stack.until("select 1 from intents where key = 'order:lost' and status = 'unknown'", Boolean);
  for (const reference of ["esc_asked", "esc_claimed"]) {
    await createEscrow(desk, { reference, amount: "12.5", counterparty: silentCounterparty });
    await escrowIs(stack, reference, "pending");
  }
  await stack.send([
    { name: "purple-flea/escrow.confirmed", data: { escrow_id: "esc_claimed", confirmed_by: "0xabcd", confirmed_at: "2026-01-01T00:00:00Z" } },
    { name: "purple-flea/escrow.confirmed", data: { escrow_id: "esc_nowhere", confirmed_by: "somebody", confirmed_at: "2026-01-01T00:00:00Z" } },
  ]); // prettier-ignore
  await stack.until("select 1 from confirmations where sent_ref = 'esc_nowhere'", Boolean);
  await desk.goto("/escrows/esc_asked?review=1");
  const review = desk.getByRole("dialog");
  await review.getByLabel(/^Reason/).fill("Work was checked");
  await review.getByRole("button", { name: /^Approve and release/ }).click();
  await escrowIs(stack, "esc_asked", "released");
  await desk.goto("/sandbox");
  await desk.getByLabel("Signed by Purple Flea").selectOption({ label: "a type nobody knows" });
  await desk.getByRole("button", { name: "Send a signed webhook" }).click();
  await stack.until("select 1 from webhook_outcomes", Boolean);
  await stack.pauseEngine();
  stack.seed({ now: await stack.now(), trades: 60, escrows: 40, runs: 12, bets: 6 });
  // What takes days or a broken network to come about.
  for (const [status, ref] of ["unknown", "not_created", "disputed", "refunded"].map((one, n) => [one, `esc_00000${n}`]))
    stack.tamper("update escrows set status = ?, reason = 'no reason', raw_status = 'odd', settled_by = 'somebody', confirmed_at = created_at, confirmed_by = 'somebody' where ref = ?", status, ref); // prettier-ignore
  stack.tamper("update runs set status = 'failed', error = 'out of attempts', ended_at = started_at where id = (select id from runs order by id desc limit 1)"); // prettier-ignore
  stack.tamper("update step_attempts set error = 'went wrong'");
  stack.tamper("update inbox set differing = 1, other_envelope = '{\"said\":\"another\"}', other_hash = 'ab', other_at = received_at"); // prettier-ignore
  stack.tamper("update outbox set sent_at = null, parked_at = created_at, attempts = 8, failure = 'refused', last_error = 'no' where rowid = (select max(rowid) from outbox)"); // prettier-ignore
  stack.tamper("update trades set reason = 'why', raw_status = 'odd'");
  stack.tamper("update webhook_outcomes set detail = 'why'");
}

test("no page shows what somebody else wrote without naming what it hides", async ({ desk, stack }) => {
  test.slow();
  await history(stack, desk);
  await desk.goto("about:blank");
  expect(poison(stack).length).toBeGreaterThan(20);
  const waiting = (await pageEndpoints())
    .filter(({ id }) => roleTable[id]?.read && id.startsWith("routes/_desk"))
    .map(({ id, path }) => roleTable[id]?.at ?? path);
  waiting.push(
    ...["unknown", "refused", "released", "pending", "odd", "all"].map((view) => `/escrows?view=${view}`),
    ...[0, 1, 2, 3].map((n) => `/escrows/esc_00000${n}`),
    "/escrows/esc_claimed?review=1",
    `/search?q=${encodeURIComponent(HOSTILE)}`,
    `/webhooks/${encodeURIComponent(HOSTILE)}`,
  );
  const seen = new Set<string>();
  const ofKind = new Map<string, number>();
  const letThrough: string[] = [];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const response = await desk.request.get(path);
    expect(response.status(), path).toBeLessThan(500);
    const { found, links } = await readPage(desk, await response.text());
    letThrough.push(...found.map((what) => `${path}: ${what}`));
    for (const link of new Set(links)) {
      const [, kind = ""] = /^(\/[^?]+\/)[^/?]+$/.exec(link) ?? [];
      const times = ofKind.get(kind) ?? 0;
      if (kind === "" || times >= 4) continue;
      ofKind.set(kind, times + 1);
      waiting.push(link);
    }
  }
  for (const kind of ["/escrows/", "/trades/", "/alerts/", "/webhooks/", "/unknown/", "/runs/", "/sent/", "/bets/"])
    expect([...seen].some((path) => path.startsWith(kind)), kind).toBe(true); // prettier-ignore
  expect(letThrough).toEqual([]);
});
