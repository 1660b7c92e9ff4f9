import { and, asc, eq, gte, lt, or } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Reader } from "../connection";
import type { Place } from "./place";
import { alerts, bets, commands, escrows, inbox, runs, trades } from "../schema";

/** Something that was found, in words, with where it is shown. */
export interface Found {
  kind: "escrow" | "trade" | "run" | "alert" | "bet" | "command" | "webhook";
  id: string;
  /** What else it is known by. */
  note: string | null;
  place: Place;
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
  const found: Found[] = [
    ...db
      .select({ id: escrows.ref, note: escrows.remoteId })
      .from(escrows)
      .where(or(begins(escrows.ref, text), begins(escrows.remoteId, text)))
      .orderBy(asc(escrows.ref))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "escrow" as const, ...row, place: { page: "escrow" as const, ref: row.id } })),
    ...db
      .select({ id: trades.ref, note: trades.remoteId })
      .from(trades)
      .where(or(begins(trades.ref, text), begins(trades.remoteId, text), eq(trades.alertId, text)))
      .orderBy(asc(trades.ref))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "trade" as const, ...row, place: { page: "trade" as const, ref: row.id } })),
    ...db
      .select({ id: runs.id, note: runs.functionId })
      .from(runs)
      .where(or(begins(runs.id, text), eq(runs.eventId, text)))
      .orderBy(asc(runs.id))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "run" as const, ...row, place: { page: "run" as const, ref: row.id } })),
    ...db
      .select({ id: bets.ref, note: bets.remoteId })
      .from(bets)
      .where(or(begins(bets.ref, text), begins(bets.remoteId, text)))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "bet" as const, ...row, place: { page: "bet" as const, ref: row.id } })),
    ...db
      .select({ id: alerts.id, note: alerts.asset, tradeRef: alerts.tradeRef })
      .from(alerts)
      .where(begins(alerts.id, text))
      .limit(LIMIT)
      .all()
      .map(({ tradeRef, ...row }) => ({
        kind: "alert" as const,
        ...row,
        place: tradeRef ? { page: "trade" as const, ref: tradeRef } : { page: "alert" as const, ref: row.id },
      })),
    ...db
      .select({ id: commands.id, note: commands.kind })
      .from(commands)
      .where(begins(commands.id, text))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "command" as const, ...row, place: { page: "command" as const, ref: row.id } })),
    ...db
      .select({ id: inbox.id, note: inbox.type })
      .from(inbox)
      .where(begins(inbox.id, text))
      .limit(LIMIT)
      .all()
      .map((row) => ({ kind: "webhook" as const, ...row, place: { page: "webhook" as const, ref: row.id } })),
  ];
  const whole = (one: Found) => one.id === text || one.note === text;
  return [...found.filter(whole), ...found.filter((one) => !whole(one))];
}
