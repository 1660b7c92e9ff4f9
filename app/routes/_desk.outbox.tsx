import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { useLoaderData, useLocation } from "@remix-run/react";
import { useMemo, type ReactNode } from "react";
import {
  countParked,
  countUnsent,
  getSendTrouble,
  listParked,
  listSent,
  listUnsent,
  type OutboxRow,
  type SendTrouble,
} from "../../db/read/outbox";
import { plainSaid } from "../../domain/said-text";
import { newId } from "../../domain/ids";
import { commandLook } from "../../domain/command-states";
import { requireOperator } from "../auth/session.server";
import { statusOf, type CommandResult } from "../commands/result";
import { sendAgain } from "../commands/send-again.server";
import { CommandForm } from "../components/desk/command-form";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { Age, Time } from "../components/desk/moment";
import { NotRead } from "../components/desk/not-read";
import { PageHead } from "../components/desk/page-head";
import { Subject } from "../components/desk/subject";
import { timeCell } from "../components/desk/row-cells";
import { Said } from "../components/desk/said-text";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { Empty } from "../components/ui/empty";
import { Note } from "../components/ui/note";
import { readAddress } from "../lib/address-query";
import { countText } from "../lib/page-request";
import { sentPath } from "../lib/paths";
import { meaningOfUnsent, whyNotSent } from "../lib/sending-words";
import { timeFormat, zoneName } from "../lib/time";
import { useAnswer } from "../lib/use-answer";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { read } = context;
  const now = context.clock.now();
  const address = readAddress(new URL(request.url).searchParams);
  const at = address.page();
  return {
    now,
    zone: operator.timeZone,
    mayAct: operator.role !== "viewer",
    parked: listParked(read).map((row) => ({ ...row, commandId: newId(now) })),
    waiting: listUnsent(read),
    counts: { waiting: countUnsent(read), parked: countParked(read) },
    trouble: getSendTrouble(read),
    page: listSent(read, at, 50),
    wrong: address.wrong,
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  const result = sendAgain(context, operator, form);
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect("/outbox");
  return data({ row: Number(form.get("row")), result }, { status: statusOf(result) });
}

type Parked = OutboxRow & { commandId: string };

export default function Outbox() {
  const { now, zone, mayAct, parked, waiting, counts, trouble, page, wrong } = useLoaderData<typeof loader>();
  const answer = useAnswer<typeof action>();
  const { search } = useLocation();
  const [unsent, sent] = useMemo(
    () => [waitingColumns(zone, now, trouble), sentColumns(zone, now)],
    [zone, now, trouble],
  );
  // A row that is not there any more has no place of its own for what was said about it.
  const stray = answer && !parked.some((row) => row.rowId === answer.row) ? answer.result : undefined;
  return (
    <>
      <PageHead
        title="Outbox"
        lead={`${countText(counts.waiting)} waiting${counts.parked.n > 0 ? `, ${countText(counts.parked)} not sent` : ""}. What was asked for is on disk before it is sent, and takes effect once. Times in ${zoneName(now, zone)}.`}
      />
      <NotRead names={wrong} />
      {stray?.kind === "conflict" && (
        <div className="pb-6">
          <Note tone="danger" icon="circle-alert" alert>
            {stray.message}
          </Note>
        </div>
      )}
      {parked.length > 0 && (
        <Section title="Not sent">
          <p className="max-w-[72ch] pb-4 text-text-muted">
            These are not tried again by themselves. Sent again, each goes out once more under its own id, so
            that it takes effect once; refused again, it comes back here.
            {!mayAct && " Your role may look and not act."}
          </p>
          <ul className="grid gap-3">
            {parked.map((row) => (
              <ParkedRow
                key={row.rowId}
                row={row}
                mayAct={mayAct}
                problem={answer?.row === row.rowId ? answer.result : undefined}
              />
            ))}
          </ul>
        </Section>
      )}
      <Section title="Queued, not sent yet">
        {trouble && waiting.length > 0 && (
          <div className="pb-4">
            <Note tone="caution" icon="triangle-alert">
              <b>{whyNotSent(trouble)}</b>
              <p>
                Nothing is lost. It is tried again by itself, every half minute at the latest, and what waits
                leaves then.
              </p>
            </Note>
          </div>
        )}
        <DataTable
          label="Queued, not sent yet"
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

/** An event that was given up: why, what it means for the money, and the way out. */
function ParkedRow({ row, mayAct, problem }: { row: Parked; mayAct: boolean; problem?: CommandResult }) {
  const why = row.failure && whyNotSent({ failure: row.failure, said: row.lastError });
  return (
    <li
      data-row
      className="grid gap-3 rounded-md border border-line p-4 md:grid-cols-[minmax(0,1fr)_auto] md:items-start"
    >
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <b>{eventCell(row)}</b>
          {row.subjectRef !== null && (
            <span>
              about <Subject of={row} />
            </span>
          )}
          <StatusBadge look={commandLook[row.state]} />
        </p>
        <p className="pt-1 [overflow-wrap:anywhere]">{why && <Said text={why} />}</p>
        <p className="text-text-muted">
          <Said text={row.answer ?? meaningOfUnsent(row.eventName)} /> Asked by{" "}
          <Said text={row.operatorName ?? "a webhook"} />, tried {row.attempts}{" "}
          {row.attempts === 1 ? "time" : "times"}, given up at <Time ms={row.parkedAt} />.
        </p>
      </div>
      {mayAct && (
        <CommandForm commandId={row.commandId} button="Send again" problem={problem}>
          <input type="hidden" name="row" value={row.rowId} />
        </CommandForm>
      )}
    </li>
  );
}

const eventCell = (row: OutboxRow): ReactNode =>
  row.commandKind ? (
    <a className="id" href={sentPath(row.id)}>
      {row.commandKind.replace(/-/g, " ")}
    </a>
  ) : (
    <span className="mono">
      <Said text={row.eventName.replace("purple-flea/", "")} />
    </span>
  );

const shared: Record<"event" | "subject" | "by", Column<OutboxRow>> = {
  event: { id: "event", head: "Event", place: 1, cell: eventCell },
  subject: { id: "subject", head: "About", place: 3, cell: (row) => <Subject of={row} /> },
  by: { id: "by", head: "By", cell: (row) => <Said text={row.operatorName ?? "webhook"} /> },
};

/** Where a row stands and why: its answer, or what keeps it from being sent. */
const stateColumn = (whyOf: (row: OutboxRow) => string | null): Column<OutboxRow> => ({
  id: "state",
  head: "State",
  place: 5,
  cell: (row) => {
    const why = whyOf(row);
    return (
      <>
        <StatusBadge look={commandLook[row.state]} />
        {why && (
          <span className="why is-long" title={plainSaid(why)}>
            <Said text={why} />
          </span>
        )}
      </>
    );
  },
});

function waitingColumns(zone: string, now: number, trouble: SendTrouble | null): Column<OutboxRow>[] {
  const time = timeFormat(zone, now);
  return [
    shared.event,
    stateColumn((row) => {
      const own = row.failure ? { failure: row.failure, said: row.lastError } : trouble;
      return row.answer ?? (own && whyNotSent(own));
    }),
    shared.subject,
    shared.by,
    {
      id: "attempts",
      head: "Attempts",
      kind: "num",
      place: 2,
      cell: (row) => (row.attempts === 0 ? "not tried yet" : `${row.attempts} so far`),
    },
    { id: "age", head: "Waiting", place: 4, cell: (row) => <Age ms={row.createdAt} /> },
    { id: "sent", head: "Asked", cell: (row) => timeCell(row.createdAt, time) },
  ];
}

function sentColumns(zone: string, now: number): Column<OutboxRow>[] {
  const time = timeFormat(zone, now);
  return [
    shared.event,
    stateColumn((row) => row.answer),
    shared.subject,
    shared.by,
    {
      id: "attempts",
      head: "Attempts",
      kind: "num",
      place: 2,
      cell: (row) => (row.attempts > 1 ? `${row.attempts} tries` : "1 try"),
    },
    {
      id: "at",
      head: `Asked, ${zoneName(now, zone)}`,
      place: 4,
      cell: (row) => timeCell(row.createdAt, time),
    },
    { id: "sent", head: "Sent", cell: (row) => timeCell(row.sentAt ?? row.createdAt, time) },
  ];
}
