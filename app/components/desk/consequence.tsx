import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import type { Decided } from "../../../db/read/escrow-decisions";
import type { EscrowRow } from "../../../db/read/escrows";
import { decidedLook } from "../../../domain/decided-status";
import { escrowMoney } from "../../../domain/escrow-sums";
import { escrowLook, type StatusLook } from "../../../domain/statuses";
import { shorten, usdcText } from "../../lib/money";
import { formatDuration, formatWait } from "../../lib/time";
import { Icon } from "../ui/icon";
import { Attempt, PutOff } from "./attempt";
import { useNow } from "./moment";
import { Said } from "./said-text";

const HOUR_MS = 3_600_000;
const underWay = ["pending", "releasing", "cancelling"];

/** An escrow's state for people: its own, or how far a decision about it has come while the mirror does not agree yet. */
export function standingOf(escrow: Pick<EscrowRow, "status">, decided: Decided | null): StatusLook {
  return decided && underWay.includes(escrow.status)
    ? decidedLook[decided.status]
    : escrowLook[escrow.status];
}

/** What will happen to an escrow by itself, when, and how much moves. */
export function Consequence({ escrow, decided }: { escrow: EscrowRow; decided: Decided | null }) {
  const { now } = useNow();
  const amount = usdcText(escrow.amountMicro);
  if (decided && underWay.includes(escrow.status)) {
    const moves =
      decided.decision === "release" ? `Releases ${usdcText(escrowMoney(escrow).net)}` : `Refunds ${amount}`;
    return (
      <span className="conseq">
        <Icon name={decidedLook[decided.status].icon} />
        <span>
          {decided.status === "parked" ? (
            <>
              {moves}, but the decision could not be sent; <Link to="/outbox">send it again</Link>
            </>
          ) : escrow.retryAt !== null ? (
            <PutOff reason={escrow.reason && shorten(escrow.reason)} retryAt={escrow.retryAt} now={now} />
          ) : decided.retry ? (
            <Attempt retry={decided.retry} intent={decided.intent} />
          ) : (
            `${decided.status === "in-flight" ? "Sent to Purple Flea, no answer yet" : moves}, waiting ${formatWait(now - (decided.sentAt ?? decided.at))}`
          )}
        </span>
      </span>
    );
  }
  switch (escrow.status) {
    case "pending": {
      if (escrow.expiresAt === null) return <Says icon="lock">{amount} locked, no deadline known</Says>;
      const left = escrow.expiresAt - now;
      const soon = left < HOUR_MS;
      return (
        <span className={`conseq ${soon ? "is-soon" : ""}`}>
          <Icon name={soon ? "clock-alert" : "clock"} />
          <span>
            {left <= 0 ? (
              `Its time is over; ${amount} is being refunded`
            ) : (
              <>
                Cancels and refunds {amount} in {formatDuration(left)}
                <span className="not-phone"> unless confirmed</span>
              </>
            )}
            {escrow.claimedConfirmationAt !== null && escrow.confirmedAt === null && (
              <span className="block font-regular text-caution">Confirmation claimed, not proven</span>
            )}
            {escrow.retryAt !== null ? (
              <span className="block font-regular text-caution">
                <PutOff reason={escrow.reason && shorten(escrow.reason)} retryAt={escrow.retryAt} now={now} />
              </span>
            ) : (
              escrow.reason && (
                <span className="block font-regular text-text-muted">
                  <Said text={shorten(escrow.reason)} />
                </span>
              )
            )}
          </span>
        </span>
      );
    }
    case "unknown":
      return (
        <Says icon="circle-question-mark">
          <Said text={shorten(escrow.reason ?? "Its outcome is unknown")} />
        </Says>
      );
    case "not_created":
      return (
        <Says icon="circle-x">
          <Said text={shorten(escrow.reason ?? "It was not created")} />; nothing moved
        </Says>
      );
    case "disputed":
      return <Says icon="lock">No deadline while disputed; {amount} stays locked</Says>;
    case "released":
    case "refunded":
      return (
        <Says icon={escrowLook[escrow.status].icon}>
          {escrow.status === "released" ? `${usdcText(escrowMoney(escrow).net)} paid` : `${amount} is back`}
          {escrow.settledBy && (
            <>
              , decided by <Said text={shorten(escrow.settledBy)} />
            </>
          )}
        </Says>
      );
    case "held":
      return <Says icon="circle-pause">Waits for the pause to end; nothing is locked</Says>;
    case "creating":
    case "releasing":
    case "cancelling":
      return <Says icon="circle-dot">Waits for Purple Flea’s answer</Says>;
  }
}

function Says({ icon, children }: { icon: string; children: ReactNode }) {
  return (
    <span className="conseq">
      <Icon name={icon} />
      <span>{children}</span>
    </span>
  );
}
