import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { getAlert } from "../../db/read/alerts";
import { alertLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { Id } from "../components/desk/id";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { groupedPrice } from "../components/desk/row-cells";
import { RunLink } from "../components/desk/run-link";
import { Said } from "../components/desk/said-text";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { Note } from "../components/ui/note";
import { sentence } from "../lib/money";
import { refIn, tradePath } from "../lib/paths";
import { shortId } from "../lib/short-id";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const id = refIn(params.id);
  const alert = getAlert(context.read, id);
  if (!alert) throw new Response(`No price alert was kept under ${id.slice(0, 80)}.`, { status: 404 });
  return alert;
}

export default function PriceAlert() {
  const alert = useLoaderData<typeof loader>();
  const { direction, payload } = alert;
  const title = direction ? `${direction === "long" ? "Long" : "Short"} ${alert.asset}` : "Not read";
  const isNo = alertLook[alert.outcome].tone === "danger";
  return (
    <>
      <PageHead
        crumbs={{ to: "/alerts", label: "Price alerts", here: shortId(alert.id) }}
        title={title}
        state={<StatusBadge look={alertLook[alert.outcome]} />}
        lead={<Id id={alert.id} whole />}
      >
        <RunLink runId={alert.runId} />
      </PageHead>
      <div className="split">
        <div className="grid min-w-0 gap-6">
          {alert.reason && (
            <Note tone={isNo ? "danger" : "info"} icon={isNo ? "circle-x" : "info"}>
              <b className="break-words">
                <Said text={sentence(alert.reason)} />
              </b>
              {payload !== null && (
                <p>
                  Nothing was sent to Purple Flea and nothing moved. Whoever sends it can send it again in a
                  form that can be read; the same message again changes nothing.
                </p>
              )}
            </Note>
          )}
          {payload !== null && (
            <section className="min-w-0">
              <h2 className="pb-2">What came</h2>
              {/* A region that scrolls must be reachable by keyboard. */}
              {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
              <pre className="payload" tabIndex={0} aria-label="What came" role="region">
                <Said text={payload} />
              </pre>
            </section>
          )}
        </div>
        <div className="rail">
          <Section title="Facts">
            <dl className="kv">
              <dt>Market</dt>
              <dd>{alert.asset || "not read"}</dd>
              {alert.named !== null && (
                <>
                  <dt>Named</dt>
                  <dd className="break-all">
                    <Said text={alert.named} />
                  </dd>
                </>
              )}
              <dt>Price</dt>
              <dd>{alert.price ? `${groupedPrice(alert.price)} USD` : "not read"}</dd>
              <dt>Event</dt>
              <dd className="break-all">
                <Said text={alert.eventName} />
              </dd>
              <dt>Received</dt>
              <dd>
                <Time ms={alert.receivedAt} focusable />
              </dd>
              <dt>Sent by</dt>
              <dd className="break-all">
                <Said text={alert.triggeredBy ?? "not said"} />
              </dd>
              <dt>Trade</dt>
              <dd>
                {alert.tradeRef ? <Link to={tradePath(alert.tradeRef)}>{alert.tradeRef}</Link> : "none"}
              </dd>
            </dl>
          </Section>
        </div>
      </div>
    </>
  );
}
