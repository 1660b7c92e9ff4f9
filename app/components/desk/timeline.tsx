import type { TimelineRow } from "../../../db/read/escrows";
import { Time } from "./moment";

/** A story, newest first: when, what, who. */
export function Timeline({ entries }: { entries: Omit<TimelineRow, "id">[] }) {
  if (entries.length === 0) return <p className="text-text-muted">Nothing has happened yet.</p>;
  return (
    <ol className="list-none p-0 m-0 grid gap-3">
      {entries.map((entry, index) => (
        <li
          key={`${entry.kind} ${entry.at} ${index}`}
          className="grid gap-1 md:grid-cols-[160px_minmax(0,1fr)]"
        >
          <span className="text-text-muted">
            <Time ms={entry.at} />
          </span>
          <span>
            <b>{entry.title}</b>
            {entry.detail && <span className="block text-text-muted">{entry.detail}</span>}
            <span className="block text-meta text-text-muted">
              {entry.actorKind} {entry.actorId}
              {entry.stepId ? `, step ${entry.stepId}` : ""}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}
