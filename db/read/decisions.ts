import { eq } from "drizzle-orm";
import type { Reader } from "../connection";
import { approvals, commands, inbox, operators, pauses } from "../schema";

export type Decision = typeof approvals.$inferSelect & { operatorName: string | null };

/** The operator's decision about an escrow, if there is one. */
export function getDecision(read: Reader, escrowRef: string): Decision | null {
  const row = read
    .select({ approval: approvals, operatorName: operators.name })
    .from(approvals)
    .leftJoin(operators, eq(operators.id, approvals.operatorId))
    .where(eq(approvals.escrowRef, escrowRef))
    .get();
  return row ? { ...row.approval, operatorName: row.operatorName } : null;
}

/** Whether an event's id is a command's. */
export function isCommand(read: Reader, id: string | undefined): boolean {
  return (
    id !== undefined &&
    read.select({ id: commands.id }).from(commands).where(eq(commands.id, id)).get() !== undefined
  );
}

/** Why a kind of action is paused, or null when it is not. */
export function pauseReason(
  read: Reader,
  kind: "trade" | "escrow-release" | "escrow-create" | "bet" | "claim",
): string | null {
  const row = read.select().from(pauses).where(eq(pauses.kind, kind)).get();
  return row?.paused ? `paused by an operator${row.reason ? `: ${row.reason}` : ""}` : null;
}

/** A stored webhook. */
export function getWebhook(read: Reader, id: string): typeof inbox.$inferSelect | null {
  return read.select().from(inbox).where(eq(inbox.id, id)).get() ?? null;
}
