import { and, asc, desc, sql, type SQL } from "drizzle-orm";
import { SQLiteSyncDialect, type SQLiteColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Reader } from "../connection";
import { unchanged } from "./unchanged";

/** Counting stops here: a page says "10,000+" and does not wait for the exact number. */
export const COUNT_CAP = 10_000;

/** The place of a row in a sorted list: its sort value and, for ties, its id. */
export interface Cursor {
  value: bigint;
  id: string;
}

/** Which stretch of the list is asked for. `after` follows the sort's direction, `before` goes against it. */
export type PageRequest =
  { at: "first" } | { at: "last" } | { at: "after"; cursor: Cursor } | { at: "before"; cursor: Cursor };

export interface Page<Row> {
  rows: Row[];
  /** For the page before this one; null on the first. */
  before: string | null;
  /** For the page after this one; null on the last. */
  after: string | null;
}

/** Writes a cursor as it stands in an address: `1764000000000~tr_01`. */
export function formatCursor(cursor: Cursor): string {
  return `${cursor.value}~${cursor.id}`;
}

/** Reads a cursor from an address; null when it is none. */
export function parseCursor(text: string): Cursor | null {
  const match = /^(-?\d{1,18})~(.{1,1000})$/s.exec(text);
  return match?.[1] && match[2] ? { value: BigInt(match[1]), id: match[2] } : null;
}

export interface KeysetQuery<Row> {
  /** An integer column that is never null, indexed together with `id`. */
  sort: SQLiteColumn;
  id: SQLiteColumn;
  direction: "asc" | "desc";
  /** What holds for every row. */
  where: (SQL | undefined)[];
  /** Disjoint conditions, read one by one and merged: SQLite can follow one index value in order, not a list of them. */
  oneOf?: SQL[];
  page: PageRequest;
  size: number;
  fetch(where: SQL | undefined, orderBy: SQL[], limit: number): Row[];
  keyOf(row: Row): { value: bigint | number; id: string };
}

/**
 * Reads one page by its place, never by an offset, so that the deepest page costs what the first costs.
 * @returns the rows in the list's own order, whichever way they were read
 */
export function listByKeyset<Row>(query: KeysetQuery<Row>): Page<Row> {
  const { page, size } = query;
  const backwards = page.at === "before" || page.at === "last";
  const found = read(query, backwards, size + 1);
  const more = found.length > size;
  const rows = found.slice(0, size);
  // Turning back past the first row shows the whole first page and not the few rows that were left.
  if (page.at === "before" && !more && rows.length < size)
    return listByKeyset({ ...query, page: { at: "first" } });
  if (backwards) rows.reverse();
  const hasBefore = backwards ? more : page.at === "after";
  const hasAfter = backwards ? page.at === "before" : more;
  const [first, last] = [rows[0], rows[rows.length - 1]];
  return {
    rows,
    before: hasBefore && first ? cursorOf(query, first) : null,
    after: hasAfter && last ? cursorOf(query, last) : null,
  };
}

function read<Row>(query: KeysetQuery<Row>, backwards: boolean, limit: number): Row[] {
  const ascending = (query.direction === "asc") !== backwards;
  const order = ascending ? [asc(query.sort), asc(query.id)] : [desc(query.sort), desc(query.id)];
  const cursor = "cursor" in query.page ? query.page.cursor : null;
  const place = cursor
    ? sql`(${query.sort}, ${query.id}) ${sql.raw(ascending ? ">" : "<")} (${cursor.value}, ${cursor.id})`
    : undefined;
  const branches = query.oneOf && query.oneOf.length > 0 ? query.oneOf : [undefined];
  const found = branches.flatMap((branch) => query.fetch(and(...query.where, branch, place), order, limit));
  if (branches.length === 1) return found;
  const sign = ascending ? 1 : -1;
  return found.sort((a, b) => sign * compareKeys(query.keyOf(a), query.keyOf(b))).slice(0, limit);
}

function compareKeys(a: { value: bigint | number; id: string }, b: { value: bigint | number; id: string }) {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function cursorOf<Row>(query: KeysetQuery<Row>, row: Row): string {
  const { value, id } = query.keyOf(row);
  return formatCursor({ value: BigInt(value), id });
}

/** A number of rows, and whether counting stopped at the cap. */
export interface Count {
  n: number;
  capped: boolean;
}

/** Counts up to the cap, or to the end when `exact`, over disjoint conditions as `listByKeyset` takes them. */
export function countRows(
  db: Reader,
  table: SQLiteTable,
  where: (SQL | undefined)[],
  options: { oneOf?: SQL[]; exact?: boolean } = {},
): Count {
  const limit = options.exact ? Number.MAX_SAFE_INTEGER : COUNT_CAP + 1;
  const branches = options.oneOf && options.oneOf.length > 0 ? options.oneOf : [undefined];
  let n = 0;
  for (const branch of branches) {
    if (n >= limit) break;
    const all = and(...where, branch) ?? sql`1`;
    const query = sql`select count(*) as n from (select 1 from ${table} where ${all} limit ${limit - n})`;
    n += unchanged(db, questionOf(query), () => Number(db.get<{ n: bigint }>(query).n));
  }
  return n > COUNT_CAP && !options.exact ? { n: COUNT_CAP, capped: true } : { n, capped: false };
}

/** The distinct values of an indexed text column, found by one seek each and not by reading the table. */
export function listDistinct(db: Reader, table: SQLiteTable, column: SQLiteColumn): string[] {
  const query = sql`
    with recursive seen(x) as (
      select min(${column}) from ${table}
      union all
      select (select min(${column}) from ${table} where ${column} > x) from seen where x is not null
    ) select x from seen where x is not null limit 200`;
  return unchanged(db, questionOf(query), () =>
    db.all<{ x: string | null }>(query).flatMap((row) => (row.x === null ? [] : [row.x])),
  );
}

const dialect = new SQLiteSyncDialect();
function questionOf(query: SQL): string {
  const { sql: text, params } = dialect.sqlToQuery(query);
  return `${text} ${params.map(String).join()}`;
}
