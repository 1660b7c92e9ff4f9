import { Link } from "@remix-run/react";
import type { Run, Step } from "../../../db/read/runs";
import { stepLook } from "../../../domain/statuses";
import { formatClock, formatDay, formatShortDay, zoneName } from "../../lib/time";
import { formatTook } from "../../lib/took";
import { useNonce } from "../../lib/use-nonce";
import { axisOf, isWait, type Lane, type Piece } from "../../lib/waterfall";
import { Icon } from "../ui/icon";
import { useNow } from "./moment";

const looks: Record<Piece["kind"], { className: string; word: string }> = {
  queued: { className: "queue", word: "queued" },
  ran: { className: "exec", word: "ran" },
  failed: { className: "fail", word: "failed attempt" },
  lost: { className: "lost", word: "attempt whose end was not recorded" },
  waited: { className: "wait", word: "waited" },
  "backed-off": { className: "back", word: "waited for the next attempt" },
  next: { className: "next", word: "next attempt" },
};

/** What the bars mean. */
export function WaterfallLegend() {
  return (
    <p className="legend">
      {(["queued", "ran", "failed", "waited", "backed-off"] as const).map((kind) => (
        <span key={kind}>
          <i className={looks[kind].className} />
          {
            {
              queued: "queued",
              ran: "running",
              failed: "failed attempt",
              waited: "waiting",
              "backed-off": "back-off before retry",
            }[kind]
          }
        </span>
      ))}
    </p>
  );
}

/**
 * A run's steps over time, as a table: what each bar says stands in words beside it. A long sleep is cut out of the time line,
 * where it is torn. The step in `selected` (its id) is the one shown below.
 */
export function StepWaterfall({
  lanes,
  run,
  now,
  selected,
}: {
  lanes: Lane[];
  run: Pick<Run, "queuedAt" | "endedAt" | "nextAttemptAt">;
  /** ms. */
  now: number;
  selected: string | null;
}) {
  const { zone } = useNow();
  const nonce = useNonce();
  if (lanes.length === 0) return <p className="text-text-muted">No step has begun yet.</p>;
  const to = Math.max(run.endedAt ?? now, run.nextAttemptAt ?? 0);
  const axis = axisOf(lanes, Math.min(run.queuedAt, ...lanes.map((lane) => lane.step.startedAt)), to);
  const label = tickLabels(zone, now);
  const tears = axis.tears.map((left) => <i key={left} className="tear" data-at={`left:${left}%`} />);
  const labels = new Map(lanes.map((lane) => [lane, labelOf(lane, axis.place, now)]));
  const places = new Set([
    ...[...axis.tears, ...axis.ticks.map((tick) => tick.left)].map((left) => `left:${left}%`),
    ...lanes.flatMap((lane) => lane.pieces.map((piece) => placeOf(piece, axis.place))),
    ...[...labels.values()].flatMap((label) => label?.at ?? []),
  ]);
  return (
    <>
      {/* The content policy takes no style attribute, and takes rules that carry the page's nonce. */}
      <style
        nonce={nonce}
        suppressHydrationWarning
        dangerouslySetInnerHTML={{
          __html: [...places].map((place) => `.wf [data-at="${place}"]{${place}}`).join(""),
        }}
      />
      <table className="wf">
        <caption className="sr">
          {`Steps over time, ${zoneName(to, zone)}.${axis.tears.length > 0 ? " The time line is cut where the run slept." : ""}`}
        </caption>
        <thead>
          <tr>
            <th className="c-step" scope="col">
              Step
            </th>
            <th scope="col">
              <span className="sr">Time</span>
              <div className="axis" aria-hidden>
                {axis.ticks.map((tick) => (
                  <span key={tick.at} data-at={`left:${tick.left}%`}>
                    {label(tick)}
                  </span>
                ))}
                {tears}
                <span className="right-0">
                  {label({ since: to, short: false, ...axis.ticks.at(-1), at: to })}
                </span>
              </div>
            </th>
            <th className="c-dur" scope="col">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {lanes.map((lane) => (
            <tr key={lane.step.id} className={lane.step.id === selected ? "is-selected" : undefined}>
              <td className="c-step">
                <Link
                  className="steplink"
                  data-tone={stepLook[lane.step.status].tone}
                  to={`?step=${lane.step.id}#step`}
                  aria-current={lane.step.id === selected ? "step" : undefined}
                  preventScrollReset
                >
                  <Icon name={stepLook[lane.step.status].icon} />
                  <span className="mono">{lane.step.name}</span>
                  <span className="sr">, {stepLook[lane.step.status].label}</span>
                </Link>
              </td>
              <td className="c-lane">
                <div className="lane" aria-hidden>
                  {tears}
                  {lane.pieces.map((piece) => (
                    <i
                      key={`${piece.kind} ${piece.from}`}
                      className={looks[piece.kind].className}
                      data-at={placeOf(piece, axis.place)}
                    />
                  ))}
                  {labels.get(lane) && (
                    <span className="over" data-at={labels.get(lane)?.at}>
                      {labels.get(lane)?.words}
                    </span>
                  )}
                </div>
                <span className="sr">{inWords(lane)}</span>
              </td>
              <td className="c-dur">{took(lane.step, lane, now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The day and the time first; then how long after, on a short stretch, or the time alone. */
function tickLabels(zone: string, now: number) {
  return ({ at, since, short }: { at: number; since: number; short: boolean }): string => {
    if (at !== since && short)
      return `+${at - since < 1_000 ? `${Math.round(at - since)} ms` : formatTook(at - since)}`;
    const today = formatDay(at, zone) === formatDay(now, zone);
    return at === since && !today
      ? `${formatShortDay(at, zone)} ${formatClock(at, zone)}`
      : formatClock(at, zone);
  };
}

function placeOf(piece: Piece, place: (ms: number) => number): string {
  const [left, right] = [place(piece.from), place(piece.to)];
  if (piece.kind === "next") return `left:max(0px, calc(${left}% - 12px))`;
  return `left:${left}%;width:${Math.max(right - left, 0.01)}%`;
}

const inWords = (lane: Lane): string =>
  lane.pieces
    .filter((piece) => piece.kind !== "next")
    .map((piece) => `${looks[piece.kind].word} ${formatTook(piece.to - piece.from)}`)
    .join(", ");

function took(step: Step, lane: Lane, now: number): string {
  const begun = lane.pieces.find((piece) => piece.kind !== "queued")?.from ?? step.startedAt;
  if (step.endedAt !== null) return formatTook(step.endedAt - begun);
  return `${formatTook(now - begun)} so far`;
}

/** One short text in a lane, where there is room for it: beside a bar, or within a long wait. */
function labelOf(
  lane: Lane,
  place: (ms: number) => number,
  now: number,
): { at: string; words: string } | null {
  const { step } = lane;
  const last = lane.pieces.at(-1);
  const longest = [...lane.pieces].sort((a, b) => b.to - b.from - (a.to - a.from))[0];
  if (!last || !longest) return null;
  const room = place(longest.to) - place(longest.from);
  const middle = `left:${(place(longest.from) + place(longest.to)) / 2}%;transform:translateX(-50%)`;
  if (isWait(step) && room >= 16)
    return {
      at: middle,
      words:
        step.endedAt === null
          ? "waiting"
          : `${step.kind === "sleep" ? "slept" : "waited"} ${formatTook(step.endedAt - step.startedAt)}`,
    };
  if (last.kind === "next" && longest.kind === "backed-off" && room >= 20)
    return {
      at: middle,
      words:
        last.from > now ? `attempt ${lane.attempts.length + 1} in ${formatTook(last.from - now)}` : "due now",
    };
  const right = place(last.to);
  if (right > 86) return null;
  const took = isWait(step) ? (step.endedAt ?? now) - step.startedAt : last.to - last.from;
  return { at: `left:calc(${right}% + 4px)`, words: formatTook(took) };
}
