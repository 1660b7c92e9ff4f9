import fc from "fast-check";
import type { LoaderFunction } from "@remix-run/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSession } from "../../db/desk/sessions";
import { seedMirror } from "../../db/factories";
import { openWorld, type World } from "../../inngest/testing";
import { setSession } from "../auth/session.server";
import { loader as overview } from "../routes/_desk._index";
import { loader as alerts } from "../routes/_desk.alerts._index";
import { loader as audit } from "../routes/_desk.audit";
import { loader as balances } from "../routes/_desk.balances";
import { loader as bets } from "../routes/_desk.bets._index";
import { loader as bet } from "../routes/_desk.bets.$ref";
import { loader as escrows } from "../routes/_desk.escrows._index";
import { loader as escrow } from "../routes/_desk.escrows.$ref";
import { loader as faucet } from "../routes/_desk.faucet";
import { loader as outbox } from "../routes/_desk.outbox";
import { loader as runs } from "../routes/_desk.runs._index";
import { loader as run } from "../routes/_desk.runs.$id";
import { loader as search } from "../routes/_desk.search";
import { loader as sent } from "../routes/_desk.sent.$id";
import { loader as trades } from "../routes/_desk.trades._index/route";
import { loader as trade } from "../routes/_desk.trades.$ref";
import { loader as unknown } from "../routes/_desk.unknown.$key";
import { loader as webhooks } from "../routes/_desk.webhooks._index";
import { loader as webhook } from "../routes/_desk.webhooks.$id";
import { loader as runNews } from "../routes/live.runs";
import { loader as tradeNews } from "../routes/live.trades";
import { loader as csv } from "../routes/trades[.]csv";
import { readAddress } from "./address-query";
import { titleAt } from "./navigation";
import { dayEnd, dayStart, isDay } from "./zoned-day";

let world: World;
let cookie: string;
beforeAll(async () => {
  world = await openWorld();
  seedMirror(world.mirror, {
    now: world.clock.now(),
    trades: 120,
    escrows: 60,
    runs: 60,
    bets: 60,
    balanceDays: 2,
  });
  const { desk, config } = world.desk;
  cookie = await setSession(
    world.desk,
    startSession(desk, config.session, world.operator.id, { address: null, device: null }, Date.now()),
  );
});
afterAll(() => world.close());

async function statusOf(
  loader: LoaderFunction,
  query: string,
  params: Record<string, string> = {},
): Promise<number> {
  const request = new Request(`https://desk.test/somewhere${query}`, { headers: { cookie } });
  try {
    const answer: unknown = await loader({ request, params, context: { ...world.desk, nonce: "" } });
    if (!(answer instanceof Response)) return 200;
    await answer.text();
    return answer.status;
  } catch (thrown) {
    if (thrown instanceof Response) return thrown.status;
    throw thrown;
  }
}
const lists: [string, LoaderFunction][] = Object.entries({
  overview, alerts, audit, balances, bets, escrows, faucet, outbox, runs, search, trades, webhooks, runNews, tradeNews, csv,
}); // prettier-ignore
const things: [string, LoaderFunction][] = Object.entries({
  bet,
  escrow,
  run,
  sent,
  trade,
  unknown,
  webhook,
});

const names = ["view", "status", "asset", "side", "agent", "placed", "from", "until", "sort", "order", "after", "before", "last", "exact", "cols", "rows", "since", "ids", "range", "period", "of", "table", "outcome", "type", "actor", "action", "subject", "function", "q", "step"]; // prettier-ignore
const values = fc.oneof(
  fc.constantFrom(
    "constructor", "__proto__", "toString", "2026-13-01", "2026-02-30", "0000-01-01", "9999-12-31", "-1", "NaN", "Infinity",
    "1e400", "9".repeat(400), "9".repeat(19) + "~x", "-999999999999999999~x", "~", "1~" + "x".repeat(1_000), "\0", "\ud800",
    "\u202e", "%", "%00", "'; drop table x; --", "a".repeat(5_000), "💥".repeat(100), "", " ", ",".repeat(2_000),
  ), // prettier-ignore
  fc.string({ unit: "binary", maxLength: 60 }),
);
const queries = fc
  .array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 6 })
  .map((pairs) => `?${new URLSearchParams(pairs).toString()}`);

test.each(lists)("%s: nothing in the query is more than it can take", async (_name, loader) => {
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      expect(await statusOf(loader, query)).toBeLessThan(500);
    }),
    { numRuns: 60 },
  );
  for (const name of names)
    for (const [value] of fc.sample(fc.tuple(values), { numRuns: 12, seed: name.length }))
      expect(
        await statusOf(loader, `?${new URLSearchParams([[name, value]]).toString()}`),
        `${name}=${value}`,
      ).toBeLessThan(500);
});

test.each(things)("%s: what there is no row of is not found", async (_name, loader) => {
  await fc.assert(
    fc.asyncProperty(values, async (id) => {
      expect(await statusOf(loader, "", { ref: id, id, key: id })).toBe(404);
    }),
    { numRuns: 40 },
  );
});

test("what could not be read is named, once, and left out", () => {
  const address = readAddress(
    new URLSearchParams("view=constructor&from=2026-13-01&order=up&subject=esc_1&after=x"),
  );
  expect([address.choice("view", ["all"]), address.day("from"), address.order(), address.text("subject"), address.page()]).toEqual([
    undefined, undefined, "desc", "esc_1", { at: "first" },
  ]); // prettier-ignore
  expect(address.wrong).toEqual(["view", "from", "order", "after"]);
});

test("a day is one of the calendar, and has a beginning and an end in every zone", () => {
  for (const day of ["2026-02-28", "2028-02-29", "1970-01-01", "9998-12-31"]) {
    expect(isDay(day)).toBe(true);
    for (const zone of ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
      expect(dayEnd(day, zone) - dayStart(day, zone)).toBeGreaterThan(82_000_000);
  }
  for (const day of ["2026-13-01", "2026-02-30", "2026-2-3", "9999-12-31", "0000-01-01", "x", ""])
    expect(isDay(day)).toBe(false);
});

test("a title is made of any address", () => {
  expect(titleAt("/escrows/zz~2edata", {})).toBe("zz.data, Escrows · Purple Flea Operator");
  expect(titleAt("/new/escrow", {})).toBe("New, Escrows · Purple Flea Operator");
  expect(titleAt("/escrows/%E0%A4%A", {})).toContain("Escrows");
});
