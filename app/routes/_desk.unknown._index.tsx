import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { listUnknown } from "../../db/read/unknown";
import { ordersHeldBy } from "../../domain/after-unknown";
import { actionWords } from "../../domain/intents";
import { requireOperator } from "../auth/session.server";
import { DataTable } from "../components/desk/data-table";
import { Money } from "../components/desk/money";
import { Age } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { unknownPath } from "../lib/paths";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return { calls: listUnknown(context.read), afterUnknown: context.config.limits.tradeAfterUnknown };
}

export default function UnknownOutcomes() {
  const { calls, afterUnknown } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHead
        title="Unknown outcomes"
        lead="Calls that were sent and have no answer. Purple Flea is asked as far as it can be; the rest is yours to decide."
      />
      <DataTable
        label="Unknown outcomes"
        rows={calls}
        keyOf={(row) => row.key}
        hatched={(row) => row.decision !== "left"}
        empty="Every call has an answer. One whose answer gets lost stands here until it is reconciled or settled by a person."
        columns={[
          {
            id: "what",
            head: "Call",
            cell: (row) => (
              <Link to={unknownPath(row.key)}>
                {actionWords[row.action]} {row.subjectRef}
              </Link>
            ),
          },
          {
            id: "amount",
            head: "Amount, USDC",
            kind: "num",
            cell: (row) => <Money micro={row.amountMicro} />,
          },
          { id: "since", head: "Since", cell: (row) => <Age ms={row.createdAt} /> },
          {
            id: "why",
            head: "Why",
            kind: "low",
            cell: (row) => <Said text={row.detail ?? "no answer came"} />,
          },
          {
            id: "holds",
            head: "Holds",
            cell: (row) => {
              const orders = row.action === "order" ? ordersHeldBy(row.asset, afterUnknown) : null;
              return (
                <>
                  {/* As a block of lines it has no head to say what it is. */}
                  <span className="text-text-muted min-[1100px]:hidden">Holds </span>
                  {orders ? `its amount, ${orders}` : "its amount"}
                </>
              );
            },
          },
          {
            id: "decided",
            head: "Decided",
            cell: (row) =>
              row.decision === "left" ? `left by ${row.decidedBy ?? "somebody"}` : "not decided yet",
          },
        ]}
      />
    </>
  );
}
