import { Link } from "@remix-run/react";
import { formatMicro } from "../../../domain/money";
import { Money } from "./money";
import { Time } from "./moment";

interface Point {
  at: number;
  amountMicro: bigint;
}
const WIDTH = 720;
const HEIGHT = 200;

/** A balance as steps: it stays what it was until it is seen to change. The same numbers are one link away as a table. */
export function StepChart({
  points,
  from,
  to,
  asTable,
}: {
  points: Point[];
  from: number;
  to: number;
  asTable: boolean;
}) {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return <p className="text-text-muted">No balance has been read in this time.</p>;
  if (asTable) {
    return (
      <>
        <Link to="?">Show as chart</Link>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Seen</th>
              <th scope="col" className="num">
                Balance, USDC
              </th>
            </tr>
          </thead>
          <tbody>
            {[...points].reverse().map((point) => (
              <tr key={point.at}>
                <td>
                  <Time ms={point.at} />
                </td>
                <td className="num">
                  <Money micro={point.amountMicro} six />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </>
    );
  }
  // Positions on the screen may be rounded; the amounts themselves never are.
  const values = points.map((point) => Number(point.amountMicro));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (at: number) => ((Math.max(at, from) - from) / (to - from)) * WIDTH;
  const y = (value: bigint) => HEIGHT - 8 - ((Number(value) - low) / (high - low || 1)) * (HEIGHT - 16);
  const path =
    points
      .map((point, index) =>
        index === 0 ? `M${x(point.at)} ${y(point.amountMicro)}` : `H${x(point.at)}V${y(point.amountMicro)}`,
      )
      .join("") + `H${WIDTH}`;
  return (
    <figure className="m-0 grid gap-2">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width="100%"
        role="img"
        aria-label={`Wallet balance from ${formatMicro(first.amountMicro)} to ${formatMicro(last.amountMicro)} USDC`}
      >
        <path d={`M0 ${HEIGHT - 1}H${WIDTH}`} stroke="var(--line-strong)" fill="none" />
        <path d={path} stroke="var(--accent-text)" strokeWidth={2} fill="none" />
      </svg>
      <figcaption className="flex flex-wrap gap-4 text-meta text-text-muted">
        <span>
          lowest <Money micro={BigInt(low)} six />, highest <Money micro={BigInt(high)} six />
        </span>
        <Link to="?table=1">Show as table</Link>
      </figcaption>
    </figure>
  );
}
