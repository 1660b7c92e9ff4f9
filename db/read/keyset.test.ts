import fc from "fast-check";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { alerts } from "../schema";
import { openTestDatabase } from "../testing";
import { COUNT_CAP, countRows, formatCursor, listByKeyset, listDistinct, parseCursor } from "./keyset";
import type { PageRequest } from "./keyset";

let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

type Outcome = "traded" | "skipped" | "unknown";
function add(rows: { id: string; at: number; outcome?: Outcome; asset?: string }[]) {
  db.writer.transaction((tx) => {
    for (const row of rows)
      tx.insert(alerts)
        .values({
          id: row.id,
          asset: row.asset ?? "ETH",
          price: "1",
          direction: "long",
          eventName: "purple-flea/price.alert",
          receivedAt: row.at,
          outcome: row.outcome ?? "traded",
          updatedAt: row.at,
        })
        .run();
  });
}
function read(page: PageRequest, size: number, direction: "asc" | "desc", outcomes?: Outcome[]) {
  return listByKeyset({
    sort: alerts.receivedAt,
    id: alerts.id,
    direction,
    where: [],
    oneOf: outcomes?.map((outcome) => eq(alerts.outcome, outcome)),
    page,
    size,
    fetch: (where, orderBy, limit) =>
      db.reader
        .select({ id: alerts.id, at: alerts.receivedAt })
        .from(alerts)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all(),
    keyOf: (row) => ({ value: row.at, id: row.id }),
  });
}
function cursor(text: string | null) {
  const parsed = text === null ? null : parseCursor(text);
  if (!parsed) throw new Error("no cursor");
  return parsed;
}
function walk(from: "first" | "last", size: number, direction: "asc" | "desc", outcomes?: Outcome[]) {
  const pages: string[][] = [];
  let request: PageRequest = { at: from };
  for (;;) {
    const page = read(request, size, direction, outcomes);
    pages.push(page.rows.map((row) => row.id));
    const next = from === "first" ? page.after : page.before;
    if (next === null) return pages;
    request = { at: from === "first" ? "after" : "before", cursor: cursor(next) };
    if (pages.length > 200) throw new Error("paging does not end");
  }
}

describe("paging by place", () => {
  test("visits every row once and in order, with ties, both ways, merged or not", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            at: fc.integer({ min: 0, max: 4 }),
            outcome: fc.constantFrom<Outcome>("traded", "skipped", "unknown"),
          }),
          { minLength: 0, maxLength: 40 },
        ),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom<"asc" | "desc">("asc", "desc"),
        fc.constantFrom<Outcome[] | undefined>(undefined, ["unknown"], ["traded", "unknown"]),
        (rows, size, direction, outcomes) => {
          db.writer.delete(alerts).run();
          const named = rows.map((row, index) => ({
            ...row,
            id: `a${String((index * 17) % 41).padStart(2, "0")}`,
          }));
          add(named);
          const sign = direction === "asc" ? 1 : -1;
          const expected = named
            .filter((row) => !outcomes || outcomes.includes(row.outcome))
            .sort((a, b) => sign * (a.at - b.at || (a.id < b.id ? -1 : 1)))
            .map((row) => row.id);
          expect(walk("first", size, direction, outcomes).flat()).toEqual(expected);
          const back = walk("last", size, direction, outcomes);
          // Turning back to the top fills the first page, which may repeat rows of the page after it.
          expect([...new Set(back.slice().reverse().flat())]).toEqual(expected);
          expect(back[0]).toEqual(expected.slice(-size));
          expect(back.at(-1)).toEqual(expected.slice(0, size));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("rows that arrive meanwhile do not move the page that is open", () => {
    add([1, 2, 3, 4, 5].map((n) => ({ id: `a${n}`, at: n })));
    const first = read({ at: "first" }, 2, "desc");
    add([{ id: "late", at: 9 }]);
    const second = read({ at: "after", cursor: cursor(first.after) }, 2, "desc");
    expect(second.rows.map((row) => row.id)).toEqual(["a3", "a2"]);
    expect(
      read({ at: "before", cursor: cursor(second.before) }, 2, "desc").rows.map((row) => row.id),
    ).toEqual(["a5", "a4"]);
  });

  test("an empty list has no pages to turn to", () => {
    expect(read({ at: "first" }, 5, "desc")).toEqual({ rows: [], before: null, after: null });
    expect(read({ at: "last" }, 5, "desc")).toEqual({ rows: [], before: null, after: null });
  });
});

describe("cursors", () => {
  test("come back as they were written", () => {
    const written = { value: -9007199254740993n, id: "agent:2026-11-24~x" };
    expect(parseCursor(formatCursor(written))).toEqual(written);
  });
  test.each(["", "~", "x~y", "1~", "1", "1.5~a", "99999999999999999999~a"])("%j is none", (text) => {
    expect(parseCursor(text)).toBeNull();
  });
});

describe("counting", () => {
  test("stops at the cap unless it is asked to be exact", () => {
    add(
      Array.from({ length: COUNT_CAP + 5 }, (_, n) => ({
        id: `a${n}`,
        at: n,
        outcome: n % 2 ? "traded" : "skipped",
      })),
    );
    expect(countRows(db.reader, alerts, [])).toEqual({ n: COUNT_CAP, capped: true });
    expect(countRows(db.reader, alerts, [], { exact: true })).toEqual({ n: COUNT_CAP + 5, capped: false });
    const both = [eq(alerts.outcome, "traded"), eq(alerts.outcome, "skipped")];
    expect(countRows(db.reader, alerts, [], { oneOf: both })).toEqual({ n: COUNT_CAP, capped: true });
    expect(countRows(db.reader, alerts, [eq(alerts.outcome, "unknown")])).toEqual({ n: 0, capped: false });
  });
  test("a list exactly as long as the cap is not called longer", () => {
    add(Array.from({ length: COUNT_CAP }, (_, n) => ({ id: `a${n}`, at: n })));
    expect(countRows(db.reader, alerts, [])).toEqual({ n: COUNT_CAP, capped: false });
  });
});

test("distinct values come once each and sorted", () => {
  expect(listDistinct(db.reader, alerts, alerts.asset)).toEqual([]);
  add(["SOL", "BTC", "SOL", "ETH"].map((asset, n) => ({ id: `a${n}`, at: n, asset })));
  expect(listDistinct(db.reader, alerts, alerts.asset)).toEqual(["BTC", "ETH", "SOL"]);
});
