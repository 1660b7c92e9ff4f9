import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  inArray,
  isNotNull,
  isNull,
  type InferSelectModel,
  type SQL,
} from "drizzle-orm";
import { isAboutEvent, sendFailures, type SendFailure } from "../../domain/sending";
import type { CommandState } from "../../domain/command-states";
import type { Reader } from "../connection";
import { commandOutcomes, commands, operators, outbox } from "../schema";
import { countRows, listByKeyset, type Count, type Page, type PageRequest } from "./keyset";

/** What was sent itself is left out: a list needs none of it, and one that cannot be read would take the list with it. */
export type OutboxItem = Omit<InferSelectModel<typeof outbox>, "data">;

/** An event in the outbox, with what asked for it when that was an operator. */
export interface OutboxRow extends OutboxItem {
  commandKind: string | null;
  subjectType: string | null;
  subjectRef: string | null;
  operatorName: string | null;
  state: CommandState;
  /** The functions' answer in words, when there is one. */
  answer: string | null;
}

const unsent = isNull(outbox.sentAt);
const waiting = [unsent, isNull(outbox.parkedAt)];
const parked = [unsent, isNotNull(outbox.parkedAt)];

/** What waits to be sent and is tried by itself, the oldest first. */
export function listUnsent(db: Reader, limit = 200): OutboxRow[] {
  return listWhere(db, waiting, limit);
}

/** What was given up until an operator sends it again, the oldest first. */
export function listParked(db: Reader, limit = 200): OutboxRow[] {
  return listWhere(db, parked, limit);
}

function listWhere(db: Reader, where: SQL[], limit: number): OutboxRow[] {
  return rowsOf(db)
    .where(and(...where))
    .orderBy(asc(outbox.createdAt), asc(outbox.id))
    .limit(limit)
    .all()
    .map(withState);
}

/** How many events wait to be sent. */
export const countUnsent = (db: Reader): Count => countRows(db, outbox, waiting);

/** How many events were given up. */
export const countParked = (db: Reader): Count => countRows(db, outbox, parked);

/** Why nothing leaves just now, when that is the engine's doing: it holds for what was not tried since as well. */
export function getSendTrouble(db: Reader): SendTrouble | null {
  const ofEngine = sendFailures.filter((failure) => !isAboutEvent(failure));
  const row = db
    .select({ failure: outbox.failure, said: outbox.lastError })
    .from(outbox)
    .where(and(...waiting, inArray(outbox.failure, ofEngine)))
    .orderBy(desc(outbox.nextAttemptAt))
    .limit(1)
    .get();
  return row?.failure ? { failure: row.failure, said: row.said } : null;
}

/** Why one that waits or is parked has not been sent; null when it was not tried and nothing stands in its way. */
export const troubleOf = (
  db: Reader,
  row: Pick<OutboxItem, "failure" | "lastError" | "parkedAt">,
): SendTrouble | null => (row.failure ? { failure: row.failure, said: row.lastError } : getSendTrouble(db));

/** A failed send: why, and what the engine said to it. */
export interface SendTrouble {
  failure: SendFailure;
  said: string | null;
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

/** One row by its number; null when there is none. */
export function getSending(db: Reader, rowId: number): OutboxRow | null {
  const row = rowsOf(db).where(eq(outbox.rowId, rowId)).get();
  return row ? withState(row) : null;
}

const { data: _data, ...columns } = getTableColumns(outbox);
/** Everything but what was sent. */
export const sendingColumns = columns;

function rowsOf(db: Reader) {
  return db
    .select({
      item: sendingColumns,
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
  return { ...item, ...rest, state: answered ?? sendingState(item) };
}

/** How far an event has come by itself, before any function answered. */
export function sendingState(item: { sentAt: number | null; parkedAt: number | null } | null): SendingState {
  if (item === null) return "queued";
  return item.sentAt !== null ? "sent" : item.parkedAt !== null ? "parked" : "queued";
}
export type SendingState = Extract<CommandState, "queued" | "parked" | "sent">;
