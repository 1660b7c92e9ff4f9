import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { countAudit, listAudit } from "../../db/read/audit";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager } from "../components/desk/data-table";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { countText, pageOf } from "../lib/page-request";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return {
    count: countAudit(context.read, {}),
    page: listAudit(context.read, {}, "desc", pageOf(new URL(request.url).searchParams), 50),
  };
}

export default function Audit() {
  const { count, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  return (
    <>
      <PageHead title="Audit log" lead={`${countText(count)} entries: who did what, and what came of it`} />
      <DataTable
        label="Audit log"
        rows={page.rows}
        keyOf={(row) => row.id}
        empty="Nothing is on record yet."
        columns={[
          {
            id: "action",
            head: "Action",
            cell: (row) =>
              row.commandId ? <Link to={`/sent/${row.commandId}`}>{row.action}</Link> : row.action,
          },
          { id: "who", head: "Who", cell: (row) => row.actorName ?? row.actorId },
          { id: "result", head: "Result", cell: (row) => row.result },
          {
            id: "about",
            head: "About",
            cell: (row) =>
              row.subjectType === "escrow" && row.subjectRef ? (
                <Link to={`/escrows/${row.subjectRef}`}>{row.subjectRef}</Link>
              ) : (
                (row.subjectRef ?? "")
              ),
          },
          { id: "reason", head: "Reason", kind: "wide", cell: (row) => row.reason ?? "" },
          { id: "answer", head: "Answer", kind: "low", cell: (row) => row.answer ?? "" },
          { id: "at", head: "When", cell: (row) => <Time ms={row.at} /> },
        ]}
      />
      <Pager before={page.before} after={page.after} search={search} />
    </>
  );
}
