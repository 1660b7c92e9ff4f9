import type { Reader } from "../../db/connection";
import type { EscrowRow } from "../../db/mirror/escrows";
import { getDecision } from "../../db/read/decisions";

/**
 * What is on record about an escrow's end, in a word that is another one when that changes; null while nothing is. An
 * operator's decision comes before a proven confirmation.
 */
export function onRecord(read: Reader, row: Pick<EscrowRow, "ref" | "confirmedAt">): string | null {
  const decision = getDecision(read, row.ref);
  if (decision) return `decided ${decision.commandId}`;
  return row.confirmedAt === null ? null : `confirmed ${row.confirmedAt}`;
}

/** Whether the run that looks after an escrow has read what is on record. Nothing on record is nothing to hear. */
export function isHeard(read: Reader, row: Pick<EscrowRow, "ref" | "confirmedAt" | "heard">): boolean {
  const record = onRecord(read, row);
  return record === null || record === row.heard;
}
