import { eq, gte, lt, type SQL } from "drizzle-orm";
import type { AlertOutcome } from "../../domain/statuses";
import type { Reader } from "../connection";
import { alerts } from "../schema";
import { countRows, listByKeyset, type Count, type Page, type PageRequest } from "./keyset";
import type { Alert } from "./trades";

export interface AlertFilter {
  outcomes?: readonly AlertOutcome[];
  asset?: string;
  direction?: "long" | "short";
  fromMs?: number;
  untilMs?: number;
}

/** One page of price alerts by arrival. */
export function listAlerts(
  db: Reader,
  filter: AlertFilter,
  direction: "asc" | "desc",
  page: PageRequest,
  size: number,
): Page<Alert> {
  return listByKeyset({
    sort: alerts.receivedAt,
    id: alerts.id,
    direction,
    where: conditions(filter),
    oneOf: outcomeBranches(filter),
    page,
    size,
    fetch: (where, orderBy, limit) =>
      db
        .select()
        .from(alerts)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all(),
    keyOf: (row) => ({ value: row.receivedAt, id: row.id }),
  });
}

/** How many alerts the filter leaves. */
export function countAlerts(db: Reader, filter: AlertFilter, exact = false): Count {
  return countRows(db, alerts, conditions(filter), { oneOf: outcomeBranches(filter), exact });
}

/** One alert; null when none came under that id (yet). */
export function getAlert(db: Reader, id: string): Alert | null {
  return db.select().from(alerts).where(eq(alerts.id, id)).get() ?? null;
}

function conditions(filter: AlertFilter): (SQL | undefined)[] {
  return [
    filter.asset === undefined ? undefined : eq(alerts.asset, filter.asset),
    filter.direction === undefined ? undefined : eq(alerts.direction, filter.direction),
    filter.fromMs === undefined ? undefined : gte(alerts.receivedAt, filter.fromMs),
    filter.untilMs === undefined ? undefined : lt(alerts.receivedAt, filter.untilMs),
  ];
}

function outcomeBranches(filter: AlertFilter): SQL[] | undefined {
  return filter.outcomes?.map((outcome) => eq(alerts.outcome, outcome));
}
