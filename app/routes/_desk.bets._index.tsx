import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { useLoaderData, useLocation } from "@remix-run/react";
import { useMemo } from "react";
import { countBets, listBets, type Bet } from "../../db/read/bets";
import { newId } from "../../domain/ids";
import { intentKeys } from "../../domain/keys";
import { betLook, betStatuses } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { pausedMessage, placeBet } from "../commands/ask.server";
import { complaintsOf, statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { FilterChip } from "../components/desk/list-toolbar";
import { PageHead } from "../components/desk/page-head";
import { idCell, moneyCell, statusCell, timeCell } from "../components/desk/row-cells";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { Empty } from "../components/ui/empty";
import { Choice, Field } from "../components/ui/field";
import { fairnessLook } from "../lib/fairness";
import { usdcText } from "../lib/money";
import { countText, rowsText } from "../lib/page-request";
import { timeFormat, zoneName } from "../lib/time";
import { useAnswer } from "../lib/use-answer";
import { betPath, sentPath } from "../lib/paths";
import { readAddress } from "../lib/address-query";
import { NotRead } from "../components/desk/not-read";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const address = readAddress(searchParams);
  const status = address.choice("status", betStatuses);
  const at = address.page();
  const filter = { statuses: status && [status] };
  const now = context.clock.now();
  return {
    now,
    zone: operator.timeZone,
    status,
    wrong: address.wrong,
    commandId: newId(now),
    paused: pausedMessage(context, "bet"),
    limits: context.config.limits,
    count: countBets(context.read, filter),
    page: listBets(context.read, filter, "desc", at, 50),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const result = placeBet(context, operator, await request.formData());
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(sentPath(result.commandId));
  return data(result, { status: statusOf(result) });
}

export default function Bets() {
  const { now, zone, status, wrong, commandId, paused, limits, count, page } = useLoaderData<typeof loader>();
  const result = useAnswer<typeof action>();
  const { search } = useLocation();
  const { fields, values } = complaintsOf(result);
  const columns = useMemo(() => betColumns(zone, now), [zone, now]);
  return (
    <>
      <PageHead
        title="Bets"
        lead={`${countText(count)} ${status ? betLook[status].label.toLowerCase() : "placed or skipped"}. Each is checked against the seed that was promised before it. Times in ${zoneName(now, zone)}.`}
      />
      <NotRead names={wrong} />
      <div className="toolbar">
        <div className="chips" role="group" aria-label="Filters">
          <FilterChip
            name="status"
            label="Status"
            value={status && betLook[status].label}
            options={betStatuses.map((value) => ({ value, label: betLook[value].label }))}
            search={search}
          />
        </div>
      </div>
      <DataTable
        label="Bets, newest first"
        rows={page.rows}
        keyOf={(row) => row.ref}
        hatched={(row) => row.status === "unknown"}
        columns={columns}
        empty={
          <Empty icon="dices" title="No bet fits">
            <p>The schedule is off unless it is switched on; a bet can be placed below.</p>
          </Empty>
        }
      />
      <Pager
        before={page.before}
        after={page.after}
        search={search}
        summary={`${rowsText(page.rows.length)}, newest first, of ${countText(count)}.`}
      />
      <Section title="Place a bet on a coin flip">
        <CommandForm
          commandId={commandId}
          problem={result}
          button="Place bet"
          closed={paused}
          labels={{ side: "Side", stake_usdc: "Stake" }}
        >
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
            id="stake_usdc"
            label="Stake"
            name="stake_usdc"
            inputMode="decimal"
            suffix="USDC"
            hint={`At most ${usdcText(limits.casinoStakeMicro)} a bet, and ${usdcText(limits.casinoDailyLossMicro)} lost in a UTC day. A win pays 1.98 times the stake.`}
            defaultValue={values.stake_usdc}
            error={fields.stake_usdc}
          />
        </CommandForm>
      </Section>
    </>
  );
}

function betColumns(zone: string, now: number): Column<Bet>[] {
  const time = timeFormat(zone, now);
  const none = <span className="m">–</span>;
  return [
    { id: "ref", head: "Bet", place: 1, cell: (row) => idCell(row.ref, betPath(row.ref)) },
    {
      id: "at",
      head: `Placed, ${zoneName(now, zone)}`,
      place: 4,
      cell: (row) => timeCell(row.createdAt, time),
    },
    { id: "game", head: "Game", place: 3, cell: (row) => row.game.replace(/_/g, " ") },
    {
      id: "stake",
      head: "Stake, USDC",
      kind: "num",
      className: "usdc",
      place: 2,
      cell: (row) => moneyCell(row.stakeMicro),
    },
    {
      id: "payout",
      head: "Payout, USDC",
      kind: "num",
      cell: (row) => (row.payoutMicro === null ? none : moneyCell(row.payoutMicro)),
    },
    {
      id: "status",
      head: "Status",
      place: 5,
      cell: (row) =>
        statusCell(
          betLook[row.status],
          row.reason,
          row.status === "unknown" && row.remoteId === null ? intentKeys.bet(row.requestKey) : null,
        ),
    },
    { id: "fair", head: "Proof", cell: (row) => <StatusBadge look={fairnessLook(row)} /> },
  ];
}
