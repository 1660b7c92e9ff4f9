import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { listSent, listUnsent, type OutboxRow } from "../../db/read/outbox";
import { commandLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StatusBadge } from "../components/desk/status-badge";
import { pageOf } from "../lib/page-request";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return {
    waiting: listUnsent(context.read),
    page: listSent(context.read, pageOf(new URL(request.url).searchParams), 50),
  };
}

const columns: Column<OutboxRow>[] = [
  {
    id: "event",
    head: "Event",
    cell: (row) =>
      row.commandKind ? (
        <Link to={`/sent/${row.id}`}>{row.commandKind.replace(/-/g, " ")}</Link>
      ) : (
        <code>{row.eventName}</code>
      ),
  },
  { id: "state", head: "State", cell: (row) => <StatusBadge look={commandLook[row.state]} /> },
  {
    id: "subject",
    head: "About",
    cell: (row) =>
      row.subjectType === "escrow" && row.subjectRef ? (
        <Link to={`/escrows/${row.subjectRef}`}>{row.subjectRef}</Link>
      ) : (
        (row.subjectRef ?? "")
      ),
  },
  { id: "answer", head: "Answer", kind: "wide", cell: (row) => row.answer ?? row.lastError ?? "" },
  { id: "by", head: "By", cell: (row) => row.operatorName ?? "webhook" },
  { id: "at", head: "Asked", cell: (row) => <Time ms={row.createdAt} /> },
];

export default function Outbox() {
  const { waiting, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  return (
    <>
      <PageHead
        title={`Outbox: ${waiting.length} waiting`}
        lead="What was asked for and is on its way to the engine. It is on disk before it is sent, and sent once."
      />
      <h2 className="pb-2">Not sent yet</h2>
      <DataTable
        label="Not sent yet"
        rows={waiting}
        keyOf={(row) => row.id}
        empty="Nothing waits."
        columns={columns}
      />
      <h2 className="pt-8 pb-2">Sent</h2>
      <DataTable
        label="Sent"
        rows={page.rows}
        keyOf={(row) => row.id}
        empty="Nothing has been sent yet."
        columns={columns}
      />
      <Pager before={page.before} after={page.after} search={search} />
    </>
  );
}
