import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { getTrade, type Intent, type Trade as TradeOf } from "../../db/read/trades";
import { alertLook, isNotPlaced, tradeLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { Id } from "../components/desk/id";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { groupedPrice } from "../components/desk/row-cells";
import { RunLink } from "../components/desk/run-link";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { Timeline } from "../components/desk/timeline";
import { Icon } from "../components/ui/icon";
import { Note } from "../components/ui/note";
import { usdcText } from "../lib/money";
import { refIn, runPath, unknownPath } from "../lib/paths";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const ref = refIn(params.ref);
  const found = getTrade(context.read, ref);
  if (!found) throw new Response(`There is no trade ${ref.slice(0, 80)}.`, { status: 404 });
  return found;
}

const intentWords: Record<Intent["status"], string> = {
  open: "written, no answer yet",
  done: "done: Purple Flea took the order",
  rejected: "rejected by Purple Flea: nothing moved",
  skipped: "skipped: nothing was sent",
  not_executed: "not executed yet: nothing moved so far",
  given_up: "not executed: nothing moved",
  unknown: "sent, no answer; held until it is settled",
};

export default function Trade() {
  const { trade, alert, intent, timeline } = useLoaderData<typeof loader>();
  const never = trade.status === "unknown" ? "unknown" : isNotPlaced(trade.status) ? "never" : "not yet";
  return (
    <>
      <PageHead
        crumbs={{ to: "/trades", label: "Trades", here: <span className="mono">{trade.ref}</span> }}
        title={
          <>
            {trade.side === "long" ? "Long" : "Short"} {trade.asset}, <Money micro={trade.sizeMicro} unit />
          </>
        }
        state={<StatusBadge look={tradeLook[trade.status]} />}
        lead={<Id id={trade.ref} whole />}
      >
        <RunLink runId={trade.runId} />
      </PageHead>
      <Standing trade={trade} intent={intent} />
      <div className="split">
        <div>
          <Section title="Timeline">
            <Timeline entries={timeline} />
          </Section>
        </div>
        <div className="rail">
          <Section title="Money">
            <TradeMoney trade={trade} intent={intent} />
          </Section>
          <Section title="Facts">
            <dl className="kv">
              <dt>Order id</dt>
              <dd>{trade.remoteId ? <Id id={trade.remoteId} whole /> : "not known"}</dd>
              <dt>Placed</dt>
              <dd>
                <Time ms={trade.createdAt} focusable />
              </dd>
              <dt>Filled</dt>
              <dd>{trade.filledAt === null ? never : <Time ms={trade.filledAt} focusable />}</dd>
              <dt>Closed</dt>
              <dd>{trade.closedAt === null ? never : <Time ms={trade.closedAt} focusable />}</dd>
              <dt>Agent</dt>
              <dd>
                <Id id={trade.agentId} />
              </dd>
              <dt>Last news</dt>
              <dd>
                <Time ms={trade.observedAt} focusable />
                {trade.rawStatus && (
                  <>
                    , they say <Said quoted text={trade.rawStatus} />
                  </>
                )}
              </dd>
            </dl>
          </Section>
          <Section title="What led to it">
            <dl className="kv">
              <dt>Alert</dt>
              <dd>
                <Id id={trade.alertId} />
              </dd>
              {alert && (
                <>
                  <dt>Received</dt>
                  <dd>
                    <Time ms={alert.receivedAt} focusable />
                  </dd>
                  <dt>Sent by</dt>
                  <dd>{alert.triggeredBy ? <Said text={alert.triggeredBy} /> : "not said"}</dd>
                  <dt>Outcome</dt>
                  <dd>
                    <StatusBadge look={alertLook[alert.outcome]} />
                  </dd>
                </>
              )}
              <dt>Intent</dt>
              <dd>
                {intent
                  ? `${intentWords[intent.status]}, ${intent.tries} ${intent.tries === 1 ? "try" : "tries"}`
                  : "not recorded"}
              </dd>
              <dt>Run</dt>
              <dd>
                {trade.runId ? (
                  <Link to={runPath(trade.runId)}>
                    <code>trade-on-price-alert</code>
                  </Link>
                ) : (
                  "not recorded"
                )}
              </dd>
            </dl>
          </Section>
        </div>
      </div>
    </>
  );
}

/** What must be known about a trade that did not simply go through. */
function Standing({ trade, intent }: { trade: TradeOf; intent: Intent | null }) {
  if (trade.status === "unknown" || intent?.status === "unknown")
    return (
      <Note tone="unknown" icon="circle-question-mark">
        <p>
          <b>
            The order was sent and no answer came. {usdcText(trade.sizeMicro)} may be in a position, or may
            not.
          </b>
        </p>
        <p>
          It is never sent again by itself, and no other trade starts while it is open.{" "}
          {trade.reason && <Said text={`What happened: ${trade.reason}.`} />}
        </p>
        {intent?.status === "unknown" && (
          <p className="pt-2">
            <Link className="btn btn-s" to={unknownPath(intent.key)}>
              Settle its outcome
            </Link>
          </p>
        )}
      </Note>
    );
  if (isNotPlaced(trade.status))
    return (
      <Note tone="danger" icon="circle-x">
        <p>
          <b>
            {trade.status === "rejected" ? "Purple Flea rejected it." : "The order was not executed."} Nothing
            moved.
          </b>
        </p>
        <p>
          <Said text={trade.reason ?? "It gave no reason."} /> The alert is used up; another one starts
          another trade.
        </p>
      </Note>
    );
  if (trade.status === "liquidated")
    return (
      <Note tone="danger" icon="octagon-alert">
        <p>
          <b>The position was closed by force.</b>
        </p>
        <p>
          <Said text={trade.reason ?? "The loss stands under Money."} />
        </p>
      </Note>
    );
  return null;
}

function TradeMoney({ trade, intent }: { trade: TradeOf; intent: Intent | null }) {
  const { sizeMicro: size, feeMicro: fee, pnlMicro: pnl } = trade;
  const unknown = trade.status === "unknown" ? "unknown" : null;
  return (
    <>
      <table className="sum">
        <caption className="sr">What the trade cost and brought</caption>
        <tbody>
          <Line name="Size" micro={size} />
          <Line name="Fee" micro={fee} none={unknown ?? "none yet"} />
          {fee !== null && <Line name="Out of the wallet" micro={size + fee} total />}
          <Line name="Profit" micro={pnl} none={unknown ?? (trade.closedAt ? "not told" : "not closed")} />
          {fee !== null && pnl !== null && <Line name="Result after the fee" micro={pnl - fee} total />}
        </tbody>
      </table>
      <dl className="kv pt-2">
        <dt>Alert price</dt>
        <dd>{groupedPrice(trade.alertPrice)} USD</dd>
        <dt>Fill price</dt>
        <dd>
          {trade.fillPrice === null ? (unknown ?? "not filled") : `${groupedPrice(trade.fillPrice)} USD`}
        </dd>
      </dl>
      {intent &&
        (intent.amountMicro === size ? (
          <p className="checked">
            <Icon name="circle-check" />
            Adds up: the size is what the intent reserved, to the micro.
          </p>
        ) : (
          <Note tone="danger" icon="circle-alert">
            <p>
              <b>Does not add up.</b> The intent reserved {usdcText(intent.amountMicro)}.
            </p>
          </Note>
        ))}
    </>
  );
}

function Line({
  name,
  micro,
  none,
  total = false,
}: {
  name: string;
  micro: bigint | null;
  none?: string;
  total?: boolean;
}) {
  return (
    <tr className={total ? "total" : undefined}>
      <th scope="row">{name}</th>
      <td>
        {micro === null ? <span className="text-text-muted">{none}</span> : <Money micro={micro} six />}
      </td>
      <td>{micro === null ? "" : "USDC"}</td>
    </tr>
  );
}
