import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { listBalanceHistory, listCurrentBalances } from "../../db/read/balances";
import { getOpenDrift, getWalletBooks, listEndedDrifts } from "../../db/read/drift";
import { newId } from "../../domain/ids";
import type { BalanceKind } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { acceptDrift } from "../commands/accept-drift.server";
import { statusOf } from "../commands/result";
import { DriftLedger } from "../components/desk/drift-ledger";
import { DataTable } from "../components/desk/data-table";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StepChart } from "../components/desk/step-chart";

const MONTH_MS = 30 * 86_400_000;
const words: Record<BalanceKind, string> = {
  wallet: "In the wallet",
  locked: "Locked in escrows",
  positions: "In positions",
  earned: "Referrals of released escrows",
  claimed: "Claimed from the faucet",
  won: "Won in bets, less stakes",
  lost: "Lost in bets",
};

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const now = context.clock.now();
  return {
    now,
    drift: {
      books: getWalletBooks(context.read),
      open: getOpenDrift(context.read),
      ended: listEndedDrifts(context.read, 20),
      commandId: newId(now),
      closed: operator.role === "viewer" ? "Your role may look and not act." : null,
    },
    table: new URL(request.url).searchParams.has("table"),
    balances: listCurrentBalances(context.read),
    history: listBalanceHistory(context.read, "wallet", now - MONTH_MS),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const result = acceptDrift(context, operator, await request.formData());
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(`/sent/${result.commandId}`);
  return data(result, { status: statusOf(result) });
}

export default function Balances() {
  const problem = useActionData<typeof action>();
  const { now, drift, table, balances, history } = useLoaderData<typeof loader>();
  const wallet = balances.find((balance) => balance.kind === "wallet");
  return (
    <>
      <PageHead
        title={
          <>
            Balances: <Money micro={wallet?.amountMicro} unit />
          </>
        }
        lead="The wallet is what Purple Flea says; the rest is what our own books add up to."
      />
      <DataTable
        label="Balances"
        rows={balances}
        keyOf={(row) => row.kind}
        empty="No balance has been read yet. The first read comes within five minutes, or press Sync on Settings."
        columns={[
          { id: "what", head: "What", cell: (row) => words[row.kind] },
          {
            id: "amount",
            head: "Amount, USDC",
            kind: "num",
            cell: (row) => <Money micro={row.amountMicro} six />,
          },
          { id: "source", head: "From", cell: (row) => (row.fromApi ? "Purple Flea" : "our books") },
          { id: "at", head: "Seen", cell: (row) => <Time ms={row.at} /> },
        ]}
      />
      <DriftLedger {...drift} problem={problem} />
      <h2 className="pt-8 pb-2">Wallet, 30 days</h2>
      <StepChart points={history.points} from={now - MONTH_MS} to={now} asTable={table} />
    </>
  );
}
