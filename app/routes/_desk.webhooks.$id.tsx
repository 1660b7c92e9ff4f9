import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { getWebhook } from "../../db/read/webhooks";
import { requireOperator } from "../auth/session.server";
import { Id } from "../components/desk/id";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Payload } from "../components/desk/payload";
import { RunLink } from "../components/desk/run-link";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { webhookLook } from "../lib/webhook-look";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const webhook = getWebhook(context.read, params.id ?? "");
  if (!webhook)
    throw new Response(`No webhook was kept under ${(params.id ?? "").slice(0, 80)}.`, { status: 404 });
  return { webhook };
}

export default function Webhook() {
  const { webhook } = useLoaderData<typeof loader>();
  const look = webhookLook(webhook.outcome);
  return (
    <>
      <PageHead
        crumbs={{ to: "/webhooks", label: "Webhooks", here: <span className="mono">{webhook.type}</span> }}
        title={<span className="mono">{webhook.type}</span>}
        state={<StatusBadge look={look} />}
        lead={<Id id={webhook.id} whole />}
      >
        <RunLink runId={webhook.runId} />
      </PageHead>
      <div className="split">
        <Payload title="Envelope, as it was signed" value={webhook.envelope} />
        <div className="rail">
          <Section title="Delivery">
            <dl className="kv">
              <dt>Signed</dt>
              <dd>
                <Time ms={webhook.signedAt} focusable />
              </dd>
              <dt>Received</dt>
              <dd>
                <Time ms={webhook.receivedAt} focusable />
              </dd>
              <dt>Deliveries</dt>
              <dd>
                {webhook.deliveries === 1
                  ? "once"
                  : `${webhook.deliveries} times; only the first was acted on`}
              </dd>
              <dt>Outcome</dt>
              <dd>
                {look.label}: {look.meaning}
              </dd>
              <dt>Detail</dt>
              <dd>{webhook.detail ?? "none"}</dd>
              <dt>Handled</dt>
              <dd>
                <Time ms={webhook.handledAt} focusable />
              </dd>
            </dl>
          </Section>
        </div>
      </div>
    </>
  );
}
