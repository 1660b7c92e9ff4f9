import { count, inArray, sql } from "drizzle-orm";
import { isPracticeAccount } from "../../domain/practice-accounts";
import { inTransaction, type DeskWriter } from "../connection";
import { readIdentity } from "../identity";
import { bets, claims, escrows, identity, operators, sessions, trades } from "../schema";
import { recordAudit } from "./audit";
import type { By } from "./operators";

export interface MarkedLive {
  /** E-mails of the practice accounts that were taken out, and how many sessions they had. */
  removed: string[];
  sessions: number;
  /** Operators who are left. */
  operators: number;
  /** Rows that are real money's history from now on. */
  rows: Record<"trades" | "escrows" | "bets" | "claims", number>;
}

/**
 * Makes a live file of one that practice visited: takes out the practice accounts and their sessions, and marks it live. What
 * happened in it stays.
 * @param agent whose books these are
 */
export function markLive(db: DeskWriter, agent: string, by: By): MarkedLive {
  return inTransaction(db, (tx) => {
    const before = readIdentity(tx);
    const everybody = tx.select({ id: operators.id, email: operators.email }).from(operators).all();
    const out = everybody.filter(({ email }) => isPracticeAccount(email));
    const ids = out.map(({ id }) => id);
    const ended = tx.delete(sessions).where(inArray(sessions.operatorId, ids)).run().changes;
    tx.delete(operators).where(inArray(operators.id, ids)).run();
    const is = { mode: "live", dialect: before?.dialect ?? "gateway", agent } as const;
    tx.insert(identity)
      .values({ ...is, markedAt: by.now })
      .onConflictDoUpdate({ target: identity.one, set: { ...is, markedAt: by.now } })
      .run();
    const removed = out.map(({ email }) => email);
    recordAudit(
      tx,
      {
        actor: by.actor,
        action: "mark-live",
        before: { ...before, practice_accounts: removed },
        after: { ...is, practice_accounts: [] },
        result: "accepted",
      },
      by.now,
    );
    const rows = (table: typeof trades | typeof escrows | typeof bets | typeof claims) =>
      Number(
        tx
          .select({ n: count(sql`1`) })
          .from(table)
          .get()?.n ?? 0,
      );
    return {
      removed,
      sessions: ended,
      operators: everybody.length - out.length,
      rows: { trades: rows(trades), escrows: rows(escrows), bets: rows(bets), claims: rows(claims) },
    };
  });
}
