import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData, useLocation } from "@remix-run/react";
import { useMemo } from "react";
import {
  countRuns,
  countRunViews,
  listRunFunctions,
  listRuns,
  newestRunAt,
  type RunRow,
} from "../../db/read/runs";
import { runLook, runStatuses } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { FilterChip, FreshRows, ViewTabs } from "../components/desk/list-toolbar";
import { useNow } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { idCell, timeCell } from "../components/desk/row-cells";
import { StatusBadge } from "../components/desk/status-badge";
import { Empty } from "../components/ui/empty";
import { changed } from "../lib/list-address";
import { countText, rowsText } from "../lib/page-request";
import { readRunQuery, runFilterOf } from "../lib/run-query";
import { attemptText } from "../lib/run-words";
import { timeFormat, zoneName } from "../lib/time";
import { formatTook } from "../lib/took";
import { stayStill, useSteadyRows } from "../lib/use-steady-rows";
import { newsPath, runPath, subjectPath } from "../lib/paths";
import { readAddress } from "../lib/address-query";
import { NotRead } from "../components/desk/not-read";
import { Said } from "../components/desk/said-text";
import { plainSaid } from "../../domain/said-text";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const address = readAddress(searchParams);
  const asked = readRunQuery(address);
  const at = address.page();
  const filter = runFilterOf(asked);
  const exact = searchParams.has("exact");
  return {
    asked,
    wrong: address.wrong,
    exact,
    now: context.clock.now(),
    zone: operator.timeZone,
    since: newestRunAt(context.read) ?? 0,
    functions: listRunFunctions(context.read),
    views: countRunViews(context.read),
    count: countRuns(context.read, filter, exact),
    page: listRuns(context.read, filter, asked.order, at, 50),
  };
}

export const shouldRevalidate = stayStill;

export default function Runs() {
  const { asked, wrong, exact, now, zone, since, functions, views, count, page } =
    useLoaderData<typeof loader>();
  const { search } = useLocation();
  const live = changed(search, { since: String(since), ids: page.rows.map((row) => row.id).join(",") });
  const { rows, fresh } = useSteadyRows(page.rows, (row) => row.id, newsPath("runs", live));
  const shell = useNow();
  const columns = useMemo(() => runColumns(zone, now), [zone, now]);
  const view = (name: string | null) => changed(search, { view: name });
  return (
    <>
      <PageHead
        title="Runs"
        lead={`${countText(count)} ${asked.view === "all" ? "in all" : asked.view}, every run of every background function. Kept 30 days. Times in ${zoneName(shell.now, zone)}.`}
      />
      <NotRead names={wrong} />
      <ViewTabs
        label="Views"
        views={[
          {
            to: view("failed"),
            label: "Failed",
            count: countText(views.failed),
            current: asked.view === "failed",
          },
          {
            to: view("active"),
            label: "Under way",
            count: countText(views.active),
            current: asked.view === "active",
          },
          { to: view(null), label: "All", current: asked.view === "all" },
        ]}
      />
      <div className="toolbar">
        <div className="chips" role="group" aria-label="Filters">
          <FilterChip
            name="function"
            label="Function"
            value={asked.function}
            options={functions.map((value) => ({ value, label: value }))}
            search={search}
          />
          <FilterChip
            name="status"
            label="Status"
            value={asked.status && runLook[asked.status].label}
            options={runStatuses.map((value) => ({ value, label: runLook[value].label }))}
            search={search}
          />
        </div>
        <div className="end">
          <FreshRows count={fresh} to={changed(search, {})} />
        </div>
      </div>
      <DataTable
        label={`Runs, ${asked.order === "desc" ? "newest" : "oldest"} first`}
        rows={rows}
        keyOf={(row) => row.id}
        columns={columns}
        sorting={{ by: "started", order: asked.order, search }}
        empty={
          <Empty icon="workflow" title={asked.view === "failed" ? "No run has failed" : "No run fits"}>
            <p>A run appears as soon as a background function starts.</p>
          </Empty>
        }
      />
      <Pager
        before={page.before}
        after={page.after}
        search={search}
        summary={
          <>
            {rowsText(rows.length)} of {countText(count)}.{" "}
            {count.capped && !exact && <a href={changed(search, { exact: "1" })}>Count exactly</a>}
          </>
        }
      />
    </>
  );
}

function runColumns(zone: string, now: number): Column<RunRow>[] {
  const time = timeFormat(zone, now);
  return [
    {
      id: "function",
      head: "Function",
      place: 1,
      cell: (row) => (
        <a className="id mono" href={runPath(row.id)}>
          {row.functionId}
        </a>
      ),
    },
    {
      id: "status",
      head: "Status",
      place: 5,
      cell: (row) => {
        const why = attemptText(row, { zone, now }) ?? row.error;
        return (
          <>
            <StatusBadge look={runLook[row.status]} />
            {why && (
              <span className="why is-long" title={plainSaid(why)}>
                <Said text={why} />
              </span>
            )}
          </>
        );
      },
    },
    {
      id: "about",
      head: "About",
      place: 3,
      cell: (row) =>
        row.subjectType && row.subjectRef ? (
          <a className="mono quiet" href={subjectPath(row.subjectType, row.subjectRef)}>
            {row.subjectRef}
          </a>
        ) : (
          <span className="m">–</span>
        ),
    },
    {
      id: "attempt",
      head: "Attempt",
      kind: "num",
      cell: (row) =>
        row.attempt === 0
          ? "none"
          : `${row.attempt}${row.maxAttempts === null ? "" : ` of ${row.maxAttempts}`}`,
    },
    {
      id: "took",
      head: "Took",
      kind: "num",
      place: 2,
      cell: (row) => (row.endedAt === null ? "not over" : formatTook(row.endedAt - row.startedAt)),
    },
    {
      id: "started",
      head: `Started, ${zoneName(now, zone)}`,
      place: 4,
      sort: "started",
      cell: (row) => timeCell(row.startedAt, time),
    },
    {
      id: "event",
      head: "Trigger",
      kind: "low",
      className: "mono text-text-muted",
      cell: (row) => <Said text={row.eventName} />,
    },
    { id: "id", head: "Run", kind: "num low", cell: (row) => idCell(row.id, runPath(row.id)) },
  ];
}
