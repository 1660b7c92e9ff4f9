import { and, asc, eq, getViewSelectedFields } from "drizzle-orm";
import { given, prepared, type AnyHandle, type Reader } from "../connection";
import { commands, decisions, decisionsInForce, operators } from "../schema";

/** A row of the decision record with the name of the operator who wrote it; null for a rule. */
export type DecisionRow = typeof decisions.$inferSelect & { operatorName: string | null };

/** The last word about an escrow. It may be acted on from `effectiveAt` (ms) on, not before. */
export type Decision = typeof decisionsInForce.$inferSelect & {
  operatorName: string | null;
  /** Who decided; a rule's id where `actorKind` says that it was one. */
  operatorId: string;
};

const inForce = prepared((db) =>
  db
    .select({ word: getViewSelectedFields(decisionsInForce), operatorName: operators.name })
    .from(decisionsInForce)
    .leftJoin(operators, eq(operators.id, decisionsInForce.actorId))
    .where(eq(decisionsInForce.escrowRef, given("escrowRef")))
    .prepare(),
);

/**
 * The decision about an escrow that is in force: its last word. Null while there is none, while it wants another signature,
 * and once it was withdrawn or undone.
 */
export function getDecision(read: AnyHandle, escrowRef: string): Decision | null {
  const row = inForce(read).get({ escrowRef });
  return row ? { ...row.word, operatorName: row.operatorName, operatorId: row.word.actorId } : null;
}

const history = prepared((db) =>
  db
    .select({ row: decisions, operatorName: operators.name })
    .from(decisions)
    .leftJoin(operators, eq(operators.id, decisions.actorId))
    .where(eq(decisions.escrowRef, given("escrowRef")))
    .orderBy(asc(decisions.id))
    .prepare(),
);

/** Everything that was decided about an escrow, oldest first. */
export const listDecisions = (read: AnyHandle, escrowRef: string): DecisionRow[] =>
  history(read)
    .all({ escrowRef })
    .map(({ row, operatorName }) => ({ ...row, operatorName }));

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
