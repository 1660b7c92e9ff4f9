import {
  deny,
  differences,
  type ApprovalContext,
  type Denial,
  type EscrowToDecide,
  type SeenEscrow,
} from "../../domain/escrow-approval";
import { escrowLook, escrowStatuses, type Role } from "../../domain/statuses";
import { shorten, usdcText } from "./money";
import { formatDuration, formatTime } from "./time";

/** How things stand around an escrow and for who looks at it: all that the policy asks for and its row does not tell. */
export interface Standing extends Pick<
  ApprovalContext,
  "decided" | "releasesPaused" | "drift" | "driftLimitMicro"
> {
  role: Role;
}

/** Why each of the two is closed; no reason where it is open. */
export interface Closed {
  approve: Denial[];
  reject: Denial[];
}

/** Asks the policy about both decisions, in the words and the zone of who looks. `now` in ms. */
export function whatIsClosed(
  escrow: EscrowToDecide,
  standing: Standing,
  zone: string,
  now: number,
  seen: SeenEscrow | null = null,
): Closed {
  const { role, ...around } = standing;
  const say = {
    time: (ms: number) => formatTime(ms, zone, now),
    duration: formatDuration,
    usdc: usdcText,
  };
  const ask = (decision: ApprovalContext["decision"]) =>
    deny(escrow, { role }, { ...around, decision, now, seen, say });
  return { approve: ask("release"), reject: ask("cancel") };
}

export interface Change {
  field: string;
  was: string;
  now: string;
}

/** What differs between what was seen and what is, for people; nothing when they agree. What is the same is named too. */
export function changesSince(seen: SeenEscrow, now: SeenEscrow, zone: string, nowMs: number): Change[] {
  if (differences(seen, now).length === 0) return [];
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
