import { Link } from "@remix-run/react";
import type { Step, StepAttempt } from "../../../db/read/runs";
import { stepLook } from "../../../domain/statuses";
import { formatDuration } from "../../lib/time";
import { StatusBadge } from "./status-badge";

const LONG_MS = 10 * 60_000;
const SHORT_SHARE = 6;

/** Steps on a time line; a long wait takes a small fixed share of the width and says how long it was. */
export function StepWaterfall({
  steps,
  attempts,
  from,
  to,
  selected,
}: {
  steps: Step[];
  attempts: StepAttempt[];
  from: number;
  to: number;
  selected: string | null;
}) {
  if (steps.length === 0) return <p className="text-text-muted">No step has begun yet.</p>;
  const place = scale(steps, from, to);
  return (
    <table className="table to-rows">
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Status</th>
          <th scope="col" style={{ width: "50%" }}>
            Time
          </th>
          <th scope="col" className="num">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => {
          const end = step.endedAt ?? to;
          const tries = attempts.filter((one) => one.stepId === step.id);
          const waits = tries.length === 0;
          return (
            <tr key={step.id} className={step.id === selected ? "bg-selected" : undefined}>
              <td>
                <Link to={`?step=${step.id}`} preventScrollReset>
                  <code>{step.name}</code>
                </Link>
              </td>
              <td>
                <StatusBadge look={stepLook[step.status]} />
              </td>
              <td className="wide">
                <div className="relative" style={{ height: 16 }} aria-hidden>
                  {waits ? (
                    <Bar from={place(step.startedAt)} to={place(end)} kind="wait" />
                  ) : (
                    tries.map((one) => (
                      <Bar
                        key={one.attempt}
                        from={place(one.startedAt)}
                        to={place(one.endedAt ?? to)}
                        kind={one.error ? "failed" : "ran"}
                      />
                    ))
                  )}
                </div>
              </td>
              <td className="num">
                {step.endedAt === null ? "not over" : formatDuration(end - step.startedAt)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Bar({ from, to, kind }: { from: number; to: number; kind: "wait" | "ran" | "failed" }) {
  const look = {
    wait: { height: 2, top: 7, background: "var(--control-line)" },
    ran: { height: 10, top: 3, background: "var(--info)" },
    failed: { height: 10, top: 3, background: "var(--danger)" },
  }[kind];
  return (
    <span
      className="absolute"
      style={{ left: `${from}%`, width: `${Math.max(to - from, 0.8)}%`, borderRadius: 2, ...look }}
    />
  );
}

/** Maps moments to 0 to 100: stretches in which nothing but a long wait happened are squeezed. */
function scale(steps: Step[], from: number, to: number): (at: number) => number {
  const marks = [...new Set([from, to, ...steps.flatMap((step) => [step.startedAt, step.endedAt ?? to])])]
    .filter((at) => at >= from && at <= to)
    .sort((a, b) => a - b);
  const gaps = marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark));
  const short = gaps.filter((gap) => gap <= LONG_MS).reduce((sum, gap) => sum + gap, 0);
  const longs = gaps.length - gaps.filter((gap) => gap <= LONG_MS).length;
  const room = Math.max(100 - longs * SHORT_SHARE, 20);
  const starts = new Map<number, number>();
  let at = 0;
  marks.forEach((mark, index) => {
    starts.set(mark, at);
    const gap = gaps[index];
    if (gap !== undefined)
      at += gap > LONG_MS ? (short === 0 ? 100 / longs : SHORT_SHARE) : (gap / (short || 1)) * room;
  });
  return (moment) => {
    const before = marks.filter((mark) => mark <= moment).at(-1) ?? from;
    return Math.min(starts.get(before) ?? 0, 100);
  };
}
