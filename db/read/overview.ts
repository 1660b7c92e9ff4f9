import { asc, desc, eq, inArray, sql, type InferSelectModel } from "drizzle-orm";
import { sources, type Source } from "../../domain/statuses";
import type { Reader } from "../connection";
import { bets, claims, decisionsInForce, escrows, runs, sync, timeline, trades } from "../schema";
import type { Attention } from "./attention";
import { listStaleWork } from "./stale-work";
import { newestFirst, toldColumns } from "./timeline";
import { listUnheard } from "./unheard";

/** How old a source's last good read is, and why the last one failed. */
export function readFreshness(
  db: Reader,
): { source: Source; syncedAt: number | null; error: string | null }[] {
  const rows = new Map(
    db
      .select()
      .from(sync)
      .all()
      .map((row) => [row.source, row]),
  );
  return sources.map((source) => ({
    source,
    syncedAt: rows.get(source)?.syncedAt ?? null,
    error: rows.get(source)?.error ?? null,
  }));
}

const SOON_MS = 24 * 3_600_000;
const LIMIT = 20;
const NEVER = Number.MAX_SAFE_INTEGER;

/** What needs a person: the soonest consequence first, then what waits, the newest first. Each thing once. */
export function listAttention(db: Reader, now: number): Attention[] {
  const pending = sql`${escrows.status} = 'pending'`;
  const due = db
    .select({ row: escrows, decided: decisionsInForce.decision })
    .from(escrows)
    .leftJoin(decisionsInForce, eq(decisionsInForce.escrowRef, escrows.ref))
    .where(sql`${pending} and ${escrows.expiresAt} <= ${now + SOON_MS}`)
    .orderBy(asc(escrows.expiresAt))
    .limit(LIMIT)
    .all();
  const loose = listStaleWork(db, now);
  const listed = new Set(loose.map((item) => item.key));
  const odd = db
    .select()
    .from(escrows)
    .where(inArray(escrows.status, ["unknown", "disputed"]))
    .limit(LIMIT)
    .all()
    // One that may not exist at all is listed as the unknown call that it is, or was left by somebody.
    .filter((row) => row.remoteId !== null && !listed.has(`orphan ${row.ref}`));
  const putOff = db
    .select()
    .from(escrows)
    .where(sql`${pending} and ${escrows.retryAt} is not null`)
    .orderBy(asc(escrows.retryAt))
    .limit(LIMIT)
    .all();
  // Who has decided has seen the claim.
  const claimed = db
    .select({ row: escrows })
    .from(escrows)
    .leftJoin(decisionsInForce, eq(decisionsInForce.escrowRef, escrows.ref))
    .where(
      sql`${pending} and ${escrows.expiresAt} > ${now + SOON_MS} and ${escrows.claimedConfirmationAt} is not null and ${escrows.confirmedAt} is null and ${decisionsInForce.id} is null`,
    )
    .limit(LIMIT)
    .all();
  const failed = db
    .select({
      id: runs.id,
      functionId: runs.functionId,
      error: runs.error,
      endedAt: runs.endedAt,
      startedAt: runs.startedAt,
      subjectRef: runs.subjectRef,
      amountMicro: escrows.amountMicro,
    })
    .from(runs)
    .leftJoin(escrows, sql`${runs.subjectType} = 'escrow' and ${escrows.ref} = ${runs.subjectRef}`)
    // Of a run about an escrow that is over by now nobody has to do anything.
    .where(
      sql`${runs.status} = 'failed' and ${runs.startedAt} > ${now - 7 * SOON_MS} and ${escrows.settledAt} is null`,
    )
    .orderBy(desc(runs.startedAt))
    .limit(LIMIT)
    .all();
  const ofEscrow = (row: InferSelectModel<typeof escrows>) => ({
    ref: row.ref,
    to: { page: "escrow" as const, ref: row.ref },
    amountMicro: row.amountMicro,
    dueAt: null,
  });
  const items: Attention[] = [
    ...due.map(({ row, decided }) => ({
      ...ofEscrow(row),
      key: `due ${row.ref}`,
      kind: "deadline" as const,
      to: { page: decided ? ("escrow" as const) : ("review" as const), ref: row.ref },
      decided,
      dueAt: row.expiresAt,
      since: row.createdAt,
      said: row.reason,
    })),
    ...odd.map((row) => ({
      ...ofEscrow(row),
      key: `odd ${row.ref}`,
      kind: row.status === "disputed" ? ("disputed" as const) : ("unknown-escrow" as const),
      since: row.updatedAt,
      said: row.reason,
    })),
    ...putOff.map((row) => ({
      ...ofEscrow(row),
      key: `put off ${row.ref}`,
      kind: "put-off" as const,
      dueAt: row.retryAt,
      since: row.updatedAt,
      said: row.reason,
    })),
    ...claimed.map(({ row }) => ({
      ...ofEscrow(row),
      key: `claim ${row.ref}`,
      kind: "claimed" as const,
      to: { page: "review" as const, ref: row.ref },
      since: row.claimedConfirmationAt ?? row.updatedAt,
      said: row.claimedConfirmationBy,
    })),
    ...loose,
    ...listUnheard(db, now),
    ...failed.map((row) => ({
      key: `run ${row.id}`,
      kind: "failed-run" as const,
      ref: row.functionId,
      about: row.subjectRef,
      to: { page: "run" as const, ref: row.id },
      amountMicro: row.amountMicro,
      dueAt: null,
      since: row.endedAt ?? row.startedAt,
      said: row.error,
    })),
  ];
  return items.sort((a, b) => (a.dueAt ?? NEVER) - (b.dueAt ?? NEVER) || b.since - a.since);
}

/** When the next pending escrow ends by itself, ms. */
export function nextDeadline(db: Reader): number | null {
  return (
    db
      .select({ at: escrows.expiresAt })
      .from(escrows)
      .where(sql`${escrows.status} = 'pending' and ${escrows.expiresAt} is not null`)
      .orderBy(asc(escrows.expiresAt))
      .limit(1)
      .get()?.at ?? null
  );
}

export interface Activity extends InferSelectModel<typeof timeline> {
  /** What the thing is about, in a few words. */
  about: string | null;
  /** What moved or is at stake, micro-USDC; negative when it left for good. */
  amountMicro: bigint | null;
}

/** What happened last, to anything, from `fromMs` on: without our own notes and what a webhook only repeats. */
export function listActivity(db: Reader, limit: number, fromMs = 0): Activity[] {
  const entries = db
    .select(toldColumns)
    .from(timeline)
    .where(
      sql`${timeline.at} >= ${fromMs} and ${timeline.kind} not in ('intent', 'logged') and ${timeline.kind} not like 'webhook-%'`,
    )
    .orderBy(desc(timeline.at))
    .limit(limit)
    .all()
    .sort(newestFirst);
  const refs = (type: (typeof entries)[number]["subjectType"]) =>
    entries.filter((entry) => entry.subjectType === type).map((entry) => entry.subjectRef);
  const known = new Map<
    string,
    { about: string | null; amountMicro: bigint | null; netMicro?: bigint | null }
  >();
  for (const row of db
    .select()
    .from(escrows)
    .where(inArray(escrows.ref, refs("escrow")))
    .all())
    known.set(`escrow ${row.ref}`, {
      about: `to ${row.counterparty.slice(0, 6)}…${row.counterparty.slice(-4)}`,
      amountMicro: row.amountMicro,
      netMicro: row.netMicro,
    });
  for (const row of db
    .select()
    .from(trades)
    .where(inArray(trades.ref, refs("trade")))
    .all())
    known.set(`trade ${row.ref}`, {
      about: `${row.side} ${row.asset}${row.fillPrice ? ` at ${row.fillPrice}` : ""}`,
      amountMicro: row.sizeMicro,
    });
  for (const row of db
    .select()
    .from(bets)
    .where(inArray(bets.ref, refs("bet")))
    .all())
    known.set(`bet ${row.ref}`, {
      about: row.game.replace(/_/g, " "),
      amountMicro: row.payoutMicro === null ? row.stakeMicro : row.payoutMicro - row.stakeMicro,
    });
  for (const row of db
    .select()
    .from(claims)
    .where(inArray(claims.ref, refs("claim")))
    .all())
    known.set(`claim ${row.ref}`, { about: row.utcDay, amountMicro: row.amountMicro });
  return entries.map((entry) => {
    const thing = known.get(`${entry.subjectType} ${entry.subjectRef}`);
    return {
      ...entry,
      about: thing?.about ?? null,
      amountMicro: (entry.kind === "released" ? thing?.netMicro : null) ?? thing?.amountMicro ?? null,
    };
  });
}
