import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { listBalanceHistory, listCurrentBalances } from "../../db/read/balances";
import { readStanding } from "../../db/read/drift";
import { countEscrows } from "../../db/read/escrows";
import { listActivity, listAttention, nextDeadline, readFreshness } from "../../db/read/overview";
import { countRuns, countRunViews } from "../../db/read/runs";
import { countTradeViews } from "../../db/read/trades";
import { requireOperator } from "../auth/session.server";
import { ActivityFeed } from "../components/desk/activity-feed";
import { AttentionList } from "../components/desk/attention-list";
import { FreshnessTable } from "../components/desk/freshness";
import { useNow } from "../components/desk/moment";
import { Money } from "../components/desk/money";
import { PageHead } from "../components/desk/page-head";
import { PanelBody } from "../components/desk/panel";
import { Section } from "../components/desk/section";
import { StandingNotes } from "../components/desk/standing";
import { StepChart } from "../components/desk/step-chart";
import { Icon } from "../components/ui/icon";
import { countText } from "../lib/page-request";
import { readPanel } from "../lib/panel.server";
import { formatDay, formatDuration, formatTime } from "../lib/time";
import { newEscrowPath } from "../lib/paths";
import { readAddress } from "../lib/address-query";
import { NotRead } from "../components/desk/not-read";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const ranges = { "24h": 1, "7d": 7, "30d": 30 } as const;
const rangeNames = ["24h", "7d", "30d"] as const satisfies (keyof typeof ranges)[];

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { read, clock } = context;
  const now = clock.now();
  const { searchParams } = new URL(request.url);
  const address = readAddress(searchParams);
  const range = address.choice("range", rangeNames) ?? "7d";
  const from = now - ranges[range] * DAY_MS;
  const panel = <T,>(name: string, reads: () => T) => readPanel(context, name, reads);
  return {
    now,
    range,
    wrong: address.wrong,
    from,
    afterUnknown: context.config.limits.tradeAfterUnknown,
    table: searchParams.has("table"),
    wallet: panel("Wallet balance", () => ({
      amount: listCurrentBalances(read).find((balance) => balance.kind === "wallet")?.amountMicro ?? null,
      before: listBalanceHistory(read, "wallet", from).points[0] ?? null,
    })),
    trades: panel("Open trades", () => {
      const { open, unknown } = countTradeViews(read);
      return { open: countText(open), unknown: unknown.n };
    }),
    escrows: panel("Pending escrows", () => ({
      pending: countText(countEscrows(read).pending),
      next: nextDeadline(read),
    })),
    runs: panel("Failed runs", () => ({
      failed: countText(countRunViews(read).failed),
      all: countText(countRuns(read, {})),
    })),
    standing: panel("What stands in the way", () => readStanding(read)),
    attention: panel("What needs attention", () => listAttention(read, now)),
    activity: panel("Activity", () => listActivity(read, 8)),
    freshness: panel("Freshness", () => readFreshness(read)),
    history: panel("The balance history", () => listBalanceHistory(read, "wallet", from)),
  };
}

/** How the balance compares with the beginning of the stretch; an earlier point is needed for that. */
function Change({
  amount,
  before,
  from,
  days,
}: {
  amount: bigint;
  before: { at: number; amountMicro: bigint };
  from: number;
  days: number;
}) {
  const { now } = useNow();
  if (before.at > from) return <>first read {formatDuration(now - before.at)} ago</>;
  if (before.amountMicro === 0n) return <>from 0.00 before</>;
  const tenths = ((amount - before.amountMicro) * 1_000n) / before.amountMicro;
  const size = tenths < 0n ? -tenths : tenths;
  return (
    <>
      {String(size / 10n)}.{String(size % 10n)} % {tenths < 0n ? "less" : "more"} than{" "}
      {days === 1 ? "24 hours" : `${days} days`} before
    </>
  );
}

function Tile({
  to,
  label,
  value,
  children,
  soon,
}: {
  to: string;
  label: string;
  value: ReactNode;
  children: ReactNode;
  soon?: boolean;
}) {
  return (
    <li>
      <Link className="tile" to={to}>
        <span className="k">
          {label}
          <Icon name="chevron-right" size={16} />
        </span>
        <span className="v">{value}</span>
        <span className={`s ${soon ? "is-soon" : ""}`}>{children}</span>
      </Link>
    </li>
  );
}

const unread = <span className="text-text-muted">not readable</span>;

function Tiles() {
  const { wallet, trades, escrows, runs, from, range } = useLoaderData<typeof loader>();
  const { now } = useNow();
  const left = escrows.ok && escrows.value.next !== null ? escrows.value.next - now : null;
  const soon = left !== null && left < HOUR_MS;
  return (
    <ul className="tiles" aria-label="Figures">
      <Tile
        to="/balances"
        label="Wallet balance"
        value={wallet.ok ? <Money micro={wallet.value.amount} unit six /> : unread}
      >
        {wallet.ok && wallet.value.amount !== null && wallet.value.before ? (
          <Change
            amount={wallet.value.amount}
            before={wallet.value.before}
            from={from}
            days={ranges[range]}
          />
        ) : (
          "read from Purple Flea"
        )}
      </Tile>
      <Tile to="/trades?view=open" label="Open trades" value={trades.ok ? trades.value.open : unread}>
        {trades.ok && trades.value.unknown > 0 ? (
          <>
            <Icon name="circle-question-mark" />
            {trades.value.unknown} outcome unknown
          </>
        ) : (
          "every outcome known"
        )}
      </Tile>
      <Tile
        to="/escrows?view=pending"
        label="Pending escrows"
        value={escrows.ok ? escrows.value.pending : unread}
        soon={soon}
      >
        {left === null ? (
          "no deadline ahead"
        ) : (
          <>
            <Icon name={soon ? "clock-alert" : "clock"} />
            next deadline in {formatDuration(left)}
          </>
        )}
      </Tile>
      <Tile to="/runs?view=failed" label="Failed runs" value={runs.ok ? runs.value.failed : unread}>
        {runs.ok ? `of ${runs.value.all} in 30 days` : "of the last 30 days"}
      </Tile>
    </ul>
  );
}

export default function Overview() {
  const data = useLoaderData<typeof loader>();
  const { zone } = useNow();
  return (
    <>
      <PageHead
        title="Overview"
        lead={`${formatDay(data.now, zone)}, ${formatTime(data.now, zone, data.now)}`}
      >
        <div className="seg" role="group" aria-label="Balance over">
          {Object.entries({ "24h": "24 h", "7d": "7 d", "30d": "30 d" }).map(([range, label]) => (
            <Link
              key={range}
              to={range === "7d" ? "/" : `?range=${range}`}
              preventScrollReset
              aria-current={range === data.range ? "true" : undefined}
            >
              {label}
            </Link>
          ))}
        </div>
        <Link className="btn" to="/alerts/send">
          <Icon name="bell" size={16} />
          New price alert
        </Link>
        <Link className="btn" to={newEscrowPath}>
          <Icon name="plus" size={16} />
          New escrow
        </Link>
      </PageHead>
      <NotRead names={data.wrong} />
      <PanelBody panel={data.standing} name="What stands in the way">
        {(standing) => <StandingNotes {...standing} afterUnknown={data.afterUnknown} />}
      </PanelBody>
      <Tiles />
      <div className="split">
        <div className="min-w-0">
          {(!data.attention.ok || data.attention.value.length > 0) && (
            <Section
              title={
                data.attention.ok
                  ? `${data.attention.value.length} need${data.attention.value.length === 1 ? "s" : ""} attention`
                  : "Needs attention"
              }
              end="soonest consequence first"
            >
              <PanelBody panel={data.attention} name="What needs attention">
                {(items) => <AttentionList items={items} afterUnknown={data.afterUnknown} />}
              </PanelBody>
            </Section>
          )}
          <Section title="Wallet balance">
            <PanelBody panel={data.history} name="The balance history">
              {(history) => (
                <StepChart points={history.points} from={data.from} to={data.now} asTable={data.table} />
              )}
            </PanelBody>
          </Section>
        </div>
        <div className="rail">
          <Section title="Activity" end={`times in ${zone}`}>
            <PanelBody panel={data.activity} name="Activity">
              {(entries) =>
                entries.length > 0 ? (
                  <ActivityFeed entries={entries} />
                ) : (
                  <p className="text-text-muted">
                    Nothing has happened yet. Trades, escrows, bets and claims appear here as they do.
                  </p>
                )
              }
            </PanelBody>
          </Section>
          <Section title="Freshness by source" id="sources">
            <PanelBody panel={data.freshness} name="Freshness">
              {(sources) => <FreshnessTable sources={sources} />}
            </PanelBody>
          </Section>
        </div>
      </div>
    </>
  );
}
