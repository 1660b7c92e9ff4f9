import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { listBalanceHistory, listCurrentBalances } from "../../db/read/balances";
import { readStanding } from "../../db/read/drift";
import { countEscrows } from "../../db/read/escrows";
import { listActivity, listAttention, readFreshness } from "../../db/read/overview";
import { countRunViews } from "../../db/read/runs";
import { countTradeViews } from "../../db/read/trades";
import { isStale } from "../../domain/freshness";
import { requireOperator } from "../auth/session.server";
import { Age, Time, useNow } from "../components/desk/moment";
import { Money } from "../components/desk/money";
import { PageHead } from "../components/desk/page-head";
import { StandingNotes } from "../components/desk/standing";
import { StepChart } from "../components/desk/step-chart";
import { Icon } from "../components/ui/icon";
import { countText } from "../lib/page-request";
import { formatDay, formatTime } from "../lib/time";

const WEEK_MS = 7 * 86_400_000;

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { read, clock } = context;
  const now = clock.now();
  return {
    now,
    table: new URL(request.url).searchParams.has("table"),
    wallet: listCurrentBalances(read).find((balance) => balance.kind === "wallet") ?? null,
    openTrades: countText(countTradeViews(read).open),
    pending: countText(countEscrows(read).pending),
    failed: countText(countRunViews(read).failed),
    standing: readStanding(read),
    attention: listAttention(read, now),
    activity: listActivity(read, 10),
    freshness: readFreshness(read),
    history: listBalanceHistory(read, "wallet", now - WEEK_MS),
  };
}

export default function Overview() {
  const data = useLoaderData<typeof loader>();
  const { zone } = useNow();
  const tiles = [
    { to: "/balances", label: "Wallet balance", value: <Money micro={data.wallet?.amountMicro} unit /> },
    { to: "/trades?view=open", label: "Open trades", value: data.openTrades },
    { to: "/escrows?view=pending", label: "Pending escrows", value: data.pending },
    { to: "/runs?view=failed", label: "Failed runs", value: data.failed },
  ];
  return (
    <>
      <PageHead
        title="Overview"
        lead={`${formatDay(data.now, zone)}, ${formatTime(data.now, zone, data.now)}`}
      >
        <Link className="btn" to="/alerts/send">
          Send price alert
        </Link>
        <Link className="btn" to="/escrows/create">
          Create escrow
        </Link>
      </PageHead>
      <StandingNotes {...data.standing} />
      <ul className="panel grid sm:grid-cols-2 xl:grid-cols-4 list-none p-0 m-0">
        {tiles.map((tile) => (
          <li key={tile.to}>
            <Link to={tile.to} className="block p-4 text-text">
              <span className="block text-text-muted">{tile.label}</span>
              <span className="text-figure" style={{ fontWeight: 560 }}>
                {tile.value}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <div className="grid gap-8 xl:grid-cols-[minmax(0,1fr)_348px] pt-8">
        <div className="grid gap-8 min-w-0 content-start">
          {data.attention.length > 0 && (
            <section>
              <h2 className="pb-2">{data.attention.length} need attention</h2>
              <ul className="list-none p-0 m-0 border-t border-line-strong">
                {data.attention.map((item) => (
                  <li
                    key={item.key}
                    className={`flex flex-wrap gap-3 items-start py-3 border-b border-line ${item.unknown ? "hatch" : ""}`}
                  >
                    <span className="pt-1">
                      <Icon
                        name={item.unknown ? "circle-question-mark" : "octagon-alert"}
                        className={item.unknown ? "text-unknown" : "text-danger"}
                      />
                    </span>
                    <span className="grow basis-60 min-w-0" style={{ overflowWrap: "anywhere" }}>
                      <b>{item.title}</b>
                      <span className="block text-text-muted">{item.detail}</span>
                    </span>
                    <Time ms={item.at} />
                    <Link className="btn" to={item.to}>
                      Open<span className="sr"> {item.title}</span>
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <section>
            <h2 className="pb-2">Wallet balance, 7 days</h2>
            <StepChart
              points={data.history.points}
              from={data.now - WEEK_MS}
              to={data.now}
              asTable={data.table}
            />
          </section>
        </div>
        <div className="grid gap-8 content-start">
          <section>
            <h2 className="pb-2">Activity</h2>
            {data.activity.length === 0 && (
              <p className="text-text-muted">
                Nothing has happened yet. Trades, escrows, bets and claims appear here as they do.
              </p>
            )}
            <ul className="list-none p-0 m-0">
              {data.activity.map((entry) => (
                <li key={entry.id} className="py-2 border-b border-line">
                  <b>{entry.title}</b>
                  <span className="block text-meta text-text-muted">
                    {entry.subjectRef}, <Time ms={entry.at} />
                  </span>
                </li>
              ))}
            </ul>
          </section>
          <section id="sources">
            <h2 className="pb-2">Freshness by source</h2>
            <table className="table">
              <tbody>
                {data.freshness.map((source) => (
                  <tr key={source.source}>
                    <th scope="row">{source.source}</th>
                    <td>
                      {source.syncedAt === null
                        ? "never read"
                        : isStale(source.syncedAt, data.now)
                          ? "stale"
                          : source.error
                            ? "last read failed"
                            : "live"}
                    </td>
                    <td className="num">{source.syncedAt === null ? "" : <Age ms={source.syncedAt} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </div>
      </div>
    </>
  );
}
