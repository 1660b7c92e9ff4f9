import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { pauseKinds, type PauseKind } from "../../domain/pauses";
import { given, prepared, type AnyHandle, type Reader } from "../connection";
import { alerts, decisionsInForce, escrows, operators, pauses } from "../schema";
import type { EscrowRow } from "./escrows";
import type { Alert } from "./trades";

export interface Pause {
  kind: PauseKind;
  reason: string | null;
  operatorName: string | null;
  at: number;
}

const pauseOf = prepared((db) =>
  db
    .select()
    .from(pauses)
    .where(eq(pauses.kind, given("kind")))
    .prepare(),
);

/**
 * Why a kind of action is paused, or null when it is not. Takes the writer too, so that a function can ask inside the
 * transaction that writes an intent.
 */
export function pauseReason(db: AnyHandle, kind: PauseKind): string | null {
  const row = pauseOf(db).get({ kind });
  return row?.paused ? `paused by an operator${row.reason ? `: ${row.reason}` : ""}` : null;
}

/** What is paused now, by whom, since when and why. */
export function listPauses(db: Reader): Pause[] {
  const rows = db
    .select({ pause: pauses, operatorName: operators.name })
    .from(pauses)
    .leftJoin(operators, eq(operators.id, pauses.operatorId))
    .where(eq(pauses.paused, true))
    .all();
  return pauseKinds.flatMap((kind) => {
    const row = rows.find(({ pause }) => pause.kind === kind);
    return row ? [{ kind, reason: row.pause.reason, operatorName: row.operatorName, at: row.pause.at }] : [];
  });
}

/** What came while its kind was paused and waits for the pause to be lifted. */
export interface Held {
  alerts: Alert[];
  /** Asked for and not locked. */
  creates: EscrowRow[];
  /** Approved or confirmed, and still locked. Listed while releases are paused. */
  releases: EscrowRow[];
}

/** How many of a kind are listed at most. */
export const HELD_LIMIT = 200;

export function listHeld(db: Reader): Held {
  const releasing = pauseReason(db, "escrow-release") !== null;
  return {
    alerts: db
      .select()
      .from(alerts)
      .where(eq(alerts.outcome, "held"))
      .orderBy(asc(alerts.receivedAt), asc(alerts.id))
      .limit(HELD_LIMIT)
      .all(),
    creates: db
      .select()
      .from(escrows)
      .where(eq(escrows.status, "held"))
      .orderBy(asc(escrows.createdAt), asc(escrows.ref))
      .limit(HELD_LIMIT)
      .all(),
    releases: releasing
      ? db
          .select({ escrow: escrows })
          .from(escrows)
          .leftJoin(decisionsInForce, eq(decisionsInForce.escrowRef, escrows.ref))
          .where(
            and(
              inArray(escrows.status, ["pending"]),
              sql`(${decisionsInForce.decision} = 'release' or (${decisionsInForce.decision} is null and ${escrows.confirmedAt} is not null))`,
            ),
          )
          .orderBy(asc(escrows.createdAt), asc(escrows.ref))
          .limit(HELD_LIMIT)
          .all()
          .map((row) => row.escrow)
      : [],
  };
}

/** How many things wait for a pause to end. */
export function countHeld(db: Reader): number {
  const { alerts: held, creates, releases } = listHeld(db);
  return held.length + creates.length + releases.length;
}
