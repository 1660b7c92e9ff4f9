import { and, asc, eq } from "drizzle-orm";
import { given, prepared, type AnyHandle, type Reader } from "../connection";
import { approvals, commands, inbox, operators } from "../schema";

export type Decision = typeof approvals.$inferSelect & { operatorName: string | null };

const decided = prepared((db) =>
  db
    .select({ approval: approvals, operatorName: operators.name })
    .from(approvals)
    .leftJoin(operators, eq(operators.id, approvals.operatorId))
    .where(eq(approvals.escrowRef, given("escrowRef")))
    .prepare(),
);

/** The operator's decision about an escrow, if there is one. */
export function getDecision(read: AnyHandle, escrowRef: string): Decision | null {
  const row = decided(read).get({ escrowRef });
  return row ? { ...row.approval, operatorName: row.operatorName } : null;
}

const known = prepared((db) =>
  db
    .select({ id: commands.id })
    .from(commands)
    .where(eq(commands.id, given("id")))
    .prepare(),
);

/** Whether an event's id is a command's. */
export function isCommand(read: Reader, id: string | undefined): boolean {
  return id !== undefined && known(read).get({ id }) !== undefined;
}

const recorded = prepared((db) =>
  db
    .select({ command: commands, operatorName: operators.name })
    .from(commands)
    .leftJoin(operators, eq(operators.id, commands.operatorId))
    .where(eq(commands.id, given("id")))
    .prepare(),
);

/** A command as it was recorded: what an event that claims to be one is checked against. */
export function getCommand(
  read: Reader,
  id: string | undefined,
): (typeof commands.$inferSelect & { operatorName: string | null }) | null {
  if (id === undefined) return null;
  const row = recorded(read).get({ id });
  return row ? { ...row.command, operatorName: row.operatorName } : null;
}

const asked = prepared((db) =>
  db
    .select({ id: commands.id })
    .from(commands)
    .where(
      and(
        eq(commands.subjectType, "escrow"),
        eq(commands.subjectRef, given("ref")),
        eq(commands.kind, "create-escrow"),
      ),
    )
    .orderBy(asc(commands.createdAt))
    .limit(1)
    .prepare(),
);

/** The command that asked for an escrow; null when none did. */
export const commandForEscrow = (read: Reader, ref: string): string | null =>
  asked(read).get({ ref })?.id ?? null;

const deciding = prepared((db) =>
  db
    .select({ id: commands.id })
    .from(commands)
    .where(and(eq(commands.subjectType, "intent"), eq(commands.subjectRef, given("key"))))
    .prepare(),
);

/** The commands with which people decided about an unknown call. */
export const decisionsAbout = (read: AnyHandle, intentKey: string): string[] =>
  deciding(read)
    .all({ key: intentKey })
    .map(({ id }) => id);

const stored = prepared((db) =>
  db
    .select()
    .from(inbox)
    .where(eq(inbox.id, given("id")))
    .prepare(),
);

/** A stored webhook. */
export const getWebhook = (read: Reader, id: string): typeof inbox.$inferSelect | null =>
  stored(read).get({ id }) ?? null;
