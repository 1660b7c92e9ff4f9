import { desc, eq, sql, type SQL, type SQLWrapper } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { MicroUsdc } from "../../domain/money";
import type { BalanceKind, Source } from "../../domain/statuses";
import { given, prepared, type MirrorWriter } from "../connection";
import { balances, bets, claims, domains, escrows, sync, trades } from "../schema";

/** Reads come every five minutes: after a quarter of an hour without one, nobody knows what was in between. */
const BLIND_MS = 15 * 60_000;

const latest = prepared((db) =>
  db
    .select()
    .from(balances)
    .where(eq(balances.kind, given("kind")))
    .orderBy(desc(balances.at))
    .limit(1)
    .prepare(),
);
const goesOn = prepared((db) =>
  db
    .update(balances)
    .set({ seenUntil: given("at") })
    .where(eq(balances.id, given("id")))
    .prepare(),
);
const added = prepared((db) =>
  db
    .insert(balances)
    .values({
      id: given("id"),
      kind: given("kind"),
      amountMicro: given("amountMicro"),
      fromApi: given("fromApi"),
      at: given("at"),
      seenUntil: given("at"),
    })
    .onConflictDoUpdate({ target: balances.id, set: { amountMicro: sql`excluded.amount_micro` } })
    .prepare(),
);

/** Keeps a balance: a new row when it differs from the last one or was not read for a while, else the last one goes on. */
export function recordBalance(
  tx: MirrorWriter,
  kind: BalanceKind,
  amountMicro: MicroUsdc,
  fromApi: boolean,
  at: number,
): void {
  const last = latest(tx).get({ kind });
  if (last && last.seenUntil > at) return;
  if (last && last.amountMicro === amountMicro && at - last.seenUntil < BLIND_MS)
    goesOn(tx).run({ id: last.id, at });
  else added(tx).run({ id: `${kind}:${at}`, kind, amountMicro, fromApi: fromApi ? 1 : 0, at });
}

/** The newest wallet balance the mirror knows. */
export const walletBalance = (tx: MirrorWriter): MicroUsdc | undefined =>
  latest(tx).get({ kind: "wallet" })?.amountMicro;

/** What each kind of row adds up to, micro-USDC. */
const sums = prepared((db) => {
  const sum = (table: SQLiteTable, amount: SQLWrapper, where: SQL) =>
    sql<bigint>`(select coalesce(sum(${amount}), 0) from ${table} where ${where})`;
  return db
    .select({
      locked: sum(
        escrows,
        escrows.amountMicro,
        sql`${escrows.status} in ('pending', 'releasing', 'cancelling', 'disputed')`,
      ),
      positions: sum(trades, trades.sizeMicro, sql`${trades.status} in ('open', 'filled')`),
      earned: sum(escrows, escrows.referralMicro, sql`${escrows.status} = 'released'`),
      claimed: sum(claims, claims.amountMicro, sql`${claims.status} = 'claimed'`),
      won: sum(bets, sql`${bets.payoutMicro} - ${bets.stakeMicro}`, sql`${bets.status} = 'won'`),
      lost: sum(bets, bets.stakeMicro, sql`${bets.status} = 'lost'`),
    })
    .from(sql`(select 1)`)
    .prepare();
});

/** Writes what our own books add up to, beside the wallet that Purple Flea names. */
export function recordOwnBooks(tx: MirrorWriter, at: number): void {
  const own = sums(tx).get();
  if (!own) return;
  recordBalance(tx, "locked", own.locked, false, at);
  recordBalance(tx, "positions", own.positions, false, at);
  recordBalance(tx, "earned", own.earned, false, at);
  recordBalance(tx, "claimed", own.claimed, false, at);
  recordBalance(tx, "won", own.won, false, at);
  recordBalance(tx, "lost", own.lost, false, at);
}

const read = prepared((db) =>
  db
    .insert(sync)
    .values({
      source: given("source"),
      syncedAt: given("syncedAt"),
      attemptedAt: given("at"),
      error: given("error"),
    })
    .onConflictDoUpdate({
      target: sync.source,
      set: {
        attemptedAt: sql`excluded.attempted_at`,
        error: sql`excluded.error`,
        syncedAt: sql`coalesce(excluded.synced_at, ${sync.syncedAt})`,
      },
    })
    .prepare(),
);

/** How a read of a source went. A failed read leaves the last good moment as it is. */
export function recordSync(tx: MirrorWriter, source: Source, at: number, error?: string): void {
  read(tx).run({ source, at, syncedAt: error ? null : at, error: error ?? null });
}

const domainRead = prepared((db) =>
  db
    .insert(domains)
    .values({
      domain: given("domain"),
      status: given("status"),
      registeredAt: given("registeredAt"),
      expiresAt: given("expiresAt"),
      observedAt: given("at"),
    })
    .onConflictDoUpdate({
      target: domains.domain,
      set: {
        status: sql`excluded.status`,
        registeredAt: sql`excluded.registered_at`,
        expiresAt: sql`excluded.expires_at`,
        observedAt: sql`excluded.observed_at`,
      },
    })
    .prepare(),
);

export function recordDomains(
  tx: MirrorWriter,
  list: { domain: string; status: string; registeredAt: number | null; expiresAt: number | null }[],
  at: number,
): void {
  for (const one of list) domainRead(tx).run({ ...one, at });
}
