import { eq } from "drizzle-orm";
import type { MicroUsdc } from "../../domain/money";
import { betLook, claimLook, escrowLook, tradeLook, type StatusLook } from "../../domain/statuses";
import type { Reader } from "../connection";
import { bets, claims, escrows, trades } from "../schema";
import type { Run } from "./runs";

/** What a run is about, as it stands now. */
export interface RunSubject {
  type: NonNullable<Run["subjectType"]>;
  ref: string;
  look: StatusLook;
  /** Whether it has come to its end, so that nothing of it waits for a run. */
  isOver: boolean;
  amountMicro: MicroUsdc | null;
  /** When something happens to it by itself, ms. */
  deadline: number | null;
}

/** What a run is about; null when it is about nothing, or about something that is not there. */
export function getRunSubject(db: Reader, run: Pick<Run, "subjectType" | "subjectRef">): RunSubject | null {
  const { subjectType: type, subjectRef: ref } = run;
  if (type === null || ref === null) return null;
  switch (type) {
    case "escrow": {
      const row = db.select().from(escrows).where(eq(escrows.ref, ref)).get();
      return row
        ? {
            type,
            ref,
            look: escrowLook[row.status],
            isOver: row.settledAt !== null,
            amountMicro: row.amountMicro,
            deadline: row.expiresAt,
          }
        : null;
    }
    case "trade": {
      const row = db.select().from(trades).where(eq(trades.ref, ref)).get();
      return row
        ? {
            type,
            ref,
            look: tradeLook[row.status],
            isOver: row.remoteId !== null,
            amountMicro: row.sizeMicro,
            deadline: null,
          }
        : null;
    }
    case "bet": {
      const row = db.select().from(bets).where(eq(bets.ref, ref)).get();
      return row
        ? {
            type,
            ref,
            look: betLook[row.status],
            isOver: row.settledAt !== null,
            amountMicro: row.stakeMicro,
            deadline: null,
          }
        : null;
    }
    case "claim": {
      const row = db.select().from(claims).where(eq(claims.ref, ref)).get();
      return row
        ? {
            type,
            ref,
            look: claimLook[row.status],
            isOver: row.settledAt !== null,
            amountMicro: row.amountMicro,
            deadline: null,
          }
        : null;
    }
    default:
      return type satisfies never;
  }
}
