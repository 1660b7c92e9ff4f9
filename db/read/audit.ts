import type { AnswerState } from "../../domain/command-states";
import { and, eq, gte, lt, type InferSelectModel, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Reader } from "../connection";
import { audit, commandOutcomes, operators } from "../schema";
import { countRows, listByKeyset, listDistinct, type Count, type Page, type PageRequest } from "./keyset";

export type AuditEntry = InferSelectModel<typeof audit>;

/** An entry with the name of who did it, and what the functions answered when it was a command. */
export interface AuditRow extends AuditEntry {
  /** The operator's name; null for actors that are no operator. */
  actorName: string | null;
  /** The e-mail of the operator it is about; null when it is about something else. */
  subjectEmail: string | null;
  answerState: AnswerState | null;
  answer: string | null;
}

/** The operator an entry is about, beside the one who did it. */
const about = alias(operators, "about");

export interface AuditFilter {
  actorId?: string;
  action?: string;
  subjectType?: string;
  subjectRef?: string;
  fromMs?: number;
  untilMs?: number;
}

/** One page of the audit log by time. */
export function listAudit(
  db: Reader,
  filter: AuditFilter,
  direction: "asc" | "desc",
  page: PageRequest,
  size: number,
): Page<AuditRow> {
  return listByKeyset<AuditRow>({
    sort: audit.at,
    id: audit.id,
    direction,
    where: conditions(filter),
    page,
    size,
    fetch: (where, orderBy, limit) =>
      db
        .select({
          entry: audit,
          actorName: operators.name,
          subjectEmail: about.email,
          answerState: commandOutcomes.state,
          answer: commandOutcomes.message,
        })
        .from(audit)
        .leftJoin(operators, and(eq(operators.id, audit.actorId), eq(audit.actorKind, "operator")))
        .leftJoin(about, and(eq(about.id, audit.subjectRef), eq(audit.subjectType, "operator")))
        .leftJoin(commandOutcomes, eq(commandOutcomes.commandId, audit.commandId))
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all()
        .map(({ entry, ...rest }) => ({ ...entry, ...rest })),
    keyOf: (row) => ({ value: row.at, id: row.id }),
  });
}

/** How many entries the filter leaves. */
export function countAudit(db: Reader, filter: AuditFilter, exact = false): Count {
  return countRows(db, audit, conditions(filter), { exact });
}

/** Who and what the filters can be set to. */
export function listAuditFacets(db: Reader): { actions: string[]; actors: { id: string; name: string }[] } {
  const names = new Map(
    db
      .select({ id: operators.id, name: operators.name })
      .from(operators)
      .all()
      .map((row) => [row.id, row.name]),
  );
  return {
    actions: listDistinct(db, audit, audit.action),
    actors: listDistinct(db, audit, audit.actorId).map((id) => ({ id, name: names.get(id) ?? id })),
  };
}

function conditions(filter: AuditFilter): (SQL | undefined)[] {
  return [
    filter.actorId === undefined ? undefined : eq(audit.actorId, filter.actorId),
    filter.action === undefined ? undefined : eq(audit.action, filter.action),
    filter.subjectType === undefined ? undefined : eq(audit.subjectType, filter.subjectType),
    filter.subjectRef === undefined ? undefined : eq(audit.subjectRef, filter.subjectRef),
    filter.fromMs === undefined ? undefined : gte(audit.at, filter.fromMs),
    filter.untilMs === undefined ? undefined : lt(audit.at, filter.untilMs),
  ];
}
