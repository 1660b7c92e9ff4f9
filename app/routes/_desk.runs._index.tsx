import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { countRuns, listRunFunctions, listRuns } from "../../db/read/runs";
import { runLook, runStatuses } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager } from "../components/desk/data-table";
import { Id } from "../components/desk/id";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StatusBadge } from "../components/desk/status-badge";
import { countText, pageOf } from "../lib/page-request";
import { formatDuration } from "../lib/time";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const view = runStatuses.find((status) => status === searchParams.get("view")) ?? "all";
  const functionId = searchParams.get("function") ?? undefined;
  const filter = { statuses: view === "all" ? undefined : [view], functionId };
  return {
    view,
    functionId,
    functions: listRunFunctions(context.read),
    count: countRuns(context.read, filter),
    page: listRuns(context.read, filter, "desc", pageOf(searchParams), 50),
  };
}

export default function Runs() {
  const { view, functionId, functions, count, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  const to = (change: { view?: string; function?: string }) => {
    const next = new URLSearchParams();
    const merged = { view, function: functionId, ...change };
    for (const [name, value] of Object.entries(merged)) if (value && value !== "all") next.set(name, value);
    return `?${next.toString()}`;
  };
  return (
    <>
      <PageHead
        title={`Runs: ${countText(count)} ${view}`}
        lead="Every run of every background function, newest first. Kept 30 days."
      />
      <nav aria-label="Status" className="flex gap-2 overflow-x-auto pb-3">
        {["all", ...runStatuses].map((status) => (
          <Link
            key={status}
            className="chip"
            to={to({ view: status })}
            aria-current={status === view ? "page" : undefined}
          >
            {status}
          </Link>
        ))}
      </nav>
      <nav aria-label="Function" className="flex gap-2 overflow-x-auto pb-4">
        {["all", ...functions].map((id) => (
          <Link
            key={id}
            className="chip"
            to={to({ function: id })}
            aria-current={(functionId ?? "all") === id ? "page" : undefined}
          >
            {id}
          </Link>
        ))}
      </nav>
      <DataTable
        label="Runs"
        rows={page.rows}
        keyOf={(row) => row.id}
        empty="No run fits. Runs appear as soon as a function starts."
        columns={[
          { id: "fn", head: "Function", cell: (row) => <Link to={`/runs/${row.id}`}>{row.functionId}</Link> },
          { id: "status", head: "Status", cell: (row) => <StatusBadge look={runLook[row.status]} /> },
          {
            id: "attempt",
            head: "Attempt",
            kind: "num",
            cell: (row) => `${row.attempt} of ${row.maxAttempts ?? "?"}`,
          },
          {
            id: "took",
            head: "Took",
            kind: "num",
            cell: (row) => (row.endedAt === null ? "not over" : formatDuration(row.endedAt - row.startedAt)),
          },
          { id: "error", head: "Error", kind: "wide", cell: (row) => row.error ?? "" },
          { id: "event", head: "Trigger", kind: "low", cell: (row) => <code>{row.eventName}</code> },
          { id: "at", head: "Started", cell: (row) => <Time ms={row.startedAt} /> },
          { id: "id", head: "Run", kind: "low", cell: (row) => <Id id={row.id} /> },
        ]}
      />
      <Pager before={page.before} after={page.after} search={search} />
    </>
  );
}
