import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { getTrade } from "../../db/read/trades";
import { tradeLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { Id } from "../components/desk/id";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { UnknownNote } from "../components/desk/standing";
import { StatusBadge } from "../components/desk/status-badge";
import { Timeline } from "../components/desk/timeline";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const found = getTrade(context.read, params.ref ?? "");
  if (!found) throw new Response(`There is no trade ${(params.ref ?? "").slice(0, 80)}.`, { status: 404 });
  return found;
}

export default function Trade() {
  const { trade, alert, intent, timeline } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHead
        title={`${trade.side} ${trade.asset}`}
        lead={
          <span className="flex flex-wrap gap-3">
            <StatusBadge look={tradeLook[trade.status]} /> <Money micro={trade.sizeMicro} unit />{" "}
            <Id id={trade.ref} whole />
          </span>
        }
      />
      {intent?.status === "unknown" && <UnknownNote intentKey={intent.key} what="The order was sent and" />}
      <div className="grid gap-8 xl:grid-cols-[minmax(0,1fr)_348px]">
        <section>
          <h2 className="pb-3">Timeline</h2>
          <Timeline entries={timeline} />
        </section>
        <section>
          <h2 className="pb-2">Facts</h2>
          <dl className="kv">
            <dt>Order id</dt>
            <dd>{trade.remoteId ? <Id id={trade.remoteId} whole /> : "not known"}</dd>
            <dt>Fill price</dt>
            <dd>{trade.fillPrice ?? "not known"}</dd>
            <dt>Filled</dt>
            <dd>
              <Time ms={trade.filledAt} />
            </dd>
            <dt>Fee</dt>
            <dd>
              <Money micro={trade.feeMicro} unit six />
            </dd>
            <dt>Profit</dt>
            <dd>
              {trade.pnlMicro === null ? "position not closed" : <Money micro={trade.pnlMicro} unit six />}
            </dd>
            <dt>Alert price</dt>
            <dd>{trade.alertPrice}</dd>
            <dt>Alert</dt>
            <dd>
              <Id id={trade.alertId} /> {alert?.triggeredBy}
            </dd>
            <dt>Intent</dt>
            <dd>
              {intent ? `${intent.status}, ${intent.tries} ${intent.tries === 1 ? "try" : "tries"}` : "none"}
            </dd>
            <dt>Reason</dt>
            <dd>{trade.reason ?? "none"}</dd>
            <dt>Run</dt>
            <dd>{trade.runId ? <Link to={`/runs/${trade.runId}`}>trade-on-price-alert</Link> : "none"}</dd>
          </dl>
        </section>
      </div>
    </>
  );
}
