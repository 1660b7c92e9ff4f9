import { and, desc, eq, sql } from "drizzle-orm";
import { intentKeys } from "../../domain/keys";
import type { MicroUsdc } from "../../domain/money";
import { given, prepared, type MirrorWriter } from "../connection";
import { bets, claims } from "../schema";
import { betMoves, bookMoves, claimMoves, placedAt } from "./books";
import { aboutRun } from "./runs";

export type BetRow = typeof bets.$inferSelect;
export type ClaimRow = typeof claims.$inferSelect;

type NewBet = Pick<
  BetRow,
  | "ref"
  | "requestKey"
  | "agentId"
  | "game"
  | "params"
  | "stakeMicro"
  | "clientSeed"
  | "serverSeedHash"
  | "nonce"
  | "runId"
>;

export function beginBet(tx: MirrorWriter, bet: NewBet, now: number): void {
  tx.insert(bets)
    .values({ ...bet, status: "placing", createdAt: now, observedAt: now, updatedAt: now })
    .onConflictDoUpdate({
      target: bets.ref,
      set: { status: "placing", reason: null, runId: bet.runId, updatedAt: now },
    })
    .run();
  aboutRun(tx, bet.runId, "bet", bet.ref);
}
/** A bet that was not placed, with the reason. */
export function skipBet(tx: MirrorWriter, bet: NewBet, reason: string, now: number): void {
  tx.insert(bets)
    .values({
      ...bet,
      status: "skipped",
      reason,
      createdAt: now,
      observedAt: now,
      updatedAt: now,
      settledAt: now,
    })
    .onConflictDoNothing()
    .run();
  // An earlier try may have begun it and come to nothing.
  changeBet(tx, bet.ref, { status: "skipped", reason, settledAt: now }, now);
  aboutRun(tx, bet.runId, "bet", bet.ref);
}
/** Changes a bet. One that was won or lost stays so. */
export function changeBet(
  tx: MirrorWriter,
  ref: string,
  change: Partial<Omit<BetRow, "ref">>,
  now: number,
): void {
  const row = getBet(tx, ref);
  const over = row?.status === "won" || row?.status === "lost";
  if (!row || (over && change.status !== undefined && change.status !== row.status)) return;
  // A second answer says nothing about when it was over: its money moved when that was first known.
  const set = over ? { ...change, settledAt: row.settledAt } : change;
  const next = { ...row, ...set };
  const placed = placedAt(tx, intentKeys.bet(row.requestKey), now);
  bookMoves(tx, { type: "bet", ref }, betMoves(next, placed, now), now);
  tx.update(bets)
    .set({ ...set, updatedAt: now })
    .where(eq(bets.ref, ref))
    .run();
}

const byRef = prepared((db) =>
  db
    .select()
    .from(bets)
    .where(eq(bets.ref, given("ref")))
    .prepare(),
);
const byRemoteId = prepared((db) =>
  db
    .select()
    .from(bets)
    .where(eq(bets.remoteId, given("remoteId")))
    .prepare(),
);

export const getBet = (tx: MirrorWriter, ref: string): BetRow | undefined => byRef(tx).get({ ref });
export const betByRemoteId = (tx: MirrorWriter, remoteId: string): BetRow | undefined =>
  byRemoteId(tx).get({ remoteId });

const unproven = prepared((db) =>
  db
    .select()
    .from(bets)
    .where(
      sql`${bets.remoteId} is not null and (${bets.status} = 'unknown' or (${bets.status} in ('won', 'lost') and ${bets.serverSeed} is null))`,
    )
    .orderBy(desc(bets.createdAt))
    .limit(sql.placeholder("limit"))
    .prepare(),
);

/** Bets that are known upstream and whose outcome or seed is not, the newest first: what a sync reads again. */
export const unprovenBets = (tx: MirrorWriter, limit: number): BetRow[] => unproven(tx).all({ limit });

/**
 * What bets have lost since a moment, less what they won; at least 0. Open and unknown ones count as lost, the one `exceptRef`
 * names does not. micro-USDC.
 */
export function lostSince(tx: MirrorWriter, since: number, exceptRef = ""): MicroUsdc {
  const row = tx
    .select({
      net: sql<bigint>`coalesce(sum(case when ${bets.status} in ('rejected', 'not_executed', 'skipped') then 0 else ${bets.stakeMicro} - coalesce(${bets.payoutMicro}, 0) end), 0)`,
    })
    .from(bets)
    .where(sql`${bets.createdAt} >= ${since} and ${bets.ref} != ${exceptRef}`)
    .get();
  const net = row?.net ?? 0n;
  return net > 0n ? net : 0n;
}

const claimByRef = prepared((db) =>
  db
    .select()
    .from(claims)
    .where(eq(claims.ref, given("ref")))
    .prepare(),
);

export const getClaim = (tx: MirrorWriter, ref: string): ClaimRow | undefined => claimByRef(tx).get({ ref });

/** The claim a run has begun and that has no outcome yet. */
export function claimBegunBy(tx: MirrorWriter, runId: string): ClaimRow | undefined {
  return tx
    .select()
    .from(claims)
    .where(and(eq(claims.runId, runId), eq(claims.status, "claiming")))
    .get();
}

export function beginClaim(
  tx: MirrorWriter,
  claim: Pick<ClaimRow, "ref" | "agentId" | "utcDay" | "requestedBy" | "runId">,
  now: number,
): void {
  tx.insert(claims)
    .values({ ...claim, status: "claiming", createdAt: now, updatedAt: now })
    .onConflictDoUpdate({
      target: claims.ref,
      set: { status: "claiming", reason: null, runId: claim.runId, updatedAt: now },
    })
    .run();
  aboutRun(tx, claim.runId, "claim", claim.ref);
}
/** Changes a claim. One that was made stays made: a call's vaguer answer may come after the webhook that told of it. */
export function changeClaim(
  tx: MirrorWriter,
  ref: string,
  change: Partial<Omit<ClaimRow, "ref">>,
  now: number,
): void {
  const row = getClaim(tx, ref);
  if (!row || (row.status === "claimed" && change.status !== undefined && change.status !== "claimed"))
    return;
  bookMoves(tx, { type: "claim", ref }, claimMoves({ ...row, ...change }, now), now);
  tx.update(claims)
    .set({ ...change, updatedAt: now })
    .where(eq(claims.ref, ref))
    .run();
}
