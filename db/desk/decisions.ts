import { desc, eq } from "drizzle-orm";
import {
  standsAfter,
  type EscrowDecision,
  type DeciderKind,
  type DecisionKind,
} from "../../domain/decision-record";
import type { DeskWriter } from "../connection";
import { decisions } from "../schema";

export interface DecisionEntry {
  escrowRef: string;
  kind: DecisionKind;
  /** Of an entry that takes a decision back: what is taken back. */
  decision: EscrowDecision;
  actor: { kind: DeciderKind; id: string };
  commandId: string;
  reason: string | null;
  seenVersion: number;
  /** When it may be acted on, ms; null while it wants another signature. */
  effectiveAt: number | null;
}

/** The last row about an escrow, whether a decision stands after it or not. */
const lastRow = (tx: DeskWriter, escrowRef: string): typeof decisions.$inferSelect | undefined =>
  tx
    .select()
    .from(decisions)
    .where(eq(decisions.escrowRef, escrowRef))
    .orderBy(desc(decisions.id))
    .limit(1)
    .get();

/**
 * Appends to the decision record; no row is ever changed. In the transaction of the command that it is, which has asked the
 * policy before: what does not follow from the last row is a bug.
 * @throws Error for a signature where another decision stands, or the same has its signatures; for anything else where none stands
 */
export function appendDecision(tx: DeskWriter, entry: DecisionEntry, now: number): void {
  const last = lastRow(tx, entry.escrowRef);
  const standing = last && standsAfter[last.kind] ? last : null;
  if (entry.kind === "signed") {
    const wantsMore = standing?.effectiveAt === null && standing.decision === entry.decision;
    if (standing && !wantsMore) throw new Error(`about ${entry.escrowRef} a ${standing.decision} stands`);
  } else if (!standing)
    throw new Error(`nothing about ${entry.escrowRef} stands that could be ${entry.kind}`);
  const { actor, ...row } = entry;
  tx.insert(decisions)
    .values({ ...row, actorKind: actor.kind, actorId: actor.id, at: now })
    .run();
}
