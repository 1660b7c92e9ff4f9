import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { countWebhooks, listWebhooks } from "../../db/read/webhooks";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager } from "../components/desk/data-table";
import { Id } from "../components/desk/id";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { countText, pageOf } from "../lib/page-request";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return {
    count: countWebhooks(context.read, {}),
    page: listWebhooks(context.read, {}, pageOf(new URL(request.url).searchParams), 50),
  };
}

export default function Webhooks() {
  const { count, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  return (
    <>
      <PageHead
        title="Webhooks"
        lead={`${countText(count)} verified and kept, newest first. A name we do not know is kept as well.`}
      />
      <DataTable
        label="Webhooks"
        rows={page.rows}
        keyOf={(row) => row.id}
        empty="No webhook has come yet."
        columns={[
          { id: "type", head: "Type", cell: (row) => <code>{row.type}</code> },
          {
            id: "outcome",
            head: "Outcome",
            cell: (row) =>
              row.runId ? <Link to={`/runs/${row.runId}`}>{row.outcome}</Link> : "not handled yet",
          },
          { id: "detail", head: "Detail", kind: "wide", cell: (row) => row.detail ?? "" },
          { id: "n", head: "Deliveries", kind: "num", cell: (row) => row.deliveries },
          { id: "at", head: "Received", cell: (row) => <Time ms={row.receivedAt} /> },
          { id: "id", head: "Id", kind: "low", cell: (row) => <Id id={row.id} /> },
        ]}
      />
      <Pager before={page.before} after={page.after} search={search} />
    </>
  );
}
