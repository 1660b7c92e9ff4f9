import type { Decided } from "../../db/read/escrow-decisions";
import type { EscrowRow } from "../../db/read/escrows";
import { isStale, STALE_AFTER_MS } from "../../domain/freshness";
import { formatMicro } from "../../domain/money";
import { escrowLook, escrowStatuses, type Role } from "../../domain/statuses";
import { shorten } from "./money";
import { formatDuration, formatTime } from "./time";

/** Why an action is closed, in words; null where it is open. */
export interface Gate {
  approve: string | null;
  reject: string | null;
  /** True when only the age of the source closes approving: a sync opens it again. */
  stale: boolean;
}

/**
 * What may be done about an escrow now. `releasesPaused` says why none may be approved, if so. The command checks the same
 * again when it is sent.
 */
export function escrowGate(
  escrow: Pick<EscrowRow, "status" | "settledAt" | "settledBy"> & { sourceSyncedAt: number | null },
  decided: Decided | null,
  operator: { role: Role; timeZone: string },
  releasesPaused: string | null,
  now: number,
): Gate {
  const time = (ms: number) => formatTime(ms, operator.timeZone, now);
  const both = (reason: string): Gate => ({ approve: reason, reject: reason, stale: false });
  if (escrow.status === "released" || escrow.status === "refunded") {
    const when = escrow.settledAt === null ? "" : ` at ${time(escrow.settledAt)}`;
    return both(`${escrowLook[escrow.status].label}${when} by ${escrow.settledBy ?? "Purple Flea"}.`);
  }
  if (decided) {
    const what = `${decided.by}’s ${decided.decision === "release" ? "approval" : "rejection"}`;
    if (decided.status === "parked")
      return both(`${what} is on record and could not be sent. Send it again from the outbox.`);
    return both(
      decided.sentAt === null ? `${what} waits to be sent.` : `${what} was sent at ${time(decided.sentAt)}.`,
    );
  }
  if (escrow.status === "unknown") return both("We do not know its state, so it cannot be decided here.");
  if (escrow.status !== "pending") return both(`It is ${escrowLook[escrow.status].label.toLowerCase()}.`);
  if (operator.role === "viewer") return both("Your role may look and not act.");
  if (releasesPaused)
    return { approve: `Releases are ${releasesPaused}. Rejecting goes on.`, reject: null, stale: false };
  if (!isStale(escrow.sourceSyncedAt, now)) return { approve: null, reject: null, stale: false };
  const age =
    escrow.sourceSyncedAt === null
      ? "was never read"
      : `is ${formatDuration(now - escrow.sourceSyncedAt)} old`;
  return {
    approve: `The escrow source ${age}, the limit is ${formatDuration(STALE_AFTER_MS)}. What you see may have changed. Sync first.`,
    reject: null,
    stale: true,
  };
}

/** What a review showed, as its form carries it back. */
export interface SeenEscrow {
  /** A decimal string of USDC. */
  amount: string;
  payee: string;
  description: string;
  status: string;
  /** ms, or empty when there is none. */
  deadline: string;
  version: string;
}
/** The same of an escrow as it stands. */
export const seenOf = (
  escrow: Pick<
    EscrowRow,
    "amountMicro" | "counterparty" | "description" | "status" | "expiresAt" | "version"
  >,
): SeenEscrow => ({
  amount: formatMicro(escrow.amountMicro),
  payee: escrow.counterparty,
  description: escrow.description,
  status: escrow.status,
  deadline: String(escrow.expiresAt ?? ""),
  version: String(escrow.version),
});

export interface Change {
  field: string;
  was: string;
  now: string;
}

/** What differs between what was seen and what is, for people; nothing when they agree. What is the same is named too. */
export function changesSince(seen: SeenEscrow, now: SeenEscrow, zone: string, nowMs: number): Change[] {
  if ((Object.keys(seen) as (keyof SeenEscrow)[]).every((field) => seen[field] === now[field])) return []; // its own keys
  const amount = (text: string) => `${shorten(text)} USDC`;
  const deadline = (text: string) =>
    /^\d{1,15}$/.test(text) ? formatTime(Number(text), zone, nowMs) : "none";
  const status = (text: string) => {
    const known = escrowStatuses.find((one) => one === text);
    return known ? escrowLook[known].label : text;
  };
  return [
    { field: "Amount", was: amount(seen.amount), now: amount(now.amount) },
    { field: "Payee", was: seen.payee, now: now.payee },
    { field: "For", was: seen.description, now: now.description },
    { field: "Status", was: status(seen.status), now: status(now.status) },
    { field: "Deadline", was: deadline(seen.deadline), now: deadline(now.deadline) },
    { field: "Version", was: seen.version, now: now.version },
  ];
}
