import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { useMemo } from "react";
import { countAlerts, listAlerts } from "../../db/read/alerts";
import type { Alert } from "../../db/read/trades";
import { alertLook, alertOutcomes } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { FilterChip } from "../components/desk/list-toolbar";
import { NotRead } from "../components/desk/not-read";
import { PageHead } from "../components/desk/page-head";
import { groupedPrice, timeCell } from "../components/desk/row-cells";
import { StatusBadge } from "../components/desk/status-badge";
import { CopyButton } from "../components/ui/copy-button";
import { Empty } from "../components/ui/empty";
import { Icon } from "../components/ui/icon";
import { readAddress } from "../lib/address-query";
import { alertPath, runPath, tradePath } from "../lib/paths";
import { countText, rowsText } from "../lib/page-request";
import { shortId } from "../lib/short-id";
import { timeFormat, zoneName } from "../lib/time";
import { Said } from "../components/desk/said-text";
import { plainSaid } from "../../domain/said-text";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const address = readAddress(searchParams);
  const outcome = address.choice("outcome", alertOutcomes);
  const order = address.order();
  const at = address.page();
  const filter = { outcomes: outcome && [outcome] };
  return {
    now: context.clock.now(),
    zone: operator.timeZone,
    outcome,
    order,
    wrong: address.wrong,
    count: countAlerts(context.read, filter),
    page: listAlerts(context.read, filter, order, at, 50),
  };
}

export default function Alerts() {
  const { now, zone, outcome, order, wrong, count, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  const columns = useMemo(() => alertColumns(zone, now), [zone, now]);
  return (
    <>
      <PageHead
        title="Price alerts"
        lead={`${countText(count)} ${outcome ? alertLook[outcome].label.toLowerCase() : "received"}. One alert opens at most one trade, for ever. Times in ${zoneName(now, zone)}.`}
      >
        <Link className="btn btn-primary" to="/alerts/send">
          <Icon name="bell" size={16} />
          Send price alert
        </Link>
      </PageHead>
      <NotRead names={wrong} />
      <div className="toolbar">
        <div className="chips" role="group" aria-label="Filters">
          <FilterChip
            name="outcome"
            label="Outcome"
            value={outcome && alertLook[outcome].label}
            options={alertOutcomes.map((value) => ({ value, label: alertLook[value].label }))}
            search={search}
          />
        </div>
      </div>
      <DataTable
        label={`Price alerts, ${order === "desc" ? "newest" : "oldest"} first`}
        rows={page.rows}
        keyOf={(row) => row.id}
        hatched={(row) => row.outcome === "unknown"}
        columns={columns}
        sorting={{ by: "at", order, search }}
        empty={
          <Empty icon="bell" title="No alert fits">
            <p>Price feeds send alerts as events, and one can be sent from here.</p>
          </Empty>
        }
      />
      <Pager
        before={page.before}
        after={page.after}
        search={search}
        summary={`${rowsText(page.rows.length)} of ${countText(count)}.`}
      />
    </>
  );
}

const directionWords = { long: "Long", short: "Short", "": "" };

function alertColumns(zone: string, now: number): Column<Alert>[] {
  const time = timeFormat(zone, now);
  const none = <span className="m">–</span>;
  return [
    {
      id: "id",
      head: "Alert",
      place: 1,
      cell: (row) => (
        <>
          <Link className="mono quiet" to={alertPath(row.id)}>
            <Said text={shortId(row.id)} />
          </Link>
          <CopyButton text={row.id} />
        </>
      ),
    },
    {
      id: "at",
      head: `Received, ${zoneName(now, zone)}`,
      place: 4,
      sort: "at",
      cell: (row) => timeCell(row.receivedAt, time),
    },
    {
      id: "what",
      head: "Market",
      place: 3,
      cell: (row) => (
        <>
          <span className="font-medium break-all">
            <Said text={row.asset || (row.named ?? "not named")} />
          </span>{" "}
          {directionWords[row.direction]}
          {row.asset && row.named && (
            <span className="m break-all">
              {" "}
              as <Said text={row.named} />
            </span>
          )}
        </>
      ),
    },
    {
      id: "price",
      head: "Price, USD",
      kind: "num",
      place: 2,
      cell: (row) => (row.price ? groupedPrice(row.price) : none),
    },
    {
      id: "outcome",
      head: "Outcome",
      place: 5,
      cell: (row) => (
        <>
          <StatusBadge look={alertLook[row.outcome]} />
          {row.reason && (
            <span className="why is-long" title={plainSaid(row.reason)}>
              <Said text={row.reason} />
            </span>
          )}
        </>
      ),
    },
    {
      id: "trade",
      head: "Trade",
      cell: (row) =>
        row.tradeRef ? (
          <a className="mono quiet" href={tradePath(row.tradeRef)}>
            {shortId(row.tradeRef)}
          </a>
        ) : (
          none
        ),
    },
    {
      id: "by",
      head: "Sent by",
      kind: "low",
      cell: (row) => (row.triggeredBy ? <Said text={row.triggeredBy} /> : none),
    },
    {
      id: "run",
      head: "Run",
      kind: "num low",
      cell: (row) =>
        row.runId ? (
          <a className="mono quiet" href={runPath(row.runId)}>
            {shortId(row.runId)}
          </a>
        ) : (
          none
        ),
    },
  ];
}
