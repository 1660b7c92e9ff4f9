import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { getFaucetDay, listClaims, type Claim, type FaucetDay } from "../../db/read/claims";
import { getUnknownKey } from "../../db/read/unknown";
import { newId, utcDay } from "../../domain/ids";
import { claimLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { claimFaucet, pausedMessage } from "../commands/ask.server";
import { statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { Money } from "../components/desk/money";
import { Time, useNow } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Section } from "../components/desk/section";
import { UnknownNote } from "../components/desk/standing";
import { StatusBadge } from "../components/desk/status-badge";
import { Empty } from "../components/ui/empty";
import { Note } from "../components/ui/note";
import { usdcText } from "../lib/money";
import { formatDuration, formatTime } from "../lib/time";
import { useAnswer } from "../lib/use-answer";
import { runPath, sentPath } from "../lib/paths";
import { readAddress } from "../lib/address-query";
import { NotRead } from "../components/desk/not-read";
import { Said } from "../components/desk/said-text";

const DAY_MS = 86_400_000;
/** When the schedule claims: 09:00 UTC, ms after midnight. */
const SCHEDULE_MS = 9 * 3_600_000;

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { read, clock, config } = context;
  const now = clock.now();
  const address = readAddress(new URL(request.url).searchParams);
  const at = address.page();
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  return {
    commandId: newId(now),
    paused: pausedMessage(context, "claim"),
    unknownKey: getUnknownKey(read, `${config.agentId}:${utcDay(now)}`),
    mayAct: operator.role !== "viewer",
    day: getFaucetDay(read, config.agentId, now),
    agentId: config.agentId,
    nextDay: midnight + DAY_MS,
    schedule: now < midnight + SCHEDULE_MS ? midnight + SCHEDULE_MS : midnight + DAY_MS + SCHEDULE_MS,
    wrong: address.wrong,
    page: listClaims(read, at, 50),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const result = claimFaucet(context, operator, await request.formData());
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(sentPath(result.commandId));
  return data(result, { status: statusOf(result) });
}

/** What today's claim has come to, in words. */
function Today({ day, nextDay, unknownKey }: { day: FaucetDay; nextDay: number; unknownKey: string | null }) {
  const { now } = useNow();
  const { today } = day;
  const wait = `The next can be made in ${formatDuration(nextDay - now)}, after midnight UTC.`;
  switch (today?.status) {
    case undefined:
      return <p className="text-text-muted">Not claimed yet on {day.utcDay} UTC.</p>;
    case "claimed":
      return (
        <Note tone="positive" icon="circle-check">
          <b>
            Claimed today
            {today.amountMicro !== null && `: ${usdcText(today.amountMicro)}`}
          </b>{" "}
          at <Time ms={today.settledAt ?? today.createdAt} focusable />. {wait}
        </Note>
      );
    case "unknown":
      return unknownKey ? (
        <UnknownNote intentKey={unknownKey} what="Today’s claim was sent and" />
      ) : (
        <Note tone="unknown" icon="circle-question-mark">
          <b>Today’s claim was sent and no answer came.</b> It may have been paid. It is not sent again by
          itself.
        </Note>
      );
    case "claiming":
      return (
        <Note tone="info" icon="circle-dot">
          <b>The claim is in flight.</b> This page follows it.
        </Note>
      );
    case "rejected":
    case "not_executed":
      return (
        <Note tone="danger" icon="circle-x">
          <b>
            {today.status === "rejected"
              ? "Purple Flea rejected today’s claim."
              : "Today’s claim was not made."}
          </b>{" "}
          <Said text={today.reason ?? ""} /> Nothing moved. {wait}
        </Note>
      );
  }
}

const columns: Column<Claim>[] = [
  {
    id: "day",
    head: "UTC day",
    place: 1,
    cell: (row) =>
      row.runId ? (
        <Link className="id" to={runPath(row.runId)}>
          {row.utcDay}
        </Link>
      ) : (
        row.utcDay
      ),
  },
  {
    id: "amount",
    head: "Amount, USDC",
    kind: "num",
    place: 2,
    cell: (row) =>
      row.amountMicro === null ? (
        <span className="text-text-muted">{row.status === "unknown" ? "unknown" : "–"}</span>
      ) : (
        <Money micro={row.amountMicro} />
      ),
  },
  {
    id: "status",
    head: "Status",
    place: 4,
    cell: (row) => <StatusBadge look={claimLook[row.status]} />,
  },
  { id: "by", head: "Asked by", place: 3, cell: (row) => <Said text={row.requestedBy} /> },
  { id: "at", head: "Settled", cell: (row) => <Time ms={row.settledAt} /> },
];

export default function Faucet() {
  const { commandId, day, agentId, nextDay, schedule, paused, unknownKey, mayAct, wrong, page } =
    useLoaderData<typeof loader>();
  const result = useAnswer<typeof action>();
  const { search } = useLocation();
  const { zone, now } = useNow();
  const { today } = day;
  return (
    <>
      <PageHead title="Faucet" lead="One claim per agent and UTC day; every day at 09:00 UTC by itself." />
      <NotRead names={wrong} />
      <div className="split">
        <div className="min-w-0">
          <Section title="Today" end={`${day.utcDay} UTC`}>
            <div className="grid gap-4 max-w-[560px]">
              <Today day={day} nextDay={nextDay} unknownKey={unknownKey} />
              <CommandForm
                commandId={commandId}
                problem={result}
                button="Claim today’s USDC"
                closed={
                  !mayAct
                    ? "Your role may look and not act."
                    : today?.status === "claimed"
                      ? `Already claimed today, at ${formatTime(today.settledAt ?? today.createdAt, zone, now)}. One claim per agent and UTC day.`
                      : today?.status === "unknown"
                        ? "Closed while the outcome of today’s claim is unknown."
                        : paused
                }
              />
            </div>
          </Section>
          <Section title="Claims" end="newest first">
            <DataTable
              label="Claims"
              rows={page.rows}
              keyOf={(row) => row.ref}
              hatched={(row) => row.status === "unknown"}
              empty={
                <Empty icon="droplets" title="No claim yet">
                  <p>The first comes at 09:00 UTC, or when you claim.</p>
                </Empty>
              }
              columns={columns}
            />
            <Pager before={page.before} after={page.after} search={search} />
          </Section>
        </div>
        <div className="rail">
          <Section title="Facts">
            <dl className="kv">
              <dt>Agent</dt>
              <dd className="mono">{agentId}</dd>
              <dt>Next possible</dt>
              <dd>
                {today?.status === "claimed" ? (
                  <Time ms={Math.max(day.nextEligibleAt ?? 0, nextDay)} focusable />
                ) : (
                  "now"
                )}
              </dd>
              <dt>By itself</dt>
              <dd>
                <Time ms={schedule} focusable />
                <span className="block text-meta text-text-muted">in {formatDuration(schedule - now)}</span>
              </dd>
            </dl>
          </Section>
        </div>
      </div>
    </>
  );
}
