import { and, asc, gt, inArray, isNull, lt, eq } from "drizzle-orm";
import { actionWords, openEscrowStatuses } from "../../domain/statuses";
import type { Reader } from "../connection";
import { confirmations, escrows, runs } from "../schema";
import { listUnknown } from "./unknown";

export interface LooseEnd {
  key: string;
  to: string;
  title: string;
  detail: string;
  at: number;
  unknown: boolean;
}
const WEEK_MS = 7 * 86_400_000;
/** A run that ended a moment ago is about to be followed by another. */
const ORPHANED_MS = 10 * 60_000;

/** Unknown outcomes nobody has decided about, confirmations that name no escrow here, and escrows whose run is gone. */
export function listLooseEnds(db: Reader, now: number): LooseEnd[] {
  const undecided = listUnknown(db)
    .filter(
      (call) =>
        call.decision !== "left" && call.action !== "escrow-release" && call.action !== "escrow-cancel",
    )
    .slice(0, 20);
  const strays = db
    .select()
    .from(confirmations)
    .where(and(isNull(confirmations.escrowRef), gt(confirmations.receivedAt, now - WEEK_MS)))
    .orderBy(asc(confirmations.receivedAt))
    .limit(20)
    .all();
  const orphans = db
    .select({ ref: escrows.ref, endedAt: runs.endedAt, amountMicro: escrows.amountMicro })
    .from(escrows)
    .innerJoin(runs, eq(runs.id, escrows.runId))
    .where(and(inArray(escrows.status, [...openEscrowStatuses]), lt(runs.endedAt, now - ORPHANED_MS)))
    .limit(20)
    .all();
  const undecidedRefs = new Set(undecided.map((call) => call.subjectRef));
  return [
    ...undecided.map((call) => ({
      key: `lost ${call.key}`,
      to: `/unknown/${encodeURIComponent(call.key)}`,
      title: `${actionWords[call.action]} ${call.subjectRef} has an unknown outcome`,
      detail: `${call.detail ?? "No answer came"}. It is not sent again${call.lock === "order" ? ", and no other order is sent meanwhile" : ""}.`,
      at: call.updatedAt,
      unknown: true,
    })),
    ...strays.map((stray) => ({
      key: `stray ${stray.id}`,
      to: stray.runId ? `/runs/${stray.runId}` : "/escrows",
      title: `A confirmation names ${stray.sentRef}, which is no escrow here`,
      detail: `Sent by ${stray.confirmedBy}. It releases nothing; it is kept for an escrow of that reference.`,
      at: stray.receivedAt,
      unknown: false,
    })),
    ...orphans
      .filter((orphan) => !undecidedRefs.has(orphan.ref))
      .map((orphan) => ({
        key: `orphan ${orphan.ref}`,
        to: `/escrows/${encodeURIComponent(orphan.ref)}`,
        title: `No run looks after ${orphan.ref}`,
        detail:
          "Its run ended before the escrow did. Another one is started with a sync; until then nothing acts on it.",
        at: orphan.endedAt ?? now,
        unknown: false,
      })),
  ];
}
