import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import type { Decided } from "../../db/read/escrow-decisions";
import {
  countEscrows,
  escrowViews,
  listEscrows,
  lockedSum,
  type EscrowRow,
  type EscrowView,
} from "../../db/read/escrows";
import { checkSums, escrowMoney } from "../../domain/escrow-sums";
import { requireOperator } from "../auth/session.server";
import { Consequence, standingOf } from "../components/desk/consequence";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { Id } from "../components/desk/id";
import { Money } from "../components/desk/money";
import { Time, useNow } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StatusBadge } from "../components/desk/status-badge";
import { sumLook } from "../components/desk/sum-table";
import { CopyButton } from "../components/ui/copy-button";
import { Empty } from "../components/ui/empty";
import { Icon } from "../components/ui/icon";
import { Note } from "../components/ui/note";
import { whatIsClosed } from "../lib/escrow-approval";
import { readStandings } from "../lib/escrow-standing.server";
import { countText } from "../lib/page-request";
import { zoneName } from "../lib/time";
import { escrowPath, newEscrowPath, reviewPath } from "../lib/paths";
import { readAddress } from "../lib/address-query";
import { NotRead } from "../components/desk/not-read";

const SIZE = 50;
const names: Record<EscrowView, string> = {
  open: "Open",
  pending: "Pending",
  disputed: "Disputed",
  unknown: "Unknown",
  released: "Released",
  refunded: "Refunded",
  held: "Held",
  odd: "Sums to check",
  all: "All",
};
const viewNames = Object.keys(escrowViews) as EscrowView[]; // its own keys
/** `mayDecide`: what is open to this operator is shown in its review; rejecting is closed only where approving is. */
type Row = EscrowRow & { decided: Decided | null; mayDecide: boolean };

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { read } = context;
  const { searchParams } = new URL(request.url);
  const asked = searchParams.get("view") ?? "open";
  const view = viewNames.find((name) => name === asked) ?? "open";
  const address = readAddress(searchParams);
  const page = listEscrows(read, view, address.page(), SIZE);
  const standings = readStandings(context, operator, page.rows);
  const now = context.clock.now();
  return {
    view,
    asked,
    wrong: address.wrong,
    counts: countEscrows(read),
    locked: lockedSum(read),
    page: {
      ...page,
      rows: page.rows.map((row): Row => {
        const standing = standings(row);
        const { reject } = whatIsClosed(
          { ...row, sourceSyncedAt: row.observedAt },
          standing,
          operator.timeZone,
          now,
        );
        return { ...row, decided: standing.decided, mayDecide: reject.length === 0 };
      }),
    },
  };
}

/** What is wrong with a row's sums; nothing where they are right. */
function SumWarning({ row }: { row: Row }) {
  const check = checkSums(escrowMoney(row));
  if (check === "good") return null;
  const { title, tone } = sumLook[check];
  return (
    <span className={`block text-meta ${tone === "danger" ? "text-danger" : "text-caution"}`}>{title}</span>
  );
}

const columnsFor = (zone: string): Column<Row>[] => [
  {
    id: "ref",
    head: "Escrow",
    place: 1,
    cell: (row) => (
      <span className="inline-flex items-center gap-0.5">
        <Link className="id mono" to={escrowPath(row.ref)}>
          {row.ref}
        </Link>
        <CopyButton text={row.ref} />
      </span>
    ),
  },
  { id: "payee", head: "Payee", place: 3, cell: (row) => <Id id={row.counterparty} /> },
  {
    id: "amount",
    head: "Amount, USDC",
    kind: "num",
    place: 2,
    cell: (row) => (
      <>
        <Money micro={row.amountMicro} />
        <span className="only-rows font-regular text-text-muted"> USDC</span>
        <SumWarning row={row} />
      </>
    ),
  },
  {
    id: "next",
    head: "What happens next",
    place: 5,
    cell: (row) => <Consequence escrow={row} decided={row.decided} />,
  },
  {
    id: "deadline",
    head: `Deadline, ${zone}`,
    kind: "low",
    cell: (row) =>
      row.expiresAt === null ? (
        <span className="text-text-muted">none known</span>
      ) : (
        <Time ms={row.expiresAt} bare />
      ),
  },
  {
    id: "status",
    head: "Status",
    place: 4,
    cell: (row) => <StatusBadge look={standingOf(row, row.decided)} />,
  },
  {
    id: "act",
    head: "Decide",
    kind: "act",
    cell: (row) =>
      row.mayDecide ? (
        <Link className="btn btn-s" to={reviewPath(row.ref)}>
          Review<span className="sr"> {row.ref}</span>
        </Link>
      ) : (
        <Link className="btn btn-s btn-quiet" to={escrowPath(row.ref)}>
          Open<span className="sr"> {row.ref}</span>
        </Link>
      ),
  },
];

export default function Escrows() {
  const { view, asked, wrong, counts, locked, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  const { zone, now } = useNow();
  const waits = view === "open" || view === "pending";
  return (
    <>
      <PageHead
        title={
          <>
            Escrows{" "}
            <span className="font-regular text-text-muted">
              {countText(counts[view])} {view === "all" ? "in all" : view}
            </span>
          </>
        }
        lead={
          <>
            <Money micro={locked} unit /> locked in {countText(counts.open)} open.{" "}
            {waits ? "Sorted by what happens first." : "The newest first."}
          </>
        }
      >
        <Link className="btn" to={newEscrowPath}>
          <Icon name="plus" size={16} />
          New escrow
        </Link>
      </PageHead>
      <NotRead names={wrong} />
      {asked !== view && (
        <div className="pb-4">
          <Note tone="caution" icon="circle-alert">
            There is no view “{asked.slice(0, 40)}”. These are the open escrows.
          </Note>
        </div>
      )}
      <nav aria-label="Status" className="chips pb-3">
        {viewNames
          // What is rarely there is not offered while it is not.
          .filter((name) => !(name === "held" || name === "odd") || name === view || counts[name].n > 0)
          .map((name) => (
            <Link
              key={name}
              className="chip"
              to={`?view=${name}`}
              aria-current={name === view ? "page" : undefined}
            >
              {names[name]} <span className="n">{countText(counts[name])}</span>
            </Link>
          ))}
      </nav>
      <DataTable
        label="Escrows"
        rows={page.rows}
        keyOf={(row) => row.ref}
        hatched={(row) => row.status === "unknown"}
        comfortable
        empty={
          <Empty icon="handshake" title={view === "all" ? "No escrow yet" : `No ${view} escrow`}>
            <p>One appears here when it is created on this desk or by an agent’s event.</p>
          </Empty>
        }
        columns={columnsFor(zoneName(now, zone))}
      />
      <Pager before={page.before} after={page.after} search={search} />
      {page.rows.length > 0 && (
        <p className="pt-3 text-text-muted">
          {page.rows.length} of {countText(counts[view])}. Each row: amount = net + fee, checked.
        </p>
      )}
    </>
  );
}
