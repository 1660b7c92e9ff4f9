import type { EscrowRow } from "../../../db/read/escrows";
import { usdcText } from "../../lib/money";
import { formatDuration } from "../../lib/time";
import { useNow } from "./moment";

const HOUR_MS = 3_600_000;

/** What will happen to an escrow by itself, when, and how much moves. */
export function Consequence({
  escrow,
}: {
  escrow: Pick<
    EscrowRow,
    "status" | "amountMicro" | "expiresAt" | "reason" | "settledBy" | "claimedConfirmationAt" | "confirmedAt"
  >;
}) {
  const { now } = useNow();
  if (escrow.status === "pending" && escrow.expiresAt !== null) {
    const left = escrow.expiresAt - now;
    return (
      <span
        className={left < HOUR_MS ? "text-danger" : ""}
        style={left < HOUR_MS ? { fontWeight: 610 } : undefined}
      >
        {left <= 0
          ? "Its time is over; it is being cancelled"
          : `Cancels and refunds ${usdcText(escrow.amountMicro)} in ${formatDuration(left)} unless confirmed`}
        {escrow.claimedConfirmationAt !== null && escrow.confirmedAt === null && (
          <span className="block text-caution">Confirmation claimed, not proven</span>
        )}
        {escrow.reason && <span className="block text-text-muted">{escrow.reason}</span>}
      </span>
    );
  }
  if (escrow.status === "unknown" || escrow.status === "refused")
    return <span>{escrow.reason ?? "We do not know"}</span>;
  if (escrow.status === "disputed") return <span>Locked until it is resolved at Purple Flea</span>;
  if (escrow.status === "released" || escrow.status === "refunded")
    return (
      <span className="text-text-muted">
        Over, {escrow.settledBy ? `decided by ${escrow.settledBy}` : "recorded"}
      </span>
    );
  return <span className="text-text-muted">Waiting for Purple Flea</span>;
}
