import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { escrowStory, getEscrowRow, getReceipt, latestCommandOf } from "../../db/read/escrows";
import { getUnknownKey } from "../../db/read/unknown";
import { isStale } from "../../domain/freshness";
import { newId } from "../../domain/ids";
import { escrowSums, formatMicro } from "../../domain/money";
import { escrowLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { decideEscrow } from "../commands/decide-escrow.server";
import { statusOf } from "../commands/result";
import { Consequence } from "../components/desk/consequence";
import { Id } from "../components/desk/id";
import { Money } from "../components/desk/money";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Receipt } from "../components/desk/receipt";
import { ReviewSheet } from "../components/desk/review-sheet";
import { UnknownNote } from "../components/desk/standing";
import { StatusBadge } from "../components/desk/status-badge";
import { Timeline } from "../components/desk/timeline";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const ref = params.ref ?? "";
  const escrow = getEscrowRow(context.read, ref);
  const commandId = latestCommandOf(context.read, "escrow", ref);
  const receipt = commandId ? getReceipt(context.read, commandId) : null;
  if (!escrow && !receipt) throw new Response(`There is no escrow ${ref.slice(0, 80)}.`, { status: 404 });
  const now = context.clock.now();
  const mayAct = operator.role !== "viewer";
  const stale = escrow !== null && isStale(escrow.sourceSyncedAt, now);
  const closed = !escrow
    ? "It is not in the mirror yet."
    : escrow.status !== "pending"
      ? `It is ${escrowLook[escrow.status].label.toLowerCase()}.`
      : escrow.decidedByCommand
        ? "It was decided already."
        : !mayAct
          ? "Your role may look and not act."
          : stale
            ? "What is shown is older than 15 minutes. Sync first."
            : null;
  return {
    ref,
    escrow,
    receipt,
    closed,
    unknownKey: getUnknownKey(context.read, ref),
    story: escrowStory(context.read, ref),
    commandId: newId(now),
    review: new URL(request.url).searchParams.has("review"),
  };
}

export async function action({ request, context, params }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  form.set("ref", params.ref ?? "");
  const result = decideEscrow(
    context,
    operator,
    form,
    form.get("decision") === "cancel" ? "cancel" : "release",
  );
  if (result.kind === "accepted" || result.kind === "duplicate")
    return redirect(`/escrows/${params.ref ?? ""}`);
  return data(result, { status: statusOf(result) });
}

export default function Escrow() {
  const { ref, escrow, receipt, closed, unknownKey, story, commandId, review } =
    useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  if (!escrow) {
    return (
      <>
        <PageHead title={ref} lead="Asked for, not in the mirror yet." />
        {receipt && <Receipt receipt={receipt} />}
      </>
    );
  }
  const sums = escrowSums(escrow.amountMicro);
  const fee = escrow.feeMicro ?? sums.fee;
  return (
    <>
      <PageHead
        title={
          <>
            <Money micro={escrow.amountMicro} unit /> to {escrow.counterparty.slice(0, 8)}…
            {escrow.counterparty.slice(-4)}
          </>
        }
        lead={
          <span className="flex flex-wrap gap-3 items-center">
            <StatusBadge look={escrowLook[escrow.status]} />
            <Id id={escrow.ref} whole /> for “{escrow.description}”
          </span>
        }
      >
        {closed === null ? (
          <Link className="btn btn-primary" to="?review=1">
            Review…
          </Link>
        ) : (
          <span className="grid gap-1 justify-items-end">
            <span className="btn" aria-disabled="true" role="link" aria-describedby="closed">
              Review…
            </span>
            <span id="closed" className="text-text-muted">
              Closed: {closed}
            </span>
          </span>
        )}
      </PageHead>
      <p className="pb-6">
        <Consequence escrow={escrow} />
      </p>
      {unknownKey && <UnknownNote intentKey={unknownKey} what="It was sent and" />}
      {receipt && <Receipt receipt={receipt} />}
      <div className="grid gap-8 xl:grid-cols-[minmax(0,1fr)_348px]">
        <section>
          <h2 className="pb-3">Timeline</h2>
          <Timeline entries={story} />
        </section>
        <div className="grid gap-6 content-start">
          <section>
            <h2 className="pb-2">Money</h2>
            <dl className="kv">
              <dt>Amount</dt>
              <dd>
                <Money micro={escrow.amountMicro} unit />
              </dd>
              <dt>Fee, 1 %</dt>
              <dd>
                <Money micro={fee} unit />
              </dd>
              <dt>Net to payee</dt>
              <dd>
                <Money micro={escrow.amountMicro - fee} unit />
              </dd>
              <dt>Referral</dt>
              <dd>
                <Money micro={escrow.referralMicro ?? sums.referral} unit six />
              </dd>
              <dt>Checked</dt>
              <dd>
                {fee === sums.fee && (escrow.referralMicro ?? sums.referral) === sums.referral
                  ? "Adds up"
                  : "Does not add up"}
              </dd>
            </dl>
          </section>
          <section>
            <h2 className="pb-2">Facts</h2>
            <dl className="kv">
              <dt>Payee</dt>
              <dd>
                <Id id={escrow.counterparty} />
              </dd>
              <dt>Deadline</dt>
              <dd>
                <Time ms={escrow.expiresAt} />
              </dd>
              <dt>Their id</dt>
              <dd>{escrow.remoteId ? <Id id={escrow.remoteId} /> : "not known"}</dd>
              <dt>They say</dt>
              <dd>{escrow.rawStatus ?? "nothing yet"}</dd>
              <dt>Read</dt>
              <dd>
                <Time ms={escrow.observedAt} />
              </dd>
              <dt>Version</dt>
              <dd>{escrow.version}</dd>
              <dt>Run</dt>
              <dd>{escrow.runId ? <Link to={`/runs/${escrow.runId}`}>escrow-lifecycle</Link> : "none"}</dd>
              <dt>Transaction</dt>
              <dd>{escrow.txHash ? <Id id={escrow.txHash} /> : "none"}</dd>
            </dl>
          </section>
        </div>
      </div>
      {review && (
        <ReviewSheet
          escrow={{
            ref,
            amount: formatMicro(escrow.amountMicro),
            net: formatMicro(escrow.amountMicro - fee),
            fee: formatMicro(fee),
            referral: formatMicro(sums.referral),
            payee: escrow.counterparty,
            status: escrow.status,
            version: escrow.version,
            expiresAt: escrow.expiresAt,
            description: escrow.description,
          }}
          commandId={commandId}
          closed={closed}
          problem={result ?? null}
        />
      )}
    </>
  );
}
