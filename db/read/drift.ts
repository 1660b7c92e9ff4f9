import { and, desc, eq, isNotNull, isNull, type InferSelectModel } from "drizzle-orm";
import { z } from "zod";
import type { Reader } from "../connection";
import { drifts, walletBooks } from "../schema";
import { listUnknown, type UnknownIntent } from "./unknown";

const rowsSchema = z.array(z.object({ type: z.string(), ref: z.string(), words: z.string() }));

export type DriftRow = z.output<typeof rowsSchema>[number];
/** A stretch in which Purple Flea's balance and our books differed, with the rows that may explain it. */
export type Drift = Omit<InferSelectModel<typeof drifts>, "rows"> & { rows: DriftRow[] };

const withRows = (row: InferSelectModel<typeof drifts>): Drift => ({
  ...row,
  rows: rowsSchema.parse(row.rows),
});

/** The present difference; null while the balance is what the books expect. */
export function getOpenDrift(db: Reader): Drift | null {
  const row = db.select().from(drifts).where(isNull(drifts.endedAt)).get();
  return row ? withRows(row) : null;
}

/** The present difference when no call with an unknown outcome can make it up. It closes approvals above a limit. */
export function getUnexplainedDrift(db: Reader): Drift | null {
  const row = db
    .select()
    .from(drifts)
    .where(and(isNull(drifts.endedAt), eq(drifts.explained, false)))
    .get();
  return row ? withRows(row) : null;
}

/** Differences that have ended, the newest first. */
export function listEndedDrifts(db: Reader, limit: number): Drift[] {
  return db
    .select()
    .from(drifts)
    .where(isNotNull(drifts.endedAt))
    .orderBy(desc(drifts.endedAt))
    .limit(limit)
    .all()
    .map(withRows);
}

/** What our own books say the wallet holds; null before the first balance was read. micro-USDC, ms. */
export function getWalletBooks(
  db: Reader,
): { expectedMicro: bigint; openedAt: number; openingMicro: bigint; agreedAt: number } | null {
  const row = db.select().from(walletBooks).where(eq(walletBooks.id, "wallet")).get();
  if (!row) return null;
  const { openedAt, openingMicro, agreedAt } = row;
  return { expectedMicro: openingMicro + row.movedMicro, openedAt, openingMicro, agreedAt };
}

/** What stands in the way and must not be out of sight: the present difference, and unknown calls that somebody left. */
export function readStanding(db: Reader): { drift: Drift | null; left: UnknownIntent[] } {
  return { drift: getOpenDrift(db), left: listUnknown(db).filter((call) => call.decision === "left") };
}
