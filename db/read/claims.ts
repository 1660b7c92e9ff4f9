import { and, desc, eq, isNotNull, type InferSelectModel } from "drizzle-orm";
import { utcDay } from "../../domain/ids";
import type { Reader } from "../connection";
import { claims } from "../schema";
import { listByKeyset, type Page, type PageRequest } from "./keyset";

export type Claim = InferSelectModel<typeof claims>;

/** Faucet claims by when they were asked for. */
export function listClaims(db: Reader, page: PageRequest, size: number): Page<Claim> {
  return listByKeyset({
    sort: claims.createdAt,
    id: claims.ref,
    direction: "desc",
    where: [],
    page,
    size,
    fetch: (where, orderBy, limit) =>
      db
        .select()
        .from(claims)
        .where(where)
        .orderBy(...orderBy)
        .limit(limit)
        .all(),
    keyOf: (row) => ({ value: row.createdAt, id: row.ref }),
  });
}

/** What the faucet page says about today. */
export interface FaucetDay {
  utcDay: string;
  /** Today's claim of this agent, whatever became of it. */
  today: Claim | null;
  /** When Purple Flea said the next claim may be made, ms; from the newest claim that was told so. */
  nextEligibleAt: number | null;
}

/** Where the agent stands with the faucet on the UTC day of `nowMs`. */
export function getFaucetDay(db: Reader, agentId: string, nowMs: number): FaucetDay {
  const day = utcDay(nowMs);
  const today = db
    .select()
    .from(claims)
    .where(eq(claims.ref, `${agentId}:${day}`))
    .get();
  const told = db
    .select({ at: claims.nextEligibleAt })
    .from(claims)
    .where(and(eq(claims.agentId, agentId), isNotNull(claims.nextEligibleAt)))
    .orderBy(desc(claims.createdAt), desc(claims.ref))
    .limit(1)
    .get();
  return { utcDay: day, today: today ?? null, nextEligibleAt: told?.at ?? null };
}
