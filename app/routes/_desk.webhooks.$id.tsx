import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { getWebhook } from "../../db/read/webhooks";
import { requireOperator } from "../auth/session.server";
import { Changes } from "../components/desk/changes";
import { Id } from "../components/desk/id";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Payload } from "../components/desk/payload";
import { RunLink } from "../components/desk/run-link";
import { Said } from "../components/desk/said-text";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { Note } from "../components/ui/note";
import { envelopeChanges } from "../lib/envelope-changes";
import { webhookLook } from "../lib/webhook-look";
import { refIn } from "../lib/paths";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const webhook = getWebhook(context.read, refIn(params.id));
  if (!webhook)
    throw new Response(`No webhook was kept under ${refIn(params.id).slice(0, 80)}.`, { status: 404 });
  return {
    webhook,
    changes: webhook.differing > 0 ? envelopeChanges(webhook.envelope, webhook.otherEnvelope) : [],
  };
}

export default function Webhook() {
  const { webhook, changes } = useLoaderData<typeof loader>();
  const look = webhookLook(webhook.outcome);
  const type = (
    <span className="mono">
      <Said text={webhook.type} />
    </span>
  );
  return (
    <>
      <PageHead
        crumbs={{ to: "/webhooks", label: "Webhooks", here: type }}
        title={type}
        state={<StatusBadge look={look} />}
        lead={<Id id={webhook.id} whole />}
      >
        <RunLink runId={webhook.runId} />
      </PageHead>
      <div className="split">
        <div className="min-w-0">
          {webhook.differing > 0 && (
            <div className="pb-6">
              <Note tone="caution" icon="triangle-alert">
                <b>
                  It came again {webhook.differing === 1 ? "once" : `${webhook.differing} times`} and said
                  something else under the same id, last at <Time ms={webhook.otherAt} focusable />.
                </b>
                <p>
                  Only the first was acted on; the other moved nothing and changed nothing. Look at Purple
                  Flea which of the two is true.
                </p>
              </Note>
            </div>
          )}
          {changes.length > 0 && (
            <Section title="Where they differ">
              <Changes changes={changes} rivals={["First, acted on", "Last, not acted on"]} />
            </Section>
          )}
          <Section title="What was said">
            <div className={webhook.differing > 0 ? "grid min-w-0 gap-6 xl:grid-cols-2" : "min-w-0"}>
              <Payload
                title={webhook.differing > 0 ? "The first, acted on" : "Envelope, as it was signed"}
                value={webhook.envelope}
              />
              {webhook.differing > 0 && (
                <Payload title="The last that differs, not acted on" value={webhook.otherEnvelope} />
              )}
            </div>
          </Section>
        </div>
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
              {webhook.otherHash !== null && (
                <>
                  <dt>SHA-256 of the other</dt>
                  <dd>
                    <Id id={webhook.otherHash} />
                  </dd>
                </>
              )}
              <dt>Outcome</dt>
              <dd>
                {look.label}: {look.meaning}
              </dd>
              <dt>Detail</dt>
              <dd>
                <Said text={webhook.detail ?? "none"} />
              </dd>
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
