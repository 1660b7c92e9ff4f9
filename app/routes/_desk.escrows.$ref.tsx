import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Link, useLoaderData, type ShouldRevalidateFunction } from "@remix-run/react";
import { escrowStory, getEscrowRow, getReceipt, latestCommandOf } from "../../db/read/escrows";
import { knowPayee } from "../../db/read/payees";
import { getRun } from "../../db/read/runs";
import { getUnknownKey } from "../../db/read/unknown";
import { escrowMoney } from "../../domain/escrow-sums";
import { newId } from "../../domain/ids";
import { runLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { decideEscrow } from "../commands/decide-escrow.server";
import { damagedForm } from "../commands/form.server";
import { statusOf } from "../commands/result";
import { Consequence, standingOf } from "../components/desk/consequence";
import { DenialNote, useClosed } from "../components/desk/denials";
import { Id } from "../components/desk/id";
import { Age, Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { PanelBody } from "../components/desk/panel";
import { FirstTime } from "../components/desk/payee";
import { PrintButton, PrintHead } from "../components/desk/print";
import { Receipt } from "../components/desk/receipt";
import { ReviewSheet } from "../components/desk/review-sheet";
import { Section } from "../components/desk/section";
import { UnknownNote } from "../components/desk/standing";
import { StatusBadge } from "../components/desk/status-badge";
import { SumCheck, SumTable } from "../components/desk/sum-table";
import { SyncNow } from "../components/desk/sync-now";
import { Timeline } from "../components/desk/timeline";
import type { Closed } from "../lib/escrow-approval";
import { readStandingOf } from "../lib/escrow-standing.server";
import { shorten, usdcText } from "../lib/money";
import { readPanel } from "../lib/panel.server";
import { useAnswer } from "../lib/use-answer";
import { auditPath, escrowPath, newEscrowPath, refIn, runPath } from "../lib/paths";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { read } = context;
  const ref = refIn(params.ref);
  const escrow = getEscrowRow(read, ref);
  const commandId = latestCommandOf(read, "escrow", ref);
  const receipt = commandId ? getReceipt(read, commandId) : null;
  // The form for a new one stood here before: bookmarks of it lead on while no escrow has its name.
  if (!escrow && !receipt && ref === "create") throw redirect(newEscrowPath);
  if (!escrow && !receipt) throw new Response(`There is no escrow ${ref.slice(0, 80)}.`, { status: 404 });
  const now = context.clock.now();
  const standing = escrow && readStandingOf(context, operator, escrow);
  return {
    ref,
    now,
    escrow,
    standing,
    payee: escrow && knowPayee(read, escrow),
    receipt,
    unknownKey: getUnknownKey(read, ref),
    story: readPanel(context, "escrow timeline", () => escrowStory(read, ref, standing?.decided ?? null)),
    run: readPanel(context, "escrow run", () =>
      escrow?.runId ? (getRun(read, escrow.runId)?.run ?? null) : null,
    ),
    decisionId: newId(now),
    syncId: newId(now),
    review: new URL(request.url).searchParams.has("review"),
  };
}

export async function action({ request, context, params }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  form.set("ref", refIn(params.ref));
  const decision = form.get("decision");
  // Which of the two buttons was pressed is never guessed.
  const result =
    decision === "release" || decision === "cancel"
      ? decideEscrow(context, operator, form, decision)
      : damagedForm();
  if (result.kind === "accepted" || result.kind === "duplicate")
    return redirect(escrowPath(refIn(params.ref)));
  return data(result, { status: statusOf(result) });
}

/** After a refusal because something changed, the page must show what it is now. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ actionStatus, defaultShouldRevalidate }) =>
  actionStatus === 409 || defaultShouldRevalidate;

/** A stale source is the one reason that a press lifts. */
const isOnlyOld = ({ approve }: Closed) => approve.some(({ code }) => code === "stale");

function Actions({ closed, syncId }: { closed: Closed; syncId: string }) {
  const [denial] = closed.reject;
  if (denial)
    return (
      <div>
        <div className="actions md:justify-end">
          <span className="btn" aria-disabled="true" role="link" aria-describedby="closed">
            Review…
          </span>
        </div>
        <div id="closed" className="head-why">
          <p>
            Closed: <Said text={denial.what} />
          </p>
          <p>
            {denial.money} {denial.next}
          </p>
        </div>
      </div>
    );
  return (
    <>
      {isOnlyOld(closed) && <SyncNow commandId={syncId} />}
      <Link className="btn btn-primary" to="?review=1" data-opens-sheet preventScrollReset>
        Review…
      </Link>
    </>
  );
}

export default function Escrow() {
  const { ref, escrow, standing, payee, receipt } = useLoaderData<typeof loader>();
  if (escrow && standing && payee) return <EscrowPage escrow={escrow} standing={standing} payee={payee} />;
  return (
    <>
      <PageHead
        crumbs={crumbsTo(ref)}
        title={ref}
        lead="Asked for; not in the mirror yet. This page follows it."
      />
      {receipt && <Receipt receipt={receipt} waitsFor="Purple Flea is asked to lock the amount." />}
    </>
  );
}

const crumbsTo = (ref: string) => ({
  to: "/escrows",
  label: "Escrows",
  here: <span className="mono">{ref}</span>,
});

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>;

function EscrowPage({
  escrow,
  standing,
  payee,
}: {
  [Part in "escrow" | "standing" | "payee"]: NonNullable<Loaded[Part]>;
}) {
  const { ref, now, receipt, unknownKey, story, run, decisionId, syncId, review } =
    useLoaderData<typeof loader>();
  const result = useAnswer<typeof action>();
  const closed = useClosed(escrow, standing);
  const { decided } = standing;
  const money = escrowMoney(escrow);
  return (
    <>
      <PageHead
        crumbs={crumbsTo(ref)}
        title={
          <>
            {usdcText(escrow.amountMicro)} to <Said text={shorten(escrow.counterparty)} />
          </>
        }
        state={<StatusBadge look={standingOf(escrow, decided)} />}
        lead={
          <span className="flex flex-wrap items-center gap-x-2">
            <Id id={escrow.ref} whole />
            <span>
              for <Said quoted text={escrow.description} />
            </span>
          </span>
        }
      >
        <PrintButton />
        <Actions closed={closed} syncId={syncId} />
      </PageHead>
      <PrintHead now={now} readAt={escrow.sourceSyncedAt ?? escrow.observedAt} />
      {unknownKey && (
        <div className="pb-6">
          <UnknownNote intentKey={unknownKey} what="It was sent and" />
        </div>
      )}
      {closed.reject.length === 0 && closed.approve.length > 0 && (
        <div className="pb-6">
          <DenialNote denials={closed.approve} />
        </div>
      )}
      <p className="pb-2">
        <Consequence escrow={escrow} decided={decided} />
      </p>
      {receipt && (
        <Receipt
          receipt={receipt}
          waitsFor={
            escrow.status === "unknown"
              ? "No answer came. It is being reconciled with Purple Flea."
              : escrow.rawStatus && (
                  <>
                    Purple Flea last said <Said quoted text={escrow.rawStatus} />.
                  </>
                )
          }
        />
      )}
      <div className="split">
        <div className="min-w-0">
          <Section title="Timeline" end="newest first">
            <PanelBody panel={story} name="The timeline">
              {(entries) => <Timeline entries={entries} />}
            </PanelBody>
          </Section>
        </div>
        <div className="rail">
          <Section title="Money" end={<SumCheck money={money} short />}>
            <SumTable money={money} />
          </Section>
          <Section title="Facts">
            <dl className="kv">
              <dt>Payee</dt>
              <dd>
                <span className="not-on-paper">
                  <Id id={escrow.counterparty} />
                </span>
                <span className="on-paper mono">
                  <Said text={escrow.counterparty} />
                </span>{" "}
                {payee.paid === 0 && escrow.settledAt === null && <FirstTime />}
              </dd>
              <dt>Deadline</dt>
              <dd>
                <Time ms={escrow.expiresAt} focusable />
              </dd>
              <dt>Version</dt>
              <dd>{escrow.version}</dd>
              <dt>Their id</dt>
              <dd>{escrow.remoteId ? <Id id={escrow.remoteId} /> : "not known"}</dd>
              {escrow.settledAt === null && (
                <>
                  <dt>They say</dt>
                  <dd>{escrow.rawStatus ? <Said quoted text={escrow.rawStatus} /> : "nothing yet"}</dd>
                </>
              )}
              {escrow.confirmedAt !== null && (
                <>
                  <dt>Confirmed</dt>
                  <dd>
                    <Time ms={escrow.confirmedAt} focusable />
                    <span className="block text-meta text-text-muted">
                      by <Said text={shorten(escrow.confirmedBy ?? "somebody")} />, proof:{" "}
                      {escrow.confirmationProof ?? "none"}
                    </span>
                  </dd>
                </>
              )}
              {escrow.txHash && (
                <>
                  <dt>Transaction</dt>
                  <dd>
                    <Id id={escrow.txHash} />
                  </dd>
                </>
              )}
              <dt>Read</dt>
              <dd>
                <Age ms={escrow.sourceSyncedAt ?? escrow.observedAt} />
              </dd>
              <dt>Records</dt>
              <dd>
                <Link to={auditPath(escrow.ref)}>Audit log</Link>
              </dd>
            </dl>
          </Section>
          <Section title="Linked run">
            <PanelBody panel={run} name="The run">
              {(linked) =>
                linked ? (
                  <dl className="kv">
                    <dt>Function</dt>
                    <dd>
                      <Link to={runPath(linked.id)}>{linked.functionId}</Link>
                    </dd>
                    <dt>Run</dt>
                    <dd>
                      <Id id={linked.id} />
                    </dd>
                    <dt>State</dt>
                    <dd>
                      <StatusBadge look={runLook[linked.status]} />
                    </dd>
                  </dl>
                ) : (
                  <p className="text-text-muted">No run is kept for it.</p>
                )
              }
            </PanelBody>
          </Section>
        </div>
      </div>
      {review && (
        <ReviewSheet
          escrow={escrow}
          payee={payee}
          commandId={decisionId}
          syncId={syncId}
          standing={standing}
          problem={result ?? null}
        />
      )}
    </>
  );
}
