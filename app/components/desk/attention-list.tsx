import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import type { Attention } from "../../../db/read/attention";
import type { EscrowDecision } from "../../../domain/decision-record";
import { ordersHeldBy, type AfterUnknown } from "../../../domain/after-unknown";
import { sentence, shorten, usdcText } from "../../lib/money";
import { meaningOfUnsent, whyNotSent } from "../../lib/sending-words";
import { formatDuration } from "../../lib/time";
import { Icon } from "../ui/icon";
import { PutOff } from "./attempt";
import { Time, useNow } from "./moment";
import { pathTo } from "../../lib/paths";
import { Said } from "./said-text";
import { plainSaid } from "../../../domain/said-text";

const HOUR_MS = 3_600_000;

interface Told {
  icon: string;
  tone: string;
  /** After the id: what is the matter. */
  what: ReactNode;
  /** What follows from it, in words and amounts. */
  then: ReactNode;
  deed: string;
}

/** What a decision on record does first, if it comes that far. */
const unless: Record<EscrowDecision, string> = {
  release: "unless the approval on record releases it before",
  cancel: "or before, by the rejection on record",
};

function tell(item: Attention, now: number, afterUnknown: AfterUnknown): Told {
  const held = item.lostOn === undefined ? null : ordersHeldBy(item.lostOn, afterUnknown);
  const amount = item.amountMicro === null ? "The money" : usdcText(item.amountMicro);
  switch (item.kind) {
    case "deadline": {
      const left = (item.dueAt ?? now) - now;
      return {
        icon: "clock-alert",
        tone: left < HOUR_MS ? "text-danger" : "text-caution",
        what: left <= 0 ? "is over its deadline" : `cancels in ${formatDuration(left)}`,
        then: (
          <>
            Refunds {amount} to the wallet at <Time ms={item.dueAt} />{" "}
            {item.decided ? unless[item.decided] : "unless you approve"}.
          </>
        ),
        deed: item.decided ? "Open" : "Review",
      };
    }
    case "claimed":
      return {
        icon: "user-check",
        tone: "text-caution",
        what: "is said to be confirmed, without proof",
        then: (
          <>
            <Said text={shorten(item.said ?? "Somebody")} /> claims it. {amount} stays locked until you
            approve or Purple Flea confirms.
          </>
        ),
        deed: "Review",
      };
    case "disputed":
      return {
        icon: "scale",
        tone: "text-caution",
        what: "is disputed",
        then: `${amount} stays locked until it is resolved at Purple Flea.`,
        deed: "Open",
      };
    case "put-off":
      return {
        icon: "rotate-cw",
        tone: "text-caution",
        what: "is decided and not done yet",
        then: (
          <>
            <PutOff reason={item.said && shorten(item.said)} retryAt={item.dueAt ?? now} now={now} /> {amount}{" "}
            stays locked.
          </>
        ),
        deed: "Open",
      };
    case "unknown-escrow":
      return {
        icon: "circle-question-mark",
        tone: "text-unknown",
        what: "has a state we do not know",
        then: (
          <>
            {item.said && (
              <>
                <Said text={sentence(shorten(item.said))} />{" "}
              </>
            )}
            {amount} may still be locked. It cannot be approved here.
          </>
        ),
        deed: "Open",
      };
    case "unknown-call":
      return {
        icon: "circle-question-mark",
        tone: "text-unknown",
        what: "has an unknown outcome",
        then: (
          <>
            {amount}, <Said text={item.said ?? "no reason recorded"} />, sent at <Time ms={item.since} />; no
            answer came. It may have happened; it is not sent again by itself
            {held ? `, and holds ${held} until you decide` : ""}.
          </>
        ),
        deed: "Decide",
      };
    case "stray":
      return {
        icon: "user-check",
        tone: "text-caution",
        what: "is confirmed by somebody, and is no escrow here",
        then: (
          <>
            Sent by <Said text={shorten(item.said ?? "somebody")} />. It releases nothing; it is kept for an
            escrow of that reference.
          </>
        ),
        deed: "Open",
      };
    case "orphan":
      return {
        icon: "triangle-alert",
        tone: "text-caution",
        what: "has no run that looks after it",
        then: `Its run ended before it did; ${amount} stays as it is. A sync starts another run.`,
        deed: "Open",
      };
    case "failed-run":
      return {
        icon: "circle-x",
        tone: "text-danger",
        what: <About deed="failed" about={item.about} />,
        then: (
          <>
            <Said text={sentence(shorten(item.said ?? "out of attempts"))} />{" "}
            {item.amountMicro === null
              ? "It is not started again by itself."
              : `${amount} is still locked; a sync starts another run.`}
          </>
        ),
        deed: "Open run",
      };
    case "not-sent":
      return {
        icon: "circle-pause",
        tone: "text-danger",
        what: <About deed="was not sent" about={item.about} />,
        then: (
          <>
            {item.unsent?.trouble && (
              <>
                <Said text={whyNotSent(item.unsent.trouble)} />{" "}
              </>
            )}
            {meaningOfUnsent(item.unsent?.eventName ?? null)}
          </>
        ),
        deed: "Open outbox",
      };
    case "other-webhook":
      return {
        icon: "triangle-alert",
        tone: "text-caution",
        what: (
          <>
            <Said text={item.about ?? "webhook"} /> came again and said something else
          </>
        ),
        then: "The first was acted on, the other was not. Which one is true has to be seen at Purple Flea.",
        deed: "Compare",
      };
  }
}

const About = ({ deed, about }: { deed: string; about?: string | null }) => (
  <>
    {deed}
    {about && (
      <>
        , about <Said text={about} />
      </>
    )}
  </>
);

/** What needs a person: what is the matter, what follows from it, since when, and one thing to press. */
export function AttentionList({ items, afterUnknown }: { items: Attention[]; afterUnknown: AfterUnknown }) {
  const { now } = useNow();
  return (
    <ul className="need">
      {items.map((item) => {
        const told = tell(item, now, afterUnknown);
        return (
          <li key={item.key} data-row>
            <Icon name={told.icon} size={16} className={told.tone} />
            <div className="min-w-0">
              <p className="what">
                <Link
                  className="id mono"
                  to={pathTo(item.to.page === "review" ? { ...item.to, page: "escrow" } : item.to)}
                >
                  <Said text={item.ref} />
                </Link>{" "}
                {told.what}
              </p>
              <p className="then">{told.then}</p>
            </div>
            <p className="age">waiting {formatDuration(now - item.since)}</p>
            <Link className="btn btn-s" to={pathTo(item.to)}>
              {told.deed}
              <span className="sr"> {plainSaid(item.ref)}</span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
