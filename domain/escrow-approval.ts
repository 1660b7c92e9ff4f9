import type { DecidedStatus } from "./decided-status";
import type { EscrowDecision } from "./decision-record";
import { checkSums, escrowMoney, type EscrowSums } from "./escrow-sums";
import { isStale, STALE_AFTER_MS } from "./freshness";
import { formatMicro, type MicroUsdc } from "./money";
import { escrowLook, type EscrowStatus, type Role } from "./statuses";

/** Why an escrow is not decided now, the most telling first. */
export const denialCodes = [
  "ended",
  "decided",
  "unknown",
  "status",
  "role",
  "paused",
  "changed",
  "sums",
  "stale",
  "drift",
] as const;
export type DenialCode = (typeof denialCodes)[number];

export interface Denial {
  code: DenialCode;
  /** The HTTP status of a form that is sent all the same. */
  status: 403 | 409 | 423;
  /** Three sentences, each whole: what is the matter, what it means for the money, what to do next. */
  what: string;
  money: string;
  next: string;
}

/** Which reasons close which decision. Rejecting brings money back: neither drift nor pause nor sums nor age stop it. */
export const closes: Record<EscrowDecision, readonly DenialCode[]> = {
  release: denialCodes,
  cancel: ["ended", "decided", "unknown", "status", "role", "changed"],
};

/** One of these is said alone: while it holds, no other reason is worth acting on. */
const ALONE: readonly DenialCode[] = ["ended", "decided", "unknown", "status", "role"];

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

/** What the policy looks at of an escrow's row. */
export interface EscrowToDecide extends EscrowSums {
  ref: string;
  status: EscrowStatus;
  counterparty: string;
  description: string;
  /** ms */
  expiresAt: number | null;
  settledAt: number | null;
  settledBy: string | null;
  version: number;
  /** When what is shown was last read from Purple Flea, ms; null when it never was. */
  sourceSyncedAt: number | null;
}

/** How things stand around it. Times in ms. */
export interface ApprovalContext {
  decision: EscrowDecision;
  now: number;
  /** The decision in force, and how far it has come. */
  decided: { decision: EscrowDecision; by: string; sentAt: number | null; status: DecidedStatus } | null;
  /** Why releases are paused; null while they are not. */
  releasesPaused: string | null;
  /** The unexplained difference of Purple Flea's balance and our books, and above which amount it closes approving. */
  drift: { differenceMicro: MicroUsdc; since: number } | null;
  driftLimitMicro: MicroUsdc;
  /** What somebody decides about; null where nothing but the row itself is looked at. */
  seen: SeenEscrow | null;
  /** How the reader is told of moments, stretches and amounts. */
  say: { time(ms: number): string; duration(ms: number): string; usdc(micro: MicroUsdc): string };
}

type Check = (escrow: EscrowToDecide, who: { role: Role }, context: ApprovalContext) => Words | null;
interface Words {
  what: string;
  money: string;
  next: string;
}
const STAYS = "The amount stays locked.";

const mayDecide: Record<Role, boolean> = { viewer: false, operator: true, admin: true };

const checks: Record<DenialCode, Check> = {
  ended({ status, settledAt, settledBy }, _who, { say }) {
    if (status !== "released" && status !== "refunded") return null;
    const when = settledAt === null ? "" : ` at ${say.time(settledAt)}`;
    return {
      what: `${escrowLook[status].label}${when} by ${settledBy ?? "Purple Flea"}.`,
      money: status === "released" ? "The payee has the money." : "The amount is back in the wallet.",
      next: "Nothing is left to decide.",
    };
  },
  decided(_escrow, _who, { decided, say }) {
    if (!decided) return null;
    const what = `${decided.by}’s ${decided.decision === "release" ? "approval" : "rejection"}`;
    if (decided.status === "parked")
      return {
        what: `${what} is on record and could not be sent.`,
        money: "Nothing moves until it is.",
        next: "Send it again from the outbox.",
      };
    return decided.sentAt === null
      ? {
          what: `${what} waits to be sent.`,
          money: "Nothing moves until it is.",
          next: "It is sent by itself; a second decision is not taken.",
        }
      : {
          what: `${what} was sent at ${say.time(decided.sentAt)}.`,
          money: "It counts as moved when Purple Flea agrees.",
          next: "Follow the receipt; a second decision is not taken.",
        };
  },
  unknown: ({ status }) =>
    status === "unknown"
      ? {
          what: "We do not know its state.",
          money: "The amount may be locked, paid or back.",
          next: "Find out under Unknown outcomes; it cannot be decided here.",
        }
      : null,
  status({ status }) {
    if (status === "pending") return null;
    const { label, meaning } = escrowLook[status];
    return {
      what: `It is ${label.toLowerCase()}.`,
      money: `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`,
      next: "Only a pending escrow is decided.",
    };
  },
  role: (_escrow, { role }) =>
    mayDecide[role]
      ? null
      : {
          what: "Your role may look and not act.",
          money: STAYS,
          next: "Ask an operator to decide.",
        },
  changed(escrow, _who, { seen }) {
    if (!seen) return null;
    const now = seenOf(escrow);
    const differing = differences(seen, now);
    if (differing.length === 0) return null;
    return {
      what: differing.every((field) => field === "version")
        ? `${escrow.ref} is another version than the one you saw; what you decide about is the same.`
        : `${escrow.ref} changed while the review was open.`,
      money: STAYS,
      next: "Check the new values and decide again.",
    };
  },
  paused: (_escrow, _who, { releasesPaused }) =>
    releasesPaused === null
      ? null
      : {
          what: `Releases are ${releasesPaused}.`,
          money: STAYS,
          next: "Resume them under Pauses and limits.",
        },
  sums(escrow, _who, { say }) {
    const money = escrowMoney(escrow);
    if (checkSums(money) !== "wrong") return null;
    return {
      what: `Net ${say.usdc(money.net)} and fee ${say.usdc(money.fee)} do not make the amount of ${say.usdc(money.amount)}.`,
      money: "What the payee would get is not certain, so nothing is released.",
      next: "Compare it with Purple Flea’s record, then sync.",
    };
  },
  stale({ sourceSyncedAt }, _who, { now, say }) {
    if (!isStale(sourceSyncedAt, now)) return null;
    const age = sourceSyncedAt === null ? "was never read" : `is ${say.duration(now - sourceSyncedAt)} old`;
    return {
      what: `The escrow source ${age}, the limit is ${say.duration(STALE_AFTER_MS)}.`,
      money: "What you see may have changed at Purple Flea.",
      next: "Sync first.",
    };
  },
  drift({ amountMicro }, _who, { drift, driftLimitMicro, say }) {
    if (!drift || amountMicro <= driftLimitMicro) return null;
    return {
      what: `Purple Flea’s balance and our books differ by ${say.usdc(drift.differenceMicro)}, unexplained since ${say.time(drift.since)}.`,
      money: `Until that is explained or accepted, nothing over ${say.usdc(driftLimitMicro)} is approved.`,
      next: "See the rows that may explain it under Balances.",
    };
  },
};

const statusOf = (code: DenialCode): Denial["status"] =>
  code === "role" ? 403 : code === "paused" ? 423 : 409;

/**
 * Why an escrow is not decided like this now, the most telling first; none when it may be. The pages' buttons and the command
 * that they send both ask here and nowhere else.
 */
export function deny(escrow: EscrowToDecide, who: { role: Role }, context: ApprovalContext): Denial[] {
  const denials: Denial[] = [];
  for (const code of denialCodes) {
    if (!closes[context.decision].includes(code)) continue;
    const words = checks[code](escrow, who, context);
    if (!words) continue;
    denials.push({ code, status: statusOf(code), ...words });
    if (ALONE.includes(code)) break;
  }
  return denials;
}

/** What an approver looks at of an escrow as it stands. */
export const seenOf = (
  escrow: Pick<
    EscrowToDecide,
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

/** The fields in which what was seen and what is differ. */
export const differences = (seen: SeenEscrow, now: SeenEscrow): (keyof SeenEscrow)[] =>
  (Object.keys(now) as (keyof SeenEscrow)[]).filter((field) => seen[field] !== now[field]); // its own keys
