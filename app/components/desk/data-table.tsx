import { flexRender, tableFeatures, useTable, type ColumnDef, type RowData } from "@tanstack/react-table";
import { Link } from "@remix-run/react";
import type { ReactNode } from "react";

const features = tableFeatures({});

export interface Column<Row> {
  id: string;
  head: string;
  cell: (row: Row) => ReactNode;
  /** num: right-aligned; low: leaves first when the window is narrow; wide: a line of its own there; act: a button, last. */
  kind?: "num" | "low" | "wide" | "act";
  /**
   * Where it stands when a row becomes a block of lines: 1 and 2 on the first line, 3 and 4 on the second, 5 on the third. As
   * soon as one column has a place, those without one are left out there.
   */
  place?: 1 | 2 | 3 | 4 | 5;
}

/** A list: sorted, filtered and paged on the server, drawn here. Under 1100 px its rows become blocks. */
export function DataTable<Row extends RowData>({
  label,
  columns,
  rows,
  keyOf,
  hatched,
  empty,
  comfortable = false,
}: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  hatched?: (row: Row) => boolean;
  empty: ReactNode;
  comfortable?: boolean;
}) {
  const defs: ColumnDef<typeof features, Row>[] = columns.map((column) => ({
    id: column.id,
    header: column.head,
    cell: ({ row }) => column.cell(row.original),
  }));
  const table = useTable({ features, columns: defs, data: rows, getRowId: keyOf });
  const kinds = new Map(
    columns.map(({ id, kind, place }) => [id, [kind, place && `p${place}`].filter(Boolean).join(" ")]),
  );
  const isPlaced = columns.some((column) => column.place);
  if (rows.length === 0) return <div className="py-8 text-text-muted">{empty}</div>;
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label={label} tabIndex={0} className="overflow-x-auto">
      <table className={`table to-rows ${isPlaced ? "is-placed" : ""} ${comfortable ? "is-queue" : ""}`}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" className={kinds.get(header.column.id) ?? ""}>
                  {flexRender(header.column.columnDef.header, header.getContext())}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} className={hatched?.(row.original) ? "hatch" : undefined}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} className={kinds.get(cell.column.id) ?? ""}>
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Links to the pages before and after this one; the place stands in the address. */
export function Pager({
  before,
  after,
  search,
}: {
  before: string | null;
  after: string | null;
  search: string;
}) {
  const to = (name: "before" | "after" | "last", value: string) => {
    const next = new URLSearchParams(search);
    for (const key of ["before", "after", "last"]) next.delete(key);
    next.set(name, value);
    return `?${next.toString()}`;
  };
  if (!before && !after) return null;
  return (
    <nav aria-label="Pages" className="flex gap-2 py-4">
      {before && (
        <Link className="btn" to={to("before", before)}>
          Previous
        </Link>
      )}
      {after && (
        <Link className="btn" to={to("after", after)}>
          Next
        </Link>
      )}
      {after && (
        <Link className="btn" to={to("last", "1")}>
          Last
        </Link>
      )}
    </nav>
  );
}
