import type { MirrorWriter } from "../../db/connection";
import type { Decider, Intent } from "../../db/mirror/intents";
import { tell } from "../../db/mirror/timeline";
import { subjectOf } from "./what-became";

export const SETTLE_UNKNOWN = "settle-unknown";

/** What became of an operator's decision. */
export interface Settled {
  state: "confirmed" | "failed" | "unknown";
  message: string;
  /** What goes on now: an escrow without a run, or another look-up. */
  next?: "resume-escrow" | "ask";
}
export const failed = (message: string): Settled => ({ state: "failed", message });

export interface Operator {
  kind: "operator";
  id: string;
}

/** Puts a decision into the story of what it is about. */
export function tellDecision(
  tx: MirrorWriter,
  intent: Intent,
  title: string,
  decider: Decider,
  actor: Operator,
  runId: string,
  now: number,
): void {
  tell(tx, {
    subject: subjectOf(intent),
    kind: "decided",
    nth: decider.commandId,
    at: now,
    title: `${title}, by ${decider.by}`,
    detail: decider.reason ?? undefined,
    actor,
    runId,
  });
}
