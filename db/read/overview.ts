import { asc, desc, inArray, sql, type InferSelectModel } from "drizzle-orm";
import { sources, type Source } from "../../domain/statuses";
import type { Reader } from "../connection";
import { escrows, runs, sync, timeline } from "../schema";
import { listLooseEnds } from "./loose-ends";

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

export interface Attention {
  key: string;
  to: string;
  title: string;
  detail: string;
  /** When its consequence comes, or since when it has been waiting, ms. */
  at: number;
  unknown: boolean;
}
const SOON_MS = 24 * 3_600_000;

/** What needs a person, soonest consequence first. */
export function listAttention(db: Reader, now: number): Attention[] {
  const due = db
    .select()
    .from(escrows)
    .where(sql`${escrows.status} = 'pending' and ${escrows.expiresAt} <= ${now + SOON_MS}`)
    .orderBy(asc(escrows.expiresAt))
    .limit(20)
    .all();
  const loose = listLooseEnds(db, now);
  const listed = new Set(loose.map((item) => item.key));
  const odd = db
    .select()
    .from(escrows)
    .where(inArray(escrows.status, ["unknown", "disputed"]))
    .limit(20)
    .all()
    // One that may not exist at all is listed as the unknown call that it is, or was left by somebody.
    .filter((row) => row.remoteId !== null && !listed.has(`orphan ${row.ref}`));
  const claimed = db
    .select()
    .from(escrows)
    .where(
      sql`${escrows.status} = 'pending' and ${escrows.claimedConfirmationAt} is not null and ${escrows.confirmedAt} is null`,
    )
    .limit(20)
    .all();
  const failed = db
    .select({
      id: runs.id,
      functionId: runs.functionId,
      error: runs.error,
      at: runs.endedAt,
      startedAt: runs.startedAt,
    })
    .from(runs)
    .where(sql`${runs.status} = 'failed' and ${runs.startedAt} > ${now - 7 * SOON_MS}`)
    .orderBy(desc(runs.startedAt))
    .limit(20)
    .all();
  const items: Attention[] = [
    ...due.map((row) => ({
      key: `due ${row.ref}`,
      to: `/escrows/${row.ref}?review=1`,
      title: `${row.ref} is cancelled and refunded soon`,
      detail: "It is refunded to the wallet at its deadline unless somebody approves.",
      at: row.expiresAt ?? now,
      unknown: false,
    })),
    ...odd.map((row) => ({
      key: `odd ${row.ref}`,
      to: `/escrows/${row.ref}`,
      title: row.status === "disputed" ? `${row.ref} is disputed` : `${row.ref} is not known`,
      detail: row.reason ?? "The money stays locked until it is resolved at Purple Flea.",
      at: row.updatedAt,
      unknown: row.status === "unknown",
    })),
    ...claimed.map((row) => ({
      key: `claim ${row.ref}`,
      to: `/escrows/${row.ref}?review=1`,
      title: `Confirmation of ${row.ref} claimed, not proven`,
      detail: `Claimed by ${row.claimedConfirmationBy ?? "somebody"}. It releases nothing by itself.`,
      at: row.claimedConfirmationAt ?? now,
      unknown: false,
    })),
    ...loose,
    ...failed.map((row) => ({
      key: `run ${row.id}`,
      to: `/runs/${row.id}`,
      title: `${row.functionId} failed`,
      detail: row.error ?? "out of attempts",
      at: row.at ?? row.startedAt,
      unknown: false,
    })),
  ];
  return items.sort((a, b) => a.at - b.at);
}

/** What happened last, to anything. */
export function listActivity(db: Reader, limit: number): InferSelectModel<typeof timeline>[] {
  return db.select().from(timeline).orderBy(desc(timeline.at), desc(timeline.id)).limit(limit).all();
}
