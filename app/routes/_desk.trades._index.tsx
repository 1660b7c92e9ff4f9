import type { LoaderFunctionArgs } from "@remix-run/node";
import { Form, Link, useLoaderData, useLocation } from "@remix-run/react";
import { z } from "zod";
import { countTrades, listTradeFacets, listTrades, tradeSorts } from "../../db/read/trades";
import { openTradeStatuses, tradeLook, tradeStatuses } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager } from "../components/desk/data-table";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StatusBadge } from "../components/desk/status-badge";
import { countText, pageOf } from "../lib/page-request";

const query = z.object({
  view: z.enum(["all", "open", ...tradeStatuses]).default("all"),
  asset: z.string().max(12).optional(),
  side: z.enum(["long", "short"]).optional(),
  agent: z.string().max(80).optional(),
  from: z.iso.date().optional(),
  until: z.iso.date().optional(),
  sort: z.enum(tradeSorts).default("placed"),
  order: z.enum(["asc", "desc"]).default("desc"),
});
const DAY_MS = 86_400_000;

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const parsed = query.safeParse(Object.fromEntries([...searchParams].filter(([, value]) => value !== "")));
  const asked = parsed.success ? parsed.data : query.parse({});
  const filter = {
    statuses: asked.view === "all" ? undefined : asked.view === "open" ? openTradeStatuses : [asked.view],
    asset: asked.asset,
    side: asked.side,
    agentId: asked.agent,
    fromMs: asked.from ? Date.parse(asked.from) : undefined,
    untilMs: asked.until ? Date.parse(asked.until) + DAY_MS : undefined,
  };
  const page = listTrades(
    context.read,
    filter,
    { sort: asked.sort, direction: asked.order },
    pageOf(searchParams),
    50,
  );
  return {
    asked,
    wrong: parsed.success ? null : (parsed.error.issues[0]?.path.join(".") ?? "filter"),
    count: countTrades(context.read, filter),
    facets: listTradeFacets(context.read),
    page,
  };
}

export default function Trades() {
  const { asked, wrong, count, facets, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  const views = ["all", "open", "filled", "closed", "refused", "unknown"] as const;
  return (
    <>
      <PageHead
        title={`Trades: ${countText(count)} ${asked.view}`}
        lead="One order per price alert, one at a time"
      />
      {wrong && (
        <p className="pb-3 text-danger">The filter “{wrong}” could not be read, so these are all trades.</p>
      )}
      <nav aria-label="Views" className="flex gap-2 overflow-x-auto pb-4">
        {views.map((view) => (
          <Link
            key={view}
            className="chip"
            to={`?view=${view}`}
            aria-current={asked.view === view ? "page" : undefined}
          >
            {view}
          </Link>
        ))}
      </nav>
      <Form method="get" className="flex flex-wrap items-end gap-3 pb-4">
        <input type="hidden" name="view" value={asked.view} />
        <Select label="Asset" name="asset" value={asked.asset} options={facets.assets} />
        <Select label="Side" name="side" value={asked.side} options={["long", "short"]} />
        <Select label="Agent" name="agent" value={asked.agent} options={facets.agents} />
        <label>
          From, UTC
          <input className="input" type="date" name="from" defaultValue={asked.from} />
        </label>
        <label>
          Until, UTC
          <input className="input" type="date" name="until" defaultValue={asked.until} />
        </label>
        <Select label="Sort" name="sort" value={asked.sort} options={[...tradeSorts]} all={false} />
        <Select label="Order" name="order" value={asked.order} options={["desc", "asc"]} all={false} />
        <button className="btn" type="submit">
          Filter
        </button>
      </Form>
      <DataTable
        label="Trades"
        rows={page.rows}
        keyOf={(row) => row.ref}
        hatched={(row) => row.status === "unknown"}
        empty="No trade fits. Trades appear when a price alert comes in and the balance allows it."
        columns={[
          { id: "ref", head: "Trade", cell: (row) => <Link to={`/trades/${row.ref}`}>{row.ref}</Link> },
          { id: "size", head: "Size, USDC", kind: "num", cell: (row) => <Money micro={row.sizeMicro} /> },
          { id: "what", head: "Market", cell: (row) => `${row.side} ${row.asset}` },
          { id: "status", head: "Status", cell: (row) => <StatusBadge look={tradeLook[row.status]} /> },
          { id: "fill", head: "Fill price", kind: "num", cell: (row) => row.fillPrice ?? "not known" },
          {
            id: "pnl",
            head: "Profit, USDC",
            kind: "num",
            cell: (row) => (row.pnlMicro === null ? "" : <Money micro={row.pnlMicro} six />),
          },
          { id: "at", head: "Placed", cell: (row) => <Time ms={row.createdAt} /> },
        ]}
      />
      <Pager before={page.before} after={page.after} search={search} />
    </>
  );
}

function Select({
  label,
  name,
  value,
  options,
  all = true,
}: {
  label: string;
  name: string;
  value?: string;
  options: string[];
  all?: boolean;
}) {
  return (
    <label>
      {label}
      <select className="input" name={name} defaultValue={value ?? ""}>
        {all && <option value="">all</option>}
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}
