import { and, asc, eq, gte, lt, or } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Reader } from "../connection";
import { alerts, bets, commands, escrows, inbox, runs, trades } from "../schema";

/** Something that was found, in words, with the page that shows it. */
export interface Found {
  kind: "escrow" | "trade" | "run" | "alert" | "bet" | "command" | "webhook";
  id: string;
  /** What else it is known by. */
  note: string | null;
  path: string;
}

const LIMIT = 10;

/** Ids that begin with the text: a range, so that the column's index answers it. */
const begins = (column: SQLiteColumn, text: string) =>
  and(gte(column, text), lt(column, `${text}\u{10FFFF}`));

/**
 * What an id, whole or its beginning, leads to: our references, Purple Flea's ids, runs, alerts, bets, commands and webhooks.
 * Whole ids come first.
 */
export function findById(db: Reader, text: string): Found[] {
  const page = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;
  const found: Found[] = [
    ...db
      .select({ id: escrows.ref, note: escrows.remoteId })
      .from(escrows)
      .where(or(begins(escrows.ref, text), begins(escrows.remoteId, text)))
      .orderBy(asc(escrows.ref))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "escrow" as const, ...row, path: page("/escrows", row.id) })),
    ...db
      .select({ id: trades.ref, note: trades.remoteId })
      .from(trades)
      .where(or(begins(trades.ref, text), begins(trades.remoteId, text), eq(trades.alertId, text)))
      .orderBy(asc(trades.ref))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "trade" as const, ...row, path: page("/trades", row.id) })),
    ...db
      .select({ id: runs.id, note: runs.functionId })
      .from(runs)
      .where(or(begins(runs.id, text), eq(runs.eventId, text)))
      .orderBy(asc(runs.id))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "run" as const, ...row, path: page("/runs", row.id) })),
    ...db
      .select({ id: bets.ref, note: bets.remoteId, runId: bets.runId })
      .from(bets)
      .where(or(begins(bets.ref, text), begins(bets.remoteId, text)))
      .limit(LIMIT)
      .all()
      .map(({ runId, ...row }) => ({
        kind: "bet" as const,
        ...row,
        path: runId ? page("/runs", runId) : "/bets",
      })),
    ...db
      .select({ id: alerts.id, note: alerts.asset, tradeRef: alerts.tradeRef })
      .from(alerts)
      .where(begins(alerts.id, text))
      .limit(LIMIT)
      .all()
      .map(({ tradeRef, ...row }) => ({
        kind: "alert" as const,
        ...row,
        path: tradeRef ? page("/trades", tradeRef) : "/alerts",
      })),
    ...db
      .select({ id: commands.id, note: commands.kind })
      .from(commands)
      .where(begins(commands.id, text))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "command" as const, ...row, path: page("/sent", row.id) })),
    ...db
      .select({ id: inbox.id, note: inbox.type })
      .from(inbox)
      .where(begins(inbox.id, text))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "webhook" as const, ...row, path: "/webhooks" })),
  ];
  const whole = (one: Found) => one.id === text || one.note === text;
  return [...found.filter(whole), ...found.filter((one) => !whole(one))];
}
