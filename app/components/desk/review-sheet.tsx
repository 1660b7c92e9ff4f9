import { Form, Link } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import type { EscrowRow } from "../../../db/read/escrows";
import type { Payee } from "../../../db/read/payees";
import { seenOf, type Denial } from "../../../domain/escrow-approval";
import { escrowMoney } from "../../../domain/escrow-sums";
import type { CommandResult } from "../../commands/result";
import { changesSince, type Standing } from "../../lib/escrow-approval";
import { usdcText } from "../../lib/money";
import { formatDuration, formatUtc } from "../../lib/time";
import { FieldError } from "../ui/field";
import { Icon } from "../ui/icon";
import { Note } from "../ui/note";
import { Sheet } from "../ui/sheet";
import { Changes } from "./changes";
import { DenialNote, useClosed } from "./denials";
import { Money } from "./money";
import { Time, useNow } from "./moment";
import { PayeeReview } from "./payee";
import { SumCheck, SumTable } from "./sum-table";
import { SyncNow } from "./sync-now";
import { escrowPath, reviewPath } from "../../lib/paths";
import { Said } from "./said-text";

const HOUR_MS = 3_600_000;

type Reviewed = EscrowRow & { sourceSyncedAt: number | null };

/**
 * The review before a decision: what moves, to whom, what happens otherwise. It keeps what it showed when it was opened, for
 * that is what the operator decides about: news from the mirror is named beside it and never slips under the button.
 */
export function ReviewSheet({
  escrow: latest,
  payee,
  commandId,
  syncId,
  standing,
  problem,
}: {
  escrow: Reviewed;
  payee: Payee;
  commandId: string;
  /** Syncing is a deed of its own: with the decision's id, one of the two would count as a repeat of the other. */
  syncId: string;
  standing: Standing;
  problem: CommandResult | null;
}) {
  const { zone, now } = useNow();
  const [escrow, setEscrow] = useState(latest);
  const sent = useRef(false);
  // One form, one id: what is rendered again while the sheet is open is still the same decision.
  const id = useRef(commandId);
  const answered = useRef(problem);
  useEffect(() => {
    if (problem === answered.current) return;
    answered.current = problem;
    sent.current = false;
  }, [problem]);
  // Who was told what changed goes on from what is now.
  const told = problem?.kind === "conflict" || problem?.kind === "paused" ? problem : null;
  const changes = told?.kind === "conflict" ? told.changes : undefined;
  useEffect(() => {
    if (changes) setEscrow(latest);
  }, [changes, latest]);
  const back = escrowPath(escrow.ref);
  const seen = seenOf(escrow);
  const news = told ? [] : changesSince(seen, seenOf(latest), zone, now);
  const closed = useClosed(latest, standing, told ? null : seen);
  const isOld = closed.approve.some(({ code }) => code === "stale");
  // What closes both is said of both.
  const denials = closed.reject.length > 0 ? closed.reject : closed.approve;
  const money = escrowMoney(escrow);
  const wrong = problem?.kind === "invalid" ? problem.fields : {};
  const readAt = escrow.sourceSyncedAt ?? escrow.observedAt;
  return (
    <Sheet back={back} titleId="review-title">
      <div className="sheet-head">
        <div>
          <h2 id="review-title" tabIndex={-1}>
            Review escrow <span className="mono">{escrow.ref}</span>
          </h2>
          <p className="text-meta text-text-muted">
            Version {escrow.version}, read from Purple Flea at <Time ms={readAt} focusable />,{" "}
            {formatDuration(now - readAt)} ago
          </p>
        </div>
        <Link className="btn btn-quiet btn-icon" to={back} aria-label="Close" preventScrollReset>
          <Icon name="x" size={16} />
        </Link>
      </div>
      <Form
        id="review-decision"
        method="post"
        action={reviewPath(escrow.ref)}
        preventScrollReset
        onSubmit={(event) => {
          // The second click of a double click arrives before the button can be drawn disabled.
          if (sent.current) event.preventDefault();
          sent.current = true;
        }}
      >
        {/* A region that scrolls must be reachable by keyboard. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className="sheet-body" tabIndex={0} role="group" aria-label="What you decide about">
          {wrong.form && (
            <Note tone="danger" icon="circle-alert" alert>
              <b>Not done.</b> {wrong.form}
            </Note>
          )}
          {told && (
            <div className="grid gap-3">
              <Note tone="danger" icon="git-compare-arrows" alert>
                <b>{changes ? "Changed since you looked." : "Not done."}</b> <Said text={told.message} />
              </Note>
              {changes && <Changes changes={changes} />}
            </div>
          )}
          {news.length > 0 && (
            <div className="grid gap-3">
              <Note tone="caution" icon="git-compare-arrows" alert>
                <b>It changed while you were looking.</b> Below is what you saw. Take the new values before
                you decide.
              </Note>
              <Changes changes={news} />
              <button type="button" className="btn justify-self-start" onClick={() => setEscrow(latest)}>
                Show the new values
              </button>
            </div>
          )}
          {denials.length > 0 && !told && closed.reject.length === 0 && <DenialNote denials={denials} />}
          <div>
            <p className="bigmoney">
              <Money micro={escrow.amountMicro} unit />
            </p>
            <p className="text-text-muted">
              for <Said quoted text={escrow.description} />, by agent{" "}
              <span className="mono">
                <Said text={escrow.agentId} />
              </span>
            </p>
          </div>
          <PayeeReview address={escrow.counterparty} payee={payee} />
          <div>
            <h3>Where the money goes</h3>
            <SumTable money={money} />
            <p className="text-meta text-text-muted">
              <SumCheck money={money} />
            </p>
          </div>
          {escrow.expiresAt !== null && (
            <Deadline at={escrow.expiresAt} refund={usdcText(escrow.amountMicro)} />
          )}
          {escrow.claimedConfirmationAt !== null && escrow.confirmedAt === null && (
            <Note tone="caution" icon="user-check">
              <b>Confirmation claimed, not proven.</b>{" "}
              <Said text={escrow.claimedConfirmationBy ?? "Somebody"} /> says it is confirmed. That releases
              nothing by itself.
            </Note>
          )}
          <div className="field">
            <label htmlFor="review-reason">
              Reason{" "}
              <span className="font-regular text-text-muted">optional to approve, required to reject</span>
            </label>
            <textarea
              id="review-reason"
              name="reason"
              rows={2}
              maxLength={500}
              className="input"
              aria-invalid={wrong.reason ? true : undefined}
              aria-describedby={wrong.reason ? "review-reason-error" : undefined}
              defaultValue={problem?.kind === "invalid" ? problem.values.reason : ""}
            />
            {wrong.reason && <FieldError id="review-reason-error">{wrong.reason}</FieldError>}
          </div>
        </div>
        <input type="hidden" name="command_id" value={id.current} />
        <input type="hidden" name="version" value={seen.version} />
        <input type="hidden" name="seen_amount" value={seen.amount} />
        <input type="hidden" name="seen_payee" value={seen.payee} />
        <input type="hidden" name="seen_description" value={seen.description} />
        <input type="hidden" name="seen_status" value={seen.status} />
        <input type="hidden" name="seen_deadline" value={seen.deadline} />
      </Form>
      {/* Sync now goes when the source is fresh again, by whatever read: above the buttons, it moves none of them under the pointer. */}
      <div className="sheet-foot">
        <p className="text-text-muted" id="review-then">
          <Said text={thenOf(denials)} />
        </p>
        {isOld && <SyncNow commandId={syncId} />}
        <div className="row">
          {closed.reject.length === 0 ? (
            <button
              className="btn btn-danger"
              form="review-decision"
              name="decision"
              value="cancel"
              type="submit"
            >
              Reject and refund
            </button>
          ) : (
            <button className="btn" type="button" aria-disabled="true" aria-describedby="review-then">
              Reject and refund
            </button>
          )}
          {closed.approve.length === 0 ? (
            <button
              className="btn btn-primary"
              form="review-decision"
              name="decision"
              value="release"
              type="submit"
              aria-describedby="review-then"
            >
              Approve and release {usdcText(money.net)}
            </button>
          ) : (
            <button className="btn grow" type="button" aria-disabled="true" aria-describedby="review-then">
              Approve and release {usdcText(money.net)}
            </button>
          )}
        </div>
      </div>
    </Sheet>
  );
}

/** What follows from approving; where it is closed, the first reason in full and how many more there are. */
function thenOf([first, ...others]: readonly Denial[]): string {
  if (!first)
    return "Approving is sent once and cannot be taken back. It shows as done when Purple Flea agrees.";
  const more =
    others.length === 0 ? "" : ` ${others.length} more ${others.length === 1 ? "reason" : "reasons"} above.`;
  return `${first.what} ${first.next}${more}`;
}

/** When it ends by itself and what that does; red when it is soon. */
function Deadline({ at, refund }: { at: number; refund: string }) {
  const { zone, now } = useNow();
  const left = at - now;
  return (
    <Note tone={left < HOUR_MS ? "danger" : "none"} icon={left < HOUR_MS ? "clock-alert" : "clock"}>
      <p>
        <b>
          {left <= 0 ? "Its deadline is over" : `Deadline in ${formatDuration(left)}`}, <Time ms={at} />{" "}
          {zone !== "UTC" && <span className="font-regular">({formatUtc(at).slice(11, 16)} UTC)</span>}
        </b>
      </p>
      <p>If nobody acts it cancels by itself and refunds {refund} to the wallet.</p>
    </Note>
  );
}
