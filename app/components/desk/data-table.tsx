/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role --
   Under 1100 px the rows are drawn as blocks, and a browser takes a table's roles away with its layout. */
import { tableFeatures, useTable, type ColumnDef, type RowData } from "@tanstack/react-table";
import { Link } from "@remix-run/react";
import { useMemo, useRef, type ReactNode } from "react";
import { changed, placed } from "../../lib/list-address";
import { usePlainLinks } from "../../lib/use-plain-links";
import { Icon } from "../ui/icon";

const features = tableFeatures({});

export interface Column<Row> {
  id: string;
  head: string;
  cell: (row: Row) => ReactNode;
  /** How its cells look, where a class says it: one element less in every row. */
  className?: string;
  /** num: right-aligned; low: leaves first when the window is narrow; wide: a line of its own there; act: a button, last. */
  kind?: "num" | "low" | "num low" | "wide" | "act";
  /**
   * Where it stands when a row becomes a block of lines: 1 and 2 on the first line, 3 and 4 on the second, 5 on the third. As
   * soon as one column has a place, those without one are left out there.
   */
  place?: 1 | 2 | 3 | 4 | 5;
  /** What the server calls the order by this column. */
  sort?: string;
}

export interface Sorting {
  by: string;
  order: "asc" | "desc";
  /** The address's query, which keeps everything but the order. */
  search: string;
}

/** A list: sorted, filtered and paged on the server, drawn here. Under 1100 px its rows become blocks and keep their roles. */
export function DataTable<Row extends RowData>({
  label,
  columns,
  rows,
  keyOf,
  hatched,
  empty,
  sorting,
  comfortable = false,
}: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  hatched?: (row: Row) => boolean;
  empty: ReactNode;
  sorting?: Sorting;
  comfortable?: boolean;
}) {
  const defs = useMemo(
    () => columns.map((column): ColumnDef<typeof features, Row> => ({ id: column.id, header: column.head })),
    [columns],
  );
  const table = useTable({ features, columns: defs, data: rows, getRowId: keyOf });
  const region = useRef<HTMLDivElement>(null);
  usePlainLinks(region);
  const heads = columns.map(({ kind }) => kind);
  const classes = columns.map(
    ({ kind, place, className }) =>
      [kind, place && `p${place}`, className].filter(Boolean).join(" ") || undefined,
  );
  if (rows.length === 0) return <div className="py-8 text-text-muted">{empty}</div>;
  const isPlaced = columns.some((column) => column.place);
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={region} role="region" aria-label={label} tabIndex={0} className="scroll">
      <table
        role="table"
        className={[
          "table to-rows",
          isPlaced && "is-placed",
          comfortable && "is-queue",
          columns.length > 8 && "is-tight",
        ]
          .filter(Boolean)
          .join(" ")}
      >
        <caption className="sr">{label}</caption>
        <thead role="rowgroup">
          {table.getHeaderGroups().map((group) => (
            <tr role="row" key={group.id}>
              {group.headers.map((header, index) => {
                const column = columns[index];
                const current = column?.sort && sorting?.by === column.sort ? sorting.order : undefined;
                return (
                  <th
                    role="columnheader"
                    key={header.id}
                    scope="col"
                    className={heads[index]}
                    aria-sort={current && (current === "asc" ? "ascending" : "descending")}
                  >
                    {column?.sort && sorting ? (
                      <SortLink
                        head={column.head}
                        sort={column.sort}
                        current={current}
                        search={sorting.search}
                      />
                    ) : (
                      column?.head
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody role="rowgroup">
          {table.getRowModel().rows.map((row) => (
            <tr role="row" key={row.id} className={hatched?.(row.original) ? "hatch" : undefined}>
              {/* Drawn from the columns themselves: a list has five hundred cells, and the server draws them at each request. */}
              {columns.map((column, index) => (
                <td role="cell" key={column.id} className={classes[index]}>
                  {column.cell(row.original)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SortLink({
  head,
  sort,
  current,
  search,
}: {
  head: string;
  sort: string;
  current?: "asc" | "desc";
  search: string;
}) {
  return (
    <Link
      className="sort"
      to={changed(search, { sort, order: current === "desc" ? "asc" : "desc" })}
      preventScrollReset
    >
      {head}
      {current && <Icon name={current === "desc" ? "arrow-down" : "arrow-up"} />}
    </Link>
  );
}

/** Links to the pages around this one; the place stands in the address. `summary` says what is shown of how much. */
export function Pager({
  before,
  after,
  search,
  summary,
}: {
  before: string | null;
  after: string | null;
  search: string;
  summary?: ReactNode;
}) {
  if (!before && !after) return summary ? <p className="pager">{summary}</p> : null;
  return (
    <nav aria-label="Pages" className="pager">
      <span>{summary}</span>
      <div className="end">
        <PageLink to={before ? placed(search) : null} icon="chevrons-left" label="First" />
        <PageLink
          to={before && placed(search, { name: "before", value: before })}
          icon="chevron-left"
          label="Previous"
        />
        <PageLink
          to={after && placed(search, { name: "after", value: after })}
          icon="chevron-right"
          label="Next"
          last
        />
        <PageLink
          to={after && placed(search, { name: "last", value: "1" })}
          icon="chevrons-right"
          label="Last"
          last
        />
      </div>
    </nav>
  );
}

function PageLink({
  to,
  icon,
  label,
  last = false,
}: {
  to: string | null;
  icon: string;
  label: string;
  last?: boolean;
}) {
  const drawn = <Icon name={icon} />;
  const inside = (
    <>
      {!last && drawn}
      {label}
      {last && drawn}
    </>
  );
  if (!to)
    return (
      <span className="btn btn-s" aria-disabled="true" role="link">
        {inside}
      </span>
    );
  return (
    <Link className="btn btn-s" to={to}>
      {inside}
    </Link>
  );
}
