import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { countAlerts, listAlerts } from "../../db/read/alerts";
import { alertLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager } from "../components/desk/data-table";
import { Id } from "../components/desk/id";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StatusBadge } from "../components/desk/status-badge";
import { countText, pageOf } from "../lib/page-request";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return {
    count: countAlerts(context.read, {}),
    page: listAlerts(context.read, {}, "desc", pageOf(new URL(request.url).searchParams), 50),
  };
}

export default function Alerts() {
  const { count, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  return (
    <>
      <PageHead title="Price alerts" lead={`${countText(count)} received, newest first`}>
        <Link className="btn btn-primary" to="/alerts/send">
          Send price alert
        </Link>
      </PageHead>
      <DataTable
        label="Price alerts"
        rows={page.rows}
        keyOf={(row) => row.id}
        hatched={(row) => row.outcome === "unknown"}
        empty="No alert has come yet. Price feeds send them as events, and you can send one here."
        columns={[
          {
            id: "what",
            head: "Alert",
            cell: (row) =>
              row.tradeRef ? (
                <Link to={`/trades/${row.tradeRef}`}>{`${row.direction} ${row.asset}`}</Link>
              ) : (
                `${row.direction} ${row.asset}`
              ),
          },
          { id: "price", head: "Price", kind: "num", cell: (row) => row.price },
          { id: "outcome", head: "Outcome", cell: (row) => <StatusBadge look={alertLook[row.outcome]} /> },
          { id: "reason", head: "Why", kind: "wide", cell: (row) => row.reason ?? "" },
          { id: "at", head: "Received", cell: (row) => <Time ms={row.receivedAt} /> },
          { id: "id", head: "Id", kind: "low", cell: (row) => <Id id={row.id} /> },
        ]}
      />
      <Pager before={page.before} after={page.after} search={search} />
    </>
  );
}
