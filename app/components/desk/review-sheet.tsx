import { Form, Link, useNavigate } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { CommandResult } from "../../commands/result";
import { formatDuration } from "../../lib/time";
import { Time, useNow } from "./moment";

interface Seen {
  ref: string;
  amount: string;
  net: string;
  fee: string;
  referral: string;
  payee: string;
  status: string;
  version: number;
  expiresAt: number | null;
  description: string;
}

const inFours = (address: string): string =>
  address.replace(/^0x/, "0x ").replace(/([0-9a-fA-F]{4})(?=[0-9a-fA-F])/g, "$1 ");

/** The review before a decision: what moves, to whom, what happens otherwise. It is an address of its own, so it opens without JavaScript. */
export function ReviewSheet({
  escrow,
  commandId,
  closed,
  problem,
}: {
  escrow: Seen;
  commandId: string;
  closed: string | null;
  problem: CommandResult | null;
}) {
  const { now } = useNow();
  const navigate = useNavigate();
  const sheet = useRef<HTMLDivElement>(null);
  const sent = useRef(false);
  // One form, one id: what is rendered again while the sheet is open is still the same decision.
  const id = useRef(commandId);
  const back = `/escrows/${escrow.ref}`;
  useEffect(() => {
    sheet.current?.focus();
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") navigate(back);
    };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [navigate, back]);
  useEffect(() => {
    if (problem) sent.current = false;
  }, [problem]);
  const reason = problem?.kind === "invalid" ? problem.fields.reason : undefined;
  return (
    <>
      <Link to={back} className="scrim" aria-label="Close the review" tabIndex={-1} />
      <div
        ref={sheet}
        role="dialog"
        aria-modal="true"
        aria-labelledby="review-title"
        tabIndex={-1}
        className="sheet"
      >
        <Form
          method="post"
          action={`${back}?review=1`}
          className="grid gap-5 p-6"
          onSubmit={(event) => {
            // The second click of a double click arrives before the button can be drawn disabled.
            if (sent.current) event.preventDefault();
            sent.current = true;
          }}
        >
          <div className="flex items-start gap-4">
            <div className="grow">
              <h2 id="review-title" className="text-section">
                Review escrow {escrow.ref}
              </h2>
              <p className="text-text-muted">Version {escrow.version}</p>
            </div>
            <Link className="btn" to={back}>
              Close
            </Link>
          </div>
          {(problem?.kind === "conflict" || problem?.kind === "paused") && (
            <div role="alert" className="bg-danger-tint p-4">
              <b>{problem.message}</b>
              {problem.kind === "conflict" && problem.changes && (
                <ul>
                  {problem.changes.map((change) => (
                    <li key={change.field}>
                      {change.field} {change.was} → {change.now}
                    </li>
                  ))}
                </ul>
              )}
            </div>
          )}
          <p>
            <span className="text-figure">{escrow.amount}</span> USDC
            <span className="block text-text-muted">for “{escrow.description}”</span>
          </p>
          <div>
            <h3 className="pb-1">Payee</h3>
            <p className="mono">{inFours(escrow.payee)}</p>
          </div>
          <dl className="kv">
            <dt>Amount</dt>
            <dd>{escrow.amount} USDC</dd>
            <dt>Fee, 1 %</dt>
            <dd>−{escrow.fee} USDC</dd>
            <dt>Net to payee</dt>
            <dd>
              <b>{escrow.net} USDC</b>
            </dd>
            <dt>Referral</dt>
            <dd>{escrow.referral} USDC, 15 % of the fee</dd>
          </dl>
          {escrow.expiresAt !== null && (
            <p className="bg-caution-tint p-4">
              <b>
                Deadline in {formatDuration(escrow.expiresAt - now)}, <Time ms={escrow.expiresAt} />
              </b>
              <span className="block">
                If nobody acts it cancels by itself and refunds {escrow.amount} USDC to the wallet.
              </span>
            </p>
          )}
          <div className="grid gap-1">
            <label htmlFor="review-reason">Reason, optional to approve, required to reject</label>
            <textarea
              id="review-reason"
              name="reason"
              rows={2}
              maxLength={500}
              className="input"
              aria-invalid={reason ? true : undefined}
              aria-describedby={reason ? "review-reason-error" : undefined}
              defaultValue={problem?.kind === "invalid" ? problem.values.reason : ""}
            />
            {reason && (
              <p id="review-reason-error" className="text-danger">
                {reason}
              </p>
            )}
          </div>
          <input type="hidden" name="command_id" value={id.current} />
          <input type="hidden" name="version" value={escrow.version} />
          <input type="hidden" name="seen_amount" value={escrow.amount} />
          <input type="hidden" name="seen_payee" value={escrow.payee} />
          <input type="hidden" name="seen_status" value={escrow.status} />
          <input type="hidden" name="seen_deadline" value={escrow.expiresAt ?? ""} />
          {closed === null ? (
            <div className="flex flex-wrap gap-2">
              <button className="btn btn-danger" name="decision" value="cancel" type="submit">
                Reject and refund
              </button>
              <button className="btn btn-primary grow" name="decision" value="release" type="submit">
                Approve and release {escrow.net} USDC
              </button>
            </div>
          ) : (
            <p className="text-text-muted">Closed: {closed}</p>
          )}
        </Form>
      </div>
    </>
  );
}
