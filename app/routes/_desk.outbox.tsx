import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData, useLocation } from "@remix-run/react";
import { useMemo } from "react";
import { listSent, listUnsent, type OutboxRow } from "../../db/read/outbox";
import { commandLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { Age } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Subject } from "../components/desk/subject";
import { timeCell } from "../components/desk/row-cells";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { Empty } from "../components/ui/empty";
import { pageOf } from "../lib/page-request";
import { formatTime, timeFormat, zoneName } from "../lib/time";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  return {
    now: context.clock.now(),
    zone: operator.timeZone,
    waiting: listUnsent(context.read),
    page: listSent(context.read, pageOf(new URL(request.url).searchParams), 50),
  };
}

export default function Outbox() {
  const { now, zone, waiting, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  const [unsent, sent] = useMemo(() => [columns(zone, now, true), columns(zone, now, false)], [zone, now]);
  return (
    <>
      <PageHead
        title="Outbox"
        lead={`${waiting.length} waiting. What was asked for is on disk before it is sent, and sent once. Times in ${zoneName(now, zone)}.`}
      />
      <Section title="Queued, not sent">
        <DataTable
          label="Queued, not sent"
          rows={waiting}
          keyOf={(row) => row.id}
          columns={unsent}
          empty={
            <Empty icon="inbox" title="Nothing waits">
              <p>
                While the event engine cannot be reached, what was asked for waits here and goes out later.
              </p>
            </Empty>
          }
        />
      </Section>
      <Section title="Sent">
        <DataTable
          label="Sent, newest first"
          rows={page.rows}
          keyOf={(row) => row.id}
          columns={sent}
          empty={
            <Empty icon="send" title="Nothing has been sent yet">
              <p>Commands of operators and verified webhooks leave through here.</p>
            </Empty>
          }
        />
        <Pager before={page.before} after={page.after} search={search} />
      </Section>
    </>
  );
}

function columns(zone: string, now: number, waiting: boolean): Column<OutboxRow>[] {
  const time = timeFormat(zone, now);
  return [
    {
      id: "event",
      head: "Event",
      place: 1,
      cell: (row) =>
        row.commandKind ? (
          <a className="id" href={`/sent/${row.id}`}>
            {row.commandKind.replace(/-/g, " ")}
          </a>
        ) : (
          <span className="mono">{row.eventName.replace("purple-flea/", "")}</span>
        ),
    },
    {
      id: "state",
      head: "State",
      place: 5,
      cell: (row) => {
        const why = row.answer ?? row.lastError;
        return (
          <>
            <StatusBadge look={commandLook[row.state]} />
            {why && (
              <span className="why is-long" title={why}>
                {why}
              </span>
            )}
          </>
        );
      },
    },
    {
      id: "subject",
      head: "About",
      place: 3,
      cell: (row) => <Subject of={row} />,
    },
    { id: "by", head: "By", cell: (row) => row.operatorName ?? "webhook" },
    {
      id: "attempts",
      head: "Attempts",
      kind: "num",
      place: 2,
      cell: (row) =>
        waiting
          ? `${row.attempts} so far, next ${formatTime(row.nextAttemptAt, zone, now, { bare: true })}`
          : row.attempts > 1
            ? `${row.attempts} tries`
            : "1 try",
    },
    waiting
      ? { id: "age", head: "Waiting", place: 4, cell: (row) => <Age ms={row.createdAt} /> }
      : {
          id: "at",
          head: `Asked, ${zoneName(now, zone)}`,
          place: 4,
          cell: (row) => timeCell(row.createdAt, time),
        },
    {
      id: "sent",
      head: waiting ? "Asked" : "Sent",
      cell: (row) => timeCell(row.sentAt ?? row.createdAt, time),
    },
  ];
}
