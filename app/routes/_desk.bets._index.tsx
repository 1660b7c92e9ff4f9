import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Link, useActionData, useLoaderData, useLocation } from "@remix-run/react";
import { countBets, listBets } from "../../db/read/bets";
import { newId } from "../../domain/ids";
import { betLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { pausedMessage, placeBet } from "../commands/ask.server";
import { complaintsOf, statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { DataTable, Pager } from "../components/desk/data-table";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StatusBadge } from "../components/desk/status-badge";
import { Choice, Field } from "../components/ui/field";
import { countText, pageOf } from "../lib/page-request";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return {
    commandId: newId(context.clock.now()),
    paused: pausedMessage(context, "bet"),
    count: countBets(context.read, {}),
    page: listBets(context.read, {}, "desc", pageOf(new URL(request.url).searchParams), 50),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const result = placeBet(context, operator, await request.formData());
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(`/sent/${result.commandId}`);
  return data(result, { status: statusOf(result) });
}

export default function Bets() {
  const { commandId, paused, count, page } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  const { search } = useLocation();
  const { fields, values } = complaintsOf(result);
  return (
    <>
      <PageHead
        title="Bets"
        lead={`${countText(count)} placed or skipped. Each is checked against the seed promised before it.`}
      />
      <DataTable
        label="Bets"
        rows={page.rows}
        keyOf={(row) => row.ref}
        hatched={(row) => row.status === "unknown"}
        empty="No bet yet. The schedule is off unless it is switched on, and you can place one below."
        columns={[
          {
            id: "ref",
            head: "Bet",
            cell: (row) => (row.runId ? <Link to={`/runs/${row.runId}`}>{row.ref}</Link> : row.ref),
          },
          { id: "stake", head: "Stake, USDC", kind: "num", cell: (row) => <Money micro={row.stakeMicro} /> },
          {
            id: "payout",
            head: "Payout, USDC",
            kind: "num",
            cell: (row) => (row.payoutMicro === null ? "" : <Money micro={row.payoutMicro} />),
          },
          { id: "status", head: "Status", cell: (row) => <StatusBadge look={betLook[row.status]} /> },
          {
            id: "fair",
            head: "Verified",
            cell: (row) =>
              row.verified === null
                ? (row.verification ?? "not yet")
                : row.verified
                  ? "verified"
                  : `not verified: ${row.verification ?? ""}`,
          },
          {
            id: "why",
            head: "Why",
            kind: "low",
            cell: (row) =>
              row.status === "unknown" && row.remoteId === null ? (
                <Link to={`/unknown/${encodeURIComponent(`bet:${row.requestKey}`)}`}>
                  Decide what became of it
                </Link>
              ) : (
                (row.reason ?? "")
              ),
          },
          { id: "at", head: "Placed", cell: (row) => <Time ms={row.createdAt} /> },
        ]}
      />
      <Pager before={page.before} after={page.after} search={search} />
      <h2 className="pt-8 pb-3">Place a bet</h2>
      <CommandForm commandId={commandId} problem={result} button="Place bet on a coin flip" closed={paused}>
        <Choice
          legend="Side"
          name="side"
          value={values.side}
          error={fields.side}
          options={[
            { value: "heads", label: "Heads" },
            { value: "tails", label: "Tails" },
          ]}
        />
        <Field
          label="Stake"
          name="stake_usdc"
          inputMode="decimal"
          hint="USDC, within the stake and loss limits"
          defaultValue={values.stake_usdc}
          error={fields.stake_usdc}
        />
      </CommandForm>
    </>
  );
}
