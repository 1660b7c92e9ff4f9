import { desc, eq, sql } from "drizzle-orm";
import type { MicroUsdc } from "../../domain/money";
import type { BalanceKind, Source } from "../../domain/statuses";
import type { Writer } from "../connection";
import { balances, bets, claims, domains, escrows, sync, trades } from "../schema";

/** Reads come every five minutes: after a quarter of an hour without one, nobody knows what was in between. */
const BLIND_MS = 15 * 60_000;

/** Keeps a balance: a new row when it differs from the last one or was not read for a while, else the last one goes on. */
export function recordBalance(
  tx: Writer,
  kind: BalanceKind,
  amountMicro: MicroUsdc,
  fromApi: boolean,
  at: number,
): void {
  const last = tx
    .select()
    .from(balances)
    .where(eq(balances.kind, kind))
    .orderBy(desc(balances.at))
    .limit(1)
    .get();
  if (last && last.seenUntil > at) return;
  if (last && last.amountMicro === amountMicro && at - last.seenUntil < BLIND_MS) {
    tx.update(balances).set({ seenUntil: at }).where(eq(balances.id, last.id)).run();
    return;
  }
  tx.insert(balances)
    .values({ id: `${kind}:${at}`, kind, amountMicro, fromApi, at, seenUntil: at })
    .onConflictDoUpdate({ target: balances.id, set: { amountMicro } })
    .run();
}

/** The newest wallet balance the mirror knows. */
export function walletBalance(tx: Writer): MicroUsdc | undefined {
  return tx
    .select()
    .from(balances)
    .where(eq(balances.kind, "wallet"))
    .orderBy(desc(balances.at))
    .limit(1)
    .get()?.amountMicro;
}

/** Writes what our own books add up to, beside the wallet that Purple Flea names. */
export function recordOwnBooks(tx: Writer, at: number): void {
  const sum = (query: { sum: bigint } | undefined) => query?.sum ?? 0n;
  const locked = tx
    .select({ sum: sql<bigint>`coalesce(sum(${escrows.amountMicro}), 0)` })
    .from(escrows)
    .where(sql`${escrows.status} in ('pending', 'releasing', 'cancelling', 'disputed')`)
    .get();
  const positions = tx
    .select({ sum: sql<bigint>`coalesce(sum(${trades.sizeMicro}), 0)` })
    .from(trades)
    .where(sql`${trades.status} in ('open', 'filled')`)
    .get();
  const earned = tx
    .select({ sum: sql<bigint>`coalesce(sum(${escrows.referralMicro}), 0)` })
    .from(escrows)
    .where(sql`${escrows.status} = 'released'`)
    .get();
  const claimed = tx
    .select({ sum: sql<bigint>`coalesce(sum(${claims.amountMicro}), 0)` })
    .from(claims)
    .where(sql`${claims.status} = 'claimed'`)
    .get();
  const won = tx
    .select({ sum: sql<bigint>`coalesce(sum(${bets.payoutMicro} - ${bets.stakeMicro}), 0)` })
    .from(bets)
    .where(sql`${bets.status} = 'won'`)
    .get();
  const lost = tx
    .select({ sum: sql<bigint>`coalesce(sum(${bets.stakeMicro}), 0)` })
    .from(bets)
    .where(sql`${bets.status} = 'lost'`)
    .get();
  recordBalance(tx, "locked", sum(locked), false, at);
  recordBalance(tx, "positions", sum(positions), false, at);
  recordBalance(tx, "earned", sum(earned), false, at);
  recordBalance(tx, "claimed", sum(claimed), false, at);
  recordBalance(tx, "won", sum(won), false, at);
  recordBalance(tx, "lost", sum(lost), false, at);
}

/** How a read of a source went. A failed read leaves the last good moment as it is. */
export function recordSync(tx: Writer, source: Source, at: number, error?: string): void {
  tx.insert(sync)
    .values({ source, syncedAt: error ? null : at, attemptedAt: at, error: error ?? null })
    .onConflictDoUpdate({
      target: sync.source,
      set: { attemptedAt: at, error: error ?? null, ...(!error && { syncedAt: at }) },
    })
    .run();
}

export function recordDomains(
  tx: Writer,
  list: { domain: string; status: string; registeredAt: number | null; expiresAt: number | null }[],
  at: number,
): void {
  for (const one of list) {
    const row = { ...one, observedAt: at };
    tx.insert(domains).values(row).onConflictDoUpdate({ target: domains.domain, set: row }).run();
  }
}
