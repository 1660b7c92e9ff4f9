import { Link, useLocation } from "@remix-run/react";
import { useId, type ReactNode } from "react";
import { gridOf, standsOf, type ChartPoint, type Gap, type Stand } from "../../lib/balance-chart";
import { changed } from "../../lib/list-address";
import { moneyText } from "../../lib/money";
import { formatShortDay, formatTime } from "../../lib/time";
import { timeTicks } from "../../lib/time-ticks";
import { Icon } from "../ui/icon";
import { Money } from "./money";
import { Time, useNow } from "./moment";

/** More stretches than this have no hint of their own under the pointer. */
const MOST_HINTS = 300;

/**
 * A balance as steps: it stays what it was until it is seen to change, and where nothing was read there is a hatched gap that
 * nothing bridges. The same values are one link away as a table.
 * @param points oldest first, in micro-USDC and ms; the first may lie before `from`
 * @param previous the same of the stretch before this one, drawn dotted
 */
export function StepChart({
  points,
  from,
  to,
  asTable,
  previous = [],
  name = "Wallet balance",
  width = 736,
}: {
  points: ChartPoint[];
  from: number;
  to: number;
  asTable: boolean;
  previous?: ChartPoint[];
  name?: string;
  /** About how wide it stands on a large window, px: its words keep their size. */
  width?: number;
}) {
  const { zone, now } = useNow();
  const { search } = useLocation();
  const { stands, gaps } = standsOf(points, from, to);
  const span = to - from;
  const before = standsOf(previous, from - span, from).stands;
  const last = stands.at(-1);
  if (!last)
    return (
      <p className="text-text-muted">
        {name} was not read in this time. It is read every five minutes while the engine runs.
      </p>
    );
  const words = `${name}, ${formatTime(from, zone, now)} to ${formatTime(to, zone, now)}. ${inWords(stands, gaps)}`;
  return (
    <figure className="chart-figure">
      <figcaption className="chart-keys">
        <span className="key">
          <i />
          {formatShortDay(from, zone)} to {formatShortDay(to, zone)}
        </span>
        {before.length > 0 && (
          <span className="key">
            <i className="dash" />
            the time before
          </span>
        )}
        {gaps.length > 0 && (
          <span className="key">
            <i className="box" />
            nothing read
          </span>
        )}
        <Link
          className="btn btn-s btn-quiet"
          to={changed(search, { table: asTable ? null : "1" })}
          preventScrollReset
        >
          <Icon name={asTable ? "chart-line" : "table-2"} />
          {asTable ? "Show as chart" : "Show as table"}
        </Link>
      </figcaption>
      {asTable ? (
        <ValuesTable name={name} stands={stands} gaps={gaps} />
      ) : (
        [
          { kind: "wide", width, height: 236, left: 56, ticks: 8 },
          { kind: "phone", width: 343, height: 210, left: 50, ticks: 4 },
        ].map((box) => (
          <Plot key={box.kind} {...box} {...{ stands, gaps, before, from, to, words, zone, now }} />
        ))
      )}
    </figure>
  );
}

function inWords(stands: Stand[], gaps: Gap[]): string {
  const { low, high } = rangeOf(stands);
  const now = stands.at(-1)?.amountMicro ?? 0n;
  const missing =
    gaps.length === 0 ? "" : ` Nothing was read ${gaps.length === 1 ? "once" : `${gaps.length} times`}.`;
  return `Lowest ${moneyText(low, true)}, highest ${moneyText(high, true)}, last ${moneyText(now, true)} USDC.${missing}`;
}

function rangeOf(stands: Stand[]): { low: bigint; high: bigint } {
  const amounts = stands.map((one) => one.amountMicro);
  return {
    low: amounts.reduce((a, b) => (b < a ? b : a)),
    high: amounts.reduce((a, b) => (b > a ? b : a)),
  };
}

function ValuesTable({ name, stands, gaps }: { name: string; stands: Stand[]; gaps: Gap[] }) {
  const rows = [
    ...stands.map((one) => ({ ...one, value: (<Money micro={one.amountMicro} six />) as ReactNode })),
    ...gaps.map((one) => ({ ...one, value: <span className="text-text-muted">nothing read</span> })),
  ].sort((a, b) => b.from - a.from);
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="scroll chart-table" role="region" aria-label={`${name}, values`} tabIndex={0}>
      <table className="table">
        <caption className="sr">{name}, newest first</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Last seen</th>
            <th scope="col" className="num">
              Balance, USDC
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.from} ${row.to}`}>
              <td>
                <Time ms={row.from} />
              </td>
              <td>
                <Time ms={row.to} />
              </td>
              <td className="num">{row.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TOP = 10;
const BOTTOM = 26;

function Plot({
  kind,
  width,
  height,
  left,
  ticks,
  stands,
  gaps,
  before,
  from,
  to,
  words,
  zone,
  now,
}: {
  kind: string;
  width: number;
  height: number;
  left: number;
  ticks: number;
  stands: Stand[];
  gaps: Gap[];
  before: Stand[];
  from: number;
  to: number;
  words: string;
  zone: string;
  now: number;
}) {
  const id = useId();
  const { low, high } = rangeOf([...stands, ...before]);
  const lines = gridOf(low, high);
  const [floor, ceiling] = [lines[0] ?? low, lines.at(-1) ?? high];
  // Places on the screen may be rounded; the amounts themselves never are.
  const x = (at: number) => round(left + ((at - from) / (to - from)) * (width - left - 4));
  const y = (micro: bigint) =>
    round(TOP + (1 - Number(micro - floor) / Number(ceiling - floor)) * (height - TOP - BOTTOM));
  const last = stands.at(-1);
  return (
    <svg className={`chart chart-${kind}`} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words}>
      <defs>
        <pattern id={id} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="7" height="7" className="gap" />
          <path d="M0 0V7" className="gapline" />
        </pattern>
      </defs>
      {lines.map((line, index) => (
        <g key={String(line)}>
          <path className={index === 0 ? "axis" : "grid"} d={`M${left} ${y(line)}H${width - 4}`} />
          <text x={left - 10} y={y(line) + 4} textAnchor="end">
            {amountLabel(line, lines)}
          </text>
        </g>
      ))}
      {gaps.map((gap) => (
        <rect
          key={gap.from}
          x={x(gap.from)}
          y={TOP}
          width={Math.max(round(x(gap.to) - x(gap.from)), 1)}
          height={height - TOP - BOTTOM}
          fill={`url(#${id})`}
        />
      ))}
      {timeTicks(from, to, zone, ticks).map((tick) => (
        <text
          key={tick.at}
          x={x(tick.at)}
          y={height - 6}
          textAnchor={x(tick.at) > width - 40 ? "end" : "middle"}
        >
          {tick.label}
        </text>
      ))}
      {before.length > 0 && <path className="prev" d={pathOf(before, (at) => x(at + (to - from)), y)} />}
      <path className="ln" d={pathOf(stands, x, y)} />
      {last && <circle className="end" cx={x(last.to)} cy={y(last.amountMicro)} r="3" />}
      {stands.length <= MOST_HINTS &&
        stands.map((one) => (
          <rect
            key={one.from}
            className="hit"
            x={x(one.from)}
            y={TOP}
            width={Math.max(round(x(one.to) - x(one.from)), 1)}
            height={height - TOP - BOTTOM}
          >
            <title>{`${moneyText(one.amountMicro, true)} USDC from ${formatTime(one.from, zone, now)}`}</title>
          </rect>
        ))}
    </svg>
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Steps, broken wherever one stand does not begin where the one before it ended. */
function pathOf(stands: Stand[], x: (at: number) => number, y: (micro: bigint) => number): string {
  return stands
    .map((one, index) => {
      const joined = index > 0 && stands[index - 1]?.to === one.from;
      return `${joined ? `V${y(one.amountMicro)}` : `M${x(one.from)} ${y(one.amountMicro)}`}H${x(one.to)}`;
    })
    .join("");
}

/** Whole USDC where all lines are whole, else as many places as they need. */
function amountLabel(line: bigint, lines: bigint[]): string {
  const whole = lines.every((one) => one % 1_000_000n === 0n);
  const cents = lines.every((one) => one % 10_000n === 0n);
  const text = moneyText(line, !cents);
  return whole ? text.slice(0, text.indexOf(".")) : text;
}
