import type { Reader } from "../../db/connection";
import { countEscrows } from "../../db/read/escrows";
import { countParked, countUnsent } from "../../db/read/outbox";
import { listAttention } from "../../db/read/overview";
import { countRunViews } from "../../db/read/runs";
import { unchanged } from "../../db/read/unchanged";
import type { NavCounts } from "./navigation";
import { countText } from "./page-request";

/** The numbers beside the navigation's entries. What needs somebody depends on the time as well; to the second is near enough for a number in the navigation. */
export const countForNav = (read: Reader, now: number): NavCounts =>
  unchanged(read, `navigation ${Math.floor(now / 1_000)}`, () => readCounts(read, now));

function readCounts(read: Reader, now: number): NavCounts {
  const attention = listAttention(read, now).length;
  const pending = countEscrows(read).pending;
  const failed = countRunViews(read).failed;
  const [unsent, parked] = [countUnsent(read), countParked(read)];
  return {
    ...(attention > 0 && { "/": { text: String(attention), of: "need attention", alert: false } }),
    ...(pending.n > 0 && { "/escrows": { text: countText(pending), of: "pending", alert: false } }),
    ...(failed.n > 0 && { "/runs": { text: countText(failed), of: "failed", alert: true } }),
    // What waits leaves by itself; what was given up needs somebody, and is counted apart.
    ...(unsent.n > 0 && { "/outbox": { text: countText(unsent), of: "waiting to be sent", alert: false } }),
    ...(parked.n > 0 && { "/outbox": { text: countText(parked), of: "not sent", alert: true } }),
  };
}
