import type { StatusLook } from "../../../domain/statuses";
import { formatUtc } from "../../lib/time";
import { moneyText } from "../../lib/money";
import { unknownPath } from "../../lib/paths";
import { shortId } from "../../lib/short-id";
import { CopyButton } from "../ui/copy-button";
import { StatusBadge } from "./status-badge";
import { Said } from "./said-text";
import { plainSaid } from "../../../domain/said-text";

/*
 * What cells of long lists are made of: no hooks and as few elements as can be, because there are hundreds on a page. On
 * pages about one thing Money, Time and Id say the same.
 */

/** An amount to six places, of which the last four are faint. */
export function moneyCell(micro: bigint) {
  const text = moneyText(micro, true);
  return (
    <>
      {text.slice(0, -4)}
      <i className="m">{text.slice(-4)}</i>
    </>
  );
}

/** A moment as `format` writes it, with UTC on hover. */
export function timeCell(ms: number, format: (ms: number) => string) {
  const utc = formatUtc(ms);
  return (
    <time dateTime={`${utc.slice(0, 10)}T${utc.slice(11, 19)}Z`} title={utc}>
      {format(ms)}
    </time>
  );
}

/** The row's own link, by its id, and a button that copies it. */
export function idCell(id: string, to: string) {
  return (
    <>
      <a className="id mono" href={to}>
        <Said text={shortId(id)} />
      </a>
      <CopyButton text={id} />
    </>
  );
}

export const groupedPrice = (price: string): string =>
  price.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));

/** Where a row stands: the way to decide about it when the outcome of its call is unknown, else why it stands there. */
export function statusCell(look: StatusLook, reason: string | null, unknownKey: string | null) {
  return (
    <>
      <StatusBadge look={look} />
      {unknownKey !== null ? (
        <a className="btn btn-s" href={unknownPath(unknownKey)}>
          Decide
        </a>
      ) : (
        reason && (
          <span className="why" title={plainSaid(reason)}>
            <Said text={reason} />
          </span>
        )
      )}
    </>
  );
}
