import { Link } from "@remix-run/react";
import type { Activity } from "../../../db/read/overview";
import { shorten } from "../../lib/money";
import { Money } from "./money";
import { Time } from "./moment";
import { subjectPath } from "../../lib/paths";
import { own } from "../../lib/own";
import { Said } from "./said-text";

/** Shorter than the story's own titles: the amount stands beside it. */
const heads: Record<string, string> = {
  "escrow locked": "Escrow created",
  "escrow confirmed": "Confirmed by the counterparty",
  "escrow release-intent": "Release sent",
  "escrow cancel-intent": "Cancel sent",
  "escrow released": "Escrow released",
  "escrow refunded": "Escrow refunded",
  "trade placed": "Order placed",
  "claim claimed": "Faucet claimed",
};

/** What happened last, newest first, with its amount. */
export function ActivityFeed({ entries }: { entries: Activity[] }) {
  return (
    <ul className="feed">
      {entries.map((entry) => (
        <li key={entry.id}>
          <Time ms={entry.at} bare />
          <div className="min-w-0 [overflow-wrap:anywhere]">
            {own(heads, `${entry.subjectType} ${entry.kind}`) ?? <Said text={shorten(entry.title)} />}
            <span className="d">
              <Link className="id mono" to={subjectPath(entry.subjectType, entry.subjectRef)}>
                <Said text={entry.subjectRef} />
              </Link>
              {entry.about && (
                <>
                  {" "}
                  <Said text={entry.about} />
                </>
              )}
            </span>
          </div>
          {entry.amountMicro !== null && <Money micro={entry.amountMicro} />}
        </li>
      ))}
    </ul>
  );
}
