import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData, useLocation } from "@remix-run/react";
import { useMemo } from "react";
import { countWebhooks, listWebhooks, listWebhookTypes, type WebhookRow } from "../../db/read/webhooks";
import { plainSaid } from "../../domain/said-text";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { FilterChip } from "../components/desk/list-toolbar";
import { NotRead } from "../components/desk/not-read";
import { PageHead } from "../components/desk/page-head";
import { idCell, timeCell } from "../components/desk/row-cells";
import { Said } from "../components/desk/said-text";
import { StatusBadge } from "../components/desk/status-badge";
import { Empty } from "../components/ui/empty";
import { readAddress } from "../lib/address-query";
import { countText, rowsText } from "../lib/page-request";
import { timeFormat, zoneName } from "../lib/time";
import { webhookLook } from "../lib/webhook-look";
import { runPath, webhookPath } from "../lib/paths";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const types = listWebhookTypes(context.read);
  const address = readAddress(searchParams);
  const type = address.choice("type", types);
  const at = address.page();
  return {
    now: context.clock.now(),
    zone: operator.timeZone,
    types,
    type,
    wrong: address.wrong,
    count: countWebhooks(context.read, { type }),
    page: listWebhooks(context.read, { type }, at, 50),
  };
}

export default function Webhooks() {
  const { now, zone, types, type, wrong, count, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  const columns = useMemo(() => webhookColumns(zone, now), [zone, now]);
  return (
    <>
      <PageHead
        title="Webhooks"
        lead={`${countText(count)} verified and kept. A name we do not know is kept as well. Times in ${zoneName(now, zone)}.`}
      />
      <NotRead names={wrong} />
      <div className="toolbar">
        <div className="chips" role="group" aria-label="Filters">
          <FilterChip
            name="type"
            label="Type"
            value={type}
            options={types.map((value) => ({ value, label: value }))}
            search={search}
          />
        </div>
      </div>
      <DataTable
        label="Webhooks, newest first"
        rows={page.rows}
        keyOf={(row) => row.id}
        columns={columns}
        empty={
          <Empty icon="webhook" title="No webhook has come">
            <p>Purple Flea sends one when something happens to a trade, an escrow or a bet.</p>
          </Empty>
        }
      />
      <Pager
        before={page.before}
        after={page.after}
        search={search}
        summary={`${rowsText(page.rows.length)}, newest first, of ${countText(count)}.`}
      />
    </>
  );
}

function webhookColumns(zone: string, now: number): Column<WebhookRow>[] {
  const time = timeFormat(zone, now);
  return [
    {
      id: "id",
      head: "Webhook",
      place: 1,
      cell: (row) => idCell(row.id, webhookPath(row.id)),
    },
    {
      id: "at",
      head: `Received, ${zoneName(now, zone)}`,
      place: 4,
      cell: (row) => timeCell(row.receivedAt, time),
    },
    { id: "type", head: "Type", place: 3, className: "mono", cell: (row) => <Said text={row.type} /> },
    {
      id: "outcome",
      head: "Outcome",
      place: 5,
      cell: (row) => (
        <>
          <StatusBadge look={webhookLook(row.outcome)} />
          {row.detail && (
            <span className="why is-long" title={plainSaid(row.detail)}>
              <Said text={row.detail} />
            </span>
          )}
        </>
      ),
    },
    {
      id: "n",
      head: "Deliveries",
      kind: "num",
      place: 2,
      cell: (row) => (
        <>
          {row.deliveries === 1 ? "once" : `${row.deliveries} times`}
          {row.differing > 0 && <span className="text-caution">, {row.differing} different</span>}
        </>
      ),
    },
    {
      id: "run",
      head: "Run",
      kind: "num low",
      cell: (row) =>
        row.runId ? (
          <a className="mono quiet" href={runPath(row.runId)}>
            {row.runId.slice(-8)}
          </a>
        ) : (
          <span className="m">–</span>
        ),
    },
  ];
}
