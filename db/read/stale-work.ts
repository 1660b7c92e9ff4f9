import { and, asc, gt, inArray, isNull, lt, eq } from "drizzle-orm";
import { openEscrowStatuses } from "../../domain/statuses";
import type { Reader } from "../connection";
import { confirmations, escrows, runs, trades } from "../schema";
import type { Attention } from "./attention";
import { listUnknown } from "./unknown";

const WEEK_MS = 7 * 86_400_000;
/** A run that ended a moment ago is about to be followed by another. */
const ORPHANED_MS = 10 * 60_000;
const LIMIT = 20;

/** Unknown outcomes nobody has decided about, confirmations that name no escrow here, and escrows whose run is gone. */
export function listStaleWork(db: Reader, now: number): Attention[] {
  const undecided = listUnknown(db)
    .filter(
      (call) =>
        call.decision !== "left" && call.action !== "escrow-release" && call.action !== "escrow-cancel",
    )
    .slice(0, LIMIT);
  const sides = new Map(
    db
      .select({ ref: trades.ref, side: trades.side })
      .from(trades)
      .where(
        inArray(
          trades.ref,
          undecided.map((call) => call.subjectRef),
        ),
      )
      .all()
      .map((row) => [row.ref, row.side]),
  );
  const strays = db
    .select()
    .from(confirmations)
    .where(and(isNull(confirmations.escrowRef), gt(confirmations.receivedAt, now - WEEK_MS)))
    .orderBy(asc(confirmations.receivedAt))
    .limit(LIMIT)
    .all();
  const orphans = db
    .select({ ref: escrows.ref, endedAt: runs.endedAt, amountMicro: escrows.amountMicro })
    .from(escrows)
    .innerJoin(runs, eq(runs.id, escrows.runId))
    .where(and(inArray(escrows.status, [...openEscrowStatuses]), lt(runs.endedAt, now - ORPHANED_MS)))
    .limit(LIMIT)
    .all();
  const undecidedRefs = new Set(undecided.map((call) => call.subjectRef));
  return [
    ...undecided.map((call) => ({
      key: `lost ${call.key}`,
      kind: "unknown-call" as const,
      ref: call.subjectRef,
      to: { page: "unknown" as const, ref: call.key },
      amountMicro: call.amountMicro,
      dueAt: null,
      since: call.createdAt,
      said:
        call.action === "order"
          ? `${sides.get(call.subjectRef) ?? "order"} on ${call.asset ?? "a market"}`
          : call.action,
      ...(call.action === "order" && { lostOn: call.asset }),
    })),
    ...strays.map((stray) => ({
      key: `stray ${stray.id}`,
      kind: "stray" as const,
      ref: stray.sentRef,
      to: stray.runId ? { page: "run" as const, ref: stray.runId } : { page: "escrows" as const },
      amountMicro: null,
      dueAt: null,
      since: stray.receivedAt,
      said: stray.confirmedBy,
    })),
    ...orphans
      .filter((orphan) => !undecidedRefs.has(orphan.ref))
      .map((orphan) => ({
        key: `orphan ${orphan.ref}`,
        kind: "orphan" as const,
        ref: orphan.ref,
        to: { page: "escrow" as const, ref: orphan.ref },
        amountMicro: orphan.amountMicro,
        dueAt: null,
        since: orphan.endedAt ?? now,
        said: null,
      })),
  ];
}
