import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Link, useActionData, useLoaderData, useLocation } from "@remix-run/react";
import { getFaucetDay, listClaims } from "../../db/read/claims";
import { getUnknownKey } from "../../db/read/unknown";
import { newId, utcDay } from "../../domain/ids";
import { claimLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { claimFaucet, pausedMessage } from "../commands/ask.server";
import { statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { DataTable, Pager } from "../components/desk/data-table";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { UnknownNote } from "../components/desk/standing";
import { StatusBadge } from "../components/desk/status-badge";
import { pageOf } from "../lib/page-request";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { read, clock, config } = context;
  return {
    commandId: newId(clock.now()),
    paused: pausedMessage(context, "claim"),
    unknownKey: getUnknownKey(read, `${config.agentId}:${utcDay(clock.now())}`),
    day: getFaucetDay(read, config.agentId, clock.now()),
    page: listClaims(read, pageOf(new URL(request.url).searchParams), 50),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const result = claimFaucet(context, operator, await request.formData());
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(`/sent/${result.commandId}`);
  return data(result, { status: statusOf(result) });
}

export default function Faucet() {
  const { commandId, paused, unknownKey, day, page } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  const { search } = useLocation();
  const { today } = day;
  return (
    <>
      <PageHead title="Faucet" lead="One claim per agent and UTC day; every day at 09:00 UTC by itself." />
      {unknownKey && <UnknownNote intentKey={unknownKey} what="Today's claim was sent and" />}
      <CommandForm
        commandId={commandId}
        problem={result}
        button="Claim today's USDC"
        closed={
          today?.status === "claimed"
            ? `Already claimed today (${day.utcDay} UTC). The next claim is possible after midnight UTC.`
            : today?.status === "unknown"
              ? "Today's claim was sent and no answer came. It is not sent again by itself."
              : paused
        }
      />
      <h2 className="pt-8 pb-2">Claims</h2>
      <DataTable
        label="Claims"
        rows={page.rows}
        keyOf={(row) => row.ref}
        hatched={(row) => row.status === "unknown"}
        empty="No claim yet. The first comes at 09:00 UTC, or when you claim."
        columns={[
          {
            id: "day",
            head: "UTC day",
            cell: (row) => (row.runId ? <Link to={`/runs/${row.runId}`}>{row.utcDay}</Link> : row.utcDay),
          },
          {
            id: "amount",
            head: "Amount, USDC",
            kind: "num",
            cell: (row) => (row.amountMicro === null ? "" : <Money micro={row.amountMicro} />),
          },
          { id: "status", head: "Status", cell: (row) => <StatusBadge look={claimLook[row.status]} /> },
          { id: "by", head: "Asked by", cell: (row) => row.requestedBy },
          { id: "at", head: "Settled", cell: (row) => <Time ms={row.settledAt} /> },
        ]}
      />
      <Pager before={page.before} after={page.after} search={search} />
    </>
  );
}
