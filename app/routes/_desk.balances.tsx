import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { listBalanceHistory, listCurrentBalances, type Balance } from "../../db/read/balances";
import { getOpenDrift, getWalletBooks, listEndedDrifts } from "../../db/read/drift";
import { newId } from "../../domain/ids";
import { balanceKinds, type BalanceKind } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { acceptDrift } from "../commands/accept-drift.server";
import { statusOf } from "../commands/result";
import { DataTable, type Column } from "../components/desk/data-table";
import { DriftLedger } from "../components/desk/drift-ledger";
import { Money } from "../components/desk/money";
import { Age, Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Section } from "../components/desk/section";
import { StepChart } from "../components/desk/step-chart";
import { Empty } from "../components/ui/empty";
import { changed } from "../lib/list-address";
import { useAnswer } from "../lib/use-answer";
import { sentPath } from "../lib/paths";
import { readAddress } from "../lib/address-query";
import { NotRead } from "../components/desk/not-read";

const DAY_MS = 86_400_000;
const periods = { "24h": { ms: DAY_MS, label: "24 h" }, "7d": { ms: 7 * DAY_MS, label: "7 d" }, "30d": { ms: 30 * DAY_MS, label: "30 d" } }; // prettier-ignore
type Period = keyof typeof periods;
const periodNames: Period[] = ["24h", "7d", "30d"];

const words: Record<BalanceKind, { name: string; what: string }> = {
  wallet: { name: "Wallet", what: "What can be spent" },
  locked: { name: "Locked in escrows", what: "Pending, releasing, cancelling and disputed" },
  positions: { name: "In positions", what: "The sizes of open and filled trades" },
  earned: { name: "Referrals earned", what: "15 % of the fee of each released escrow" },
  claimed: { name: "Claimed from the faucet", what: "All claims that were paid out" },
  won: { name: "Won in bets", what: "Payouts less their stakes" },
  lost: { name: "Lost in bets", what: "Stakes of the bets that were lost" },
};

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const now = context.clock.now();
  const address = readAddress(searchParams);
  const period = address.choice("period", periodNames) ?? "7d";
  const kind = address.choice("of", balanceKinds) ?? "wallet";
  const from = now - periods[period].ms;
  return {
    now,
    from,
    wrong: address.wrong,
    period,
    kind,
    asTable: searchParams.has("table"),
    drift: {
      books: getWalletBooks(context.read),
      open: getOpenDrift(context.read),
      ended: listEndedDrifts(context.read, 20),
      commandId: newId(now),
      closed: operator.role === "viewer" ? "Your role may look and not act." : null,
    },
    balances: listCurrentBalances(context.read),
    history: listBalanceHistory(context.read, kind, from),
    previous: listBalanceHistory(context.read, kind, from - periods[period].ms, from),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const result = acceptDrift(context, operator, await request.formData());
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(sentPath(result.commandId));
  return data(result, { status: statusOf(result) });
}

export default function Balances() {
  const problem = useAnswer<typeof action>();
  const { now, from, wrong, period, kind, asTable, drift, balances, history, previous } =
    useLoaderData<typeof loader>();
  const { search } = useLocation();
  const wallet = balances.find((balance) => balance.kind === "wallet");
  return (
    <>
      <PageHead
        title="Balances"
        lead={
          wallet ? (
            <>
              <Money micro={wallet.amountMicro} unit six /> in the wallet, read <Age ms={wallet.seenUntil} />.
              The wallet is what Purple Flea says; the rest is from our own books.
            </>
          ) : (
            "No balance has been read yet."
          )
        }
      />
      <NotRead names={wrong} />
      <DataTable
        label="Balances"
        rows={balances}
        keyOf={(row) => row.kind}
        empty={
          <Empty icon="wallet" title="No balance has been read yet">
            <p>The first read comes within five minutes. Settings has Sync now.</p>
          </Empty>
        }
        columns={columns(search, kind)}
      />
      <Section
        title={words[kind].name}
        end={
          <nav className="seg" aria-label="Period">
            {periodNames.map((name) => (
              <Link
                key={name}
                to={changed(search, { period: name })}
                aria-current={name === period ? "true" : undefined}
                preventScrollReset
              >
                {periods[name].label}
              </Link>
            ))}
          </nav>
        }
      >
        <StepChart
          name={words[kind].name}
          points={history.points}
          previous={previous.points}
          from={from}
          to={now}
          asTable={asTable}
          width={1152}
        />
        {history.cut && (
          <p className="text-text-muted">Only the newest 2,000 changes are drawn; older ones are left out.</p>
        )}
      </Section>
      <DriftLedger {...drift} problem={problem} />
    </>
  );
}

function columns(search: string, shown: BalanceKind): Column<Balance>[] {
  return [
    {
      id: "what",
      head: "Balance",
      place: 1,
      cell: (row) => (
        <Link
          className="id"
          to={changed(search, { of: row.kind === "wallet" ? null : row.kind })}
          aria-current={row.kind === shown ? "true" : undefined}
          preventScrollReset
        >
          {words[row.kind].name}
        </Link>
      ),
    },
    {
      id: "means",
      head: "What it is",
      kind: "low",
      className: "text-text-muted",
      cell: (row) => words[row.kind].what,
    },
    {
      id: "amount",
      head: "Amount, USDC",
      kind: "num",
      place: 2,
      cell: (row) => <Money micro={row.amountMicro} six />,
    },
    {
      id: "source",
      head: "Said by",
      place: 3,
      cell: (row) => (row.fromApi ? "Purple Flea" : <span className="tag">from our own books</span>),
    },
    { id: "since", head: "Unchanged since", cell: (row) => <Time ms={row.at} /> },
    { id: "seen", head: "Last read", place: 4, cell: (row) => <Time ms={row.seenUntil} /> },
  ];
}
