import { Link } from "@remix-run/react";
import { Fragment } from "react";
import type { TimelineEntry } from "../../../db/read/timeline";
import { sentence, shorten } from "../../lib/money";
import { formatDay } from "../../lib/time";
import { Icon } from "../ui/icon";
import { Time, useNow } from "./moment";
import { runPath } from "../../lib/paths";
import { own } from "../../lib/own";
import { Said } from "./said-text";

const icons: Record<string, string> = {
  intent: "file-plus",
  locked: "lock",
  confirmed: "user-check",
  decided: "user-check",
  sent: "send",
  "release-intent": "send",
  "cancel-intent": "send",
  released: "circle-check",
  refunded: "undo-2",
  "time-out": "clock-alert",
  placed: "send",
  filled: "circle-check",
  logged: "scroll-text",
};
const iconOf = (kind: string): string =>
  own(icons, kind) ??
  (kind.startsWith("webhook-")
    ? "webhook"
    : kind.endsWith("unknown")
      ? "circle-question-mark"
      : kind.endsWith("refused")
        ? "circle-x"
        : "circle-dot");

function By({ entry }: { entry: Omit<TimelineEntry, "id"> }) {
  // A decision names its operator in the title, a webhook its id in the detail.
  const who = entry.actorKind === "operator" || entry.actorKind === "webhook" ? null : entry.actorId;
  return (
    <p className="by">
      {entry.detail && (
        <>
          <Said text={sentence(shorten(entry.detail))} />{" "}
        </>
      )}
      {entry.runId ? (
        <Link to={runPath(entry.runId)}>
          <Said text={who ?? "run"} />
        </Link>
      ) : (
        who && <Said text={who} />
      )}
      {entry.stepId && `, step ${entry.stepId}`}
    </p>
  );
}

/** A story by day, newest first: when, what, who and which step. */
export function Timeline({ entries }: { entries: Omit<TimelineEntry, "id">[] }) {
  const { zone } = useNow();
  if (entries.length === 0) return <p className="text-text-muted">Nothing has happened yet.</p>;
  const days = new Map<string, Omit<TimelineEntry, "id">[]>();
  for (const entry of entries) {
    const day = formatDay(entry.at, zone);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return (
    <>
      {[...days].map(([day, told]) => (
        <Fragment key={day}>
          <p className="day">{day}</p>
          <ol className="tl">
            {told.map((entry, index) => (
              <li key={`${entry.kind} ${entry.at} ${index}`}>
                <Time ms={entry.at} clock focusable />
                <Icon name={iconOf(entry.kind)} size={16} />
                <div className="min-w-0">
                  <p className="[overflow-wrap:anywhere]">
                    <Said text={shorten(entry.title)} />
                  </p>
                  <By entry={entry} />
                </div>
              </li>
            ))}
          </ol>
        </Fragment>
      ))}
    </>
  );
}
