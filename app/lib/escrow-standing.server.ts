import { listDecided, type Decided } from "../../db/read/escrow-decisions";
import { getUnexplainedDrift } from "../../db/read/drift";
import type { EscrowRow } from "../../db/read/escrows";
import { pauseReason } from "../../db/read/pauses";
import type { Role } from "../../domain/statuses";
import type { DeskContext } from "../context";
import type { Standing } from "./escrow-approval";

type Row = Pick<EscrowRow, "ref" | "runId" | "retryAt">;
type StandingOf = Standing & { decided: Decided | null };

/** How things stand around each escrow of a page, by its row. */
export function readStandings(
  { read, config }: DeskContext,
  { role }: { role: Role },
  rows: readonly Row[],
): (row: Row) => StandingOf {
  const drift = getUnexplainedDrift(read);
  const decided = listDecided(read, rows);
  const around = {
    role,
    releasesPaused: pauseReason(read, "escrow-release"),
    drift: drift && { differenceMicro: drift.differenceMicro, since: drift.since },
    driftLimitMicro: config.driftApprovalLimitMicro,
  };
  return (row) => ({ ...around, decided: decided.get(row.ref) ?? null });
}

/** The same of one: for its page, and again in the transaction that records a decision. */
export const readStandingOf = (context: DeskContext, operator: { role: Role }, row: Row): StandingOf =>
  readStandings(context, operator, [row])(row);
