import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { useMemo } from "react";
import {
  countTrades,
  countTradeViews,
  listTradeFacets,
  listTrades,
  newestTradeAt,
} from "../../../db/read/trades";
import { tradeLook, tradeStatuses } from "../../../domain/statuses";
import { requireOperator } from "../../auth/session.server";
import { DataTable, Pager } from "../../components/desk/data-table";
import { DayRange, FilterChip, FreshRows, ListShape, ViewTabs } from "../../components/desk/list-toolbar";
import { PageHead } from "../../components/desk/page-head";
import { Empty } from "../../components/ui/empty";
import { changed } from "../../lib/list-address";
import { chooseList, listChoice } from "../../lib/list-choice.server";
import { countText, pageOf, rowsText } from "../../lib/page-request";
import { tradeColumnNames, tradeList } from "../../lib/trade-columns";
import { readTradeQuery, tradeFilterOf, tradeOrderOf, type TradeQuery } from "../../lib/trade-query.server";
import { timeFormat, zoneName } from "../../lib/time";
import { stayStill, useSteadyRows } from "../../lib/use-steady-rows";
import { tradeCells } from "./columns";
import { newsPath, tradesCsvPath } from "../../lib/paths";

const SIZE = 50;

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const now = context.clock.now();
  const { asked, wrong } = readTradeQuery(searchParams);
  const filter = tradeFilterOf(asked, operator.timeZone, now);
  return {
    asked,
    wrong,
    now,
    zone: operator.timeZone,
    since: newestTradeAt(context.read) ?? 0,
    exact: searchParams.has("exact"),
    count: countTrades(context.read, filter, searchParams.has("exact")),
    views: countTradeViews(context.read),
    facets: listTradeFacets(context.read),
    choice: listChoice(context, operator, tradeList, searchParams),
    page: listTrades(context.read, filter, tradeOrderOf(asked), pageOf(searchParams), SIZE),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  return chooseList(context, operator, tradeList, request, await request.formData());
}

export const shouldRevalidate = stayStill;

export default function Trades() {
  const { asked, wrong, now, zone, since, exact, count, views, facets, choice, page } =
    useLoaderData<typeof loader>();
  const { search } = useLocation();
  const live = changed(search, { since: String(since), ids: page.rows.map((row) => row.ref).join(",") });
  const { rows, fresh } = useSteadyRows(page.rows, (row) => row.ref, newsPath("trades", live));
  const columns = useMemo(() => {
    const cells = tradeCells(zoneName(now, zone), timeFormat(zone, now));
    return choice.columns.map((id) => cells[id]);
  }, [choice.columns, now, zone]);
  const view = (name: TradeQuery["view"]) =>
    changed(search, { view: name === "all" ? null : name, status: null });
  const words = { all: "in all", open: "open", unknown: "unknown", "not-placed": "not placed", over: "over" }[
    asked.view
  ];
  return (
    <>
      <PageHead
        title="Trades"
        lead={`${countText(count)} ${words}, ${countText(views.open)} open, ${countText(views.unknown)} with an unknown outcome. Times in ${zoneName(now, zone)}.`}
      >
        <Link className="btn" to="/alerts/send">
          New price alert
        </Link>
      </PageHead>
      {wrong && (
        <p className="pb-3 text-danger" role="alert">
          The filter “{wrong}” could not be read, so these are all trades.
        </p>
      )}
      <ViewTabs
        label="Views"
        views={[
          { to: view("all"), label: "All", current: asked.view === "all" },
          { to: view("open"), label: "Open", count: countText(views.open), current: asked.view === "open" },
          {
            to: view("unknown"),
            label: "Outcome unknown",
            count: countText(views.unknown),
            current: asked.view === "unknown",
          },
          {
            to: view("not-placed"),
            label: "Not placed",
            count: countText(views.notPlaced),
            current: asked.view === "not-placed",
          },
          { to: view("over"), label: "Over", current: asked.view === "over" },
        ]}
      />
      <div className="toolbar">
        <Filters asked={asked} facets={facets} search={search} zone={zone} />
        <div className="end">
          <FreshRows count={fresh} to={changed(search, {})} />
          <ListShape
            names={tradeColumnNames}
            shown={choice.columns}
            comfortable={choice.comfortable}
            csv={tradesCsvPath(changed(search, {}))}
          />
        </div>
      </div>
      <DataTable
        label={`Trades, ${orderWords(asked)}`}
        rows={rows}
        keyOf={(row) => row.ref}
        hatched={(row) => row.status === "unknown"}
        columns={columns}
        comfortable={choice.comfortable}
        sorting={{ by: asked.sort, order: asked.order, search }}
        empty={
          <Empty icon="arrow-left-right" title="No trade fits">
            <p>A trade appears when a price alert comes in and the balance allows it.</p>
            {search.length > 1 && (
              <Link className="btn btn-s" to="/trades">
                Show all trades
              </Link>
            )}
          </Empty>
        }
      />
      <Pager
        before={page.before}
        after={page.after}
        search={search}
        summary={
          <>
            {rowsText(rows.length)}, {orderWords(asked)}, of {countText(count)}.{" "}
            {count.capped && !exact && (
              <Link to={changed(search, { exact: "1" })} preventScrollReset>
                Count exactly
              </Link>
            )}
          </>
        }
      />
    </>
  );
}

const orderWords = ({ sort, order }: TradeQuery) =>
  sort === "placed"
    ? order === "desc"
      ? "newest first"
      : "oldest first"
    : order === "desc"
      ? "largest first"
      : "smallest first";

const stretches = { "24h": "last 24 hours", "7d": "last 7 days", "30d": "last 30 days" } as const;

function Filters({
  asked,
  facets,
  search,
  zone,
}: {
  asked: TradeQuery;
  facets: { assets: string[]; agents: string[] };
  search: string;
  zone: string;
}) {
  const plain = (values: readonly string[]) => values.map((value) => ({ value, label: value }));
  const days =
    asked.from || asked.until
      ? `${asked.from ?? "the beginning"} to ${asked.until ?? "now"}`
      : asked.placed && stretches[asked.placed];
  return (
    <div className="chips" role="group" aria-label="Filters">
      <FilterChip
        name={["placed", "from", "until"]}
        label="Placed"
        value={days || undefined}
        options={Object.entries(stretches).map(([value, label]) => ({ value, label }))}
        search={search}
      >
        <hr />
        <DayRange search={search} zone={zone} />
      </FilterChip>
      <FilterChip
        name="asset"
        label="Market"
        value={asked.asset}
        options={plain(facets.assets)}
        search={search}
      />
      <FilterChip
        name="status"
        label="Status"
        value={asked.status && tradeLook[asked.status].label}
        options={tradeStatuses.map((value) => ({ value, label: tradeLook[value].label }))}
        search={search}
      />
      <FilterChip
        name="side"
        label="Side"
        value={asked.side}
        options={plain(["long", "short"])}
        search={search}
      />
      <FilterChip
        name="agent"
        label="Agent"
        value={asked.agent}
        options={plain(facets.agents)}
        search={search}
      />
    </div>
  );
}
