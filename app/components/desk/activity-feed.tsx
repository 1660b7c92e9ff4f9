import { Link } from "@remix-run/react";
import type { Activity } from "../../../db/read/overview";
import { shorten } from "../../lib/money";
import { Money } from "./money";
import { Time } from "./moment";

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

const pageOf: Record<Activity["subjectType"], (ref: string) => string> = {
  escrow: (ref) => `/escrows/${ref}`,
  trade: (ref) => `/trades/${ref}`,
  bet: () => "/bets",
  claim: () => "/faucet",
};

/** What happened last, newest first, with its amount. */
export function ActivityFeed({ entries }: { entries: Activity[] }) {
  return (
    <ul className="feed">
      {entries.map((entry) => (
        <li key={entry.id}>
          <Time ms={entry.at} bare />
          <div className="min-w-0 [overflow-wrap:anywhere]">
            {heads[`${entry.subjectType} ${entry.kind}`] ?? shorten(entry.title)}
            <span className="d">
              <Link className="id mono" to={pageOf[entry.subjectType](entry.subjectRef)}>
                {entry.subjectRef}
              </Link>
              {entry.about && ` ${entry.about}`}
            </span>
          </div>
          {entry.amountMicro !== null && <Money micro={entry.amountMicro} />}
        </li>
      ))}
    </ul>
  );
}
