import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { countEscrows, escrowViews, listEscrows, lockedSum, type EscrowView } from "../../db/read/escrows";
import { escrowLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { Consequence } from "../components/desk/consequence";
import { DataTable, Pager } from "../components/desk/data-table";
import { Id } from "../components/desk/id";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StatusBadge } from "../components/desk/status-badge";
import { countText, pageOf } from "../lib/page-request";

const SIZE = 50;

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const asked = searchParams.get("view") ?? "open";
  const view: EscrowView = asked in escrowViews ? (asked as EscrowView) : "open"; // just seen to be one
  return {
    view,
    asked,
    counts: countEscrows(context.read),
    locked: lockedSum(context.read),
    page: listEscrows(context.read, view, pageOf(searchParams), SIZE),
  };
}

export default function Escrows() {
  const { view, asked, counts, locked, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  return (
    <>
      <PageHead
        title={`Escrows: ${countText(counts[view])} ${view}`}
        lead={
          <>
            {countText(counts.open)} open, <Money micro={locked} unit /> locked. The soonest deadline first.
          </>
        }
      >
        <Link className="btn btn-primary" to="/escrows/create">
          Create escrow
        </Link>
      </PageHead>
      {asked !== view && (
        <p className="pb-3 text-danger">
          There is no view “{asked.slice(0, 40)}”. These are the open escrows.
        </p>
      )}
      <nav aria-label="Status" className="flex gap-2 overflow-x-auto pb-4">
        {Object.keys(escrowViews).map((name) => (
          <Link
            key={name}
            className="chip"
            to={`?view=${name}`}
            aria-current={name === view ? "page" : undefined}
          >
            {name}
            <span className="text-text-muted">{countText(counts[name as EscrowView])}</span>
          </Link>
        ))}
      </nav>
      <DataTable
        label="Escrows"
        rows={page.rows}
        keyOf={(row) => row.ref}
        hatched={(row) => row.status === "unknown"}
        empty="No escrow is in this state. New ones appear when they are created here or by an agent."
        columns={[
          { id: "ref", head: "Escrow", cell: (row) => <Link to={`/escrows/${row.ref}`}>{row.ref}</Link> },
          {
            id: "amount",
            head: "Amount, USDC",
            kind: "num",
            cell: (row) => <Money micro={row.amountMicro} />,
          },
          { id: "payee", head: "Payee", cell: (row) => <Id id={row.counterparty} /> },
          { id: "status", head: "Status", cell: (row) => <StatusBadge look={escrowLook[row.status]} /> },
          {
            id: "next",
            head: "What happens next",
            kind: "wide",
            cell: (row) => <Consequence escrow={row} />,
          },
          { id: "made", head: "Created", kind: "low", cell: (row) => <Time ms={row.createdAt} /> },
          {
            id: "act",
            head: "Decide",
            cell: (row) =>
              row.status === "pending" ? (
                <Link className="btn" to={`/escrows/${row.ref}?review=1`}>
                  Review<span className="sr"> {row.ref}</span>
                </Link>
              ) : null,
          },
        ]}
      />
      <Pager before={page.before} after={page.after} search={search} />
    </>
  );
}
