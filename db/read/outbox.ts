import { and, asc, eq, isNotNull, isNull, type InferSelectModel } from "drizzle-orm";
import type { CommandState } from "../../domain/statuses";
import type { Reader } from "../connection";
import { commandOutcomes, commands, operators, outbox } from "../schema";
import { countRows, listByKeyset, type Count, type Page, type PageRequest } from "./keyset";

export type OutboxItem = InferSelectModel<typeof outbox>;

/** An event on its way, with what asked for it when that was an operator. */
export interface OutboxRow extends OutboxItem {
  commandKind: string | null;
  subjectType: string | null;
  subjectRef: string | null;
  operatorName: string | null;
  state: CommandState;
  /** The functions' answer in words, when there is one. */
  answer: string | null;
}

/** What the outbox page shows: everything that waits, and one page of what has left. */
export function listUnsent(db: Reader, limit = 200): OutboxRow[] {
  return rowsOf(db)
    .where(isNull(outbox.sentAt))
    .orderBy(asc(outbox.createdAt), asc(outbox.id))
    .limit(limit)
    .all()
    .map(withState);
}

/** How many events wait to be sent. */
export function countUnsent(db: Reader): Count {
  return countRows(db, outbox, [isNull(outbox.sentAt)]);
}

/** One page of what has left, newest first. */
export function listSent(db: Reader, page: PageRequest, size: number): Page<OutboxRow> {
  return listByKeyset({
    sort: outbox.createdAt,
    id: outbox.id,
    direction: "desc",
    where: [isNotNull(outbox.sentAt)],
    page,
    size,
    fetch: (where, orderBy, limit) =>
      rowsOf(db)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all()
        .map(withState),
    keyOf: (row) => ({ value: row.createdAt, id: row.id }),
  });
}

/** Where a command stands; null when there is none under that id. */
export function getOutboxRow(db: Reader, commandId: string): OutboxRow | null {
  const row = rowsOf(db)
    .where(and(eq(outbox.id, commandId)))
    .get();
  return row ? withState(row) : null;
}

function rowsOf(db: Reader) {
  return db
    .select({
      item: outbox,
      commandKind: commands.kind,
      subjectType: commands.subjectType,
      subjectRef: commands.subjectRef,
      operatorName: operators.name,
      answered: commandOutcomes.state,
      answer: commandOutcomes.message,
    })
    .from(outbox)
    .leftJoin(commands, eq(commands.id, outbox.id))
    .leftJoin(operators, eq(operators.id, commands.operatorId))
    .leftJoin(commandOutcomes, eq(commandOutcomes.commandId, outbox.id))
    .$dynamic();
}

function withState(row: {
  item: OutboxItem;
  commandKind: string | null;
  subjectType: string | null;
  subjectRef: string | null;
  operatorName: string | null;
  answered: CommandState | null;
  answer: string | null;
}): OutboxRow {
  const { item, answered, ...rest } = row;
  return { ...item, ...rest, state: answered ?? (item.sentAt === null ? "queued" : "sent") };
}
