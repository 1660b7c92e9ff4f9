import type { Reader } from "../db/connection";

/** Adds how often each end occurred: `end trade closed`, `end escrow refunded by time-out`, `end command failed` … */
export function countEndings(read: Reader, counts: Record<string, number>): void {
  const rows = read.$client
    .prepare(
      `select 'trade ' || status what, count(*) n from trades group by 1
       union all select 'alert ' || outcome, count(*) from alerts group by 1
       union all select 'escrow ' || status || case when status in ('released', 'refunded') then ' by ' ||  case settled_by_kind
           when 'operator' then 'the operator' when 'time-out' then 'time-out' when 'counterparty' then 'the counterparty'
           else 'Purple Flea' end else '' end, count(*) from escrows group by 1
       union all select 'bet ' || status, count(*) from bets group by 1
       union all select 'claim ' || status, count(*) from claims group by 1
       union all select 'command ' || state, count(*) from command_outcomes group by 1
       union all select 'webhook ' || outcome, count(*) from webhook_outcomes group by 1
       union all select 'run ' || status, count(*) from runs group by 1`,
    )
    .all() as { what: string; n: bigint }[]; // the two columns
  for (const { what, n } of rows) counts[`end ${what}`] = (counts[`end ${what}`] ?? 0) + Number(n);
}

/** Every end that a run of the simulator must have seen. */
export const ENDINGS: readonly string[] = Object.entries({
  trade: "closed, filled, rejected, not_executed, unknown",
  alert: "traded, skipped, rejected, not_executed, unknown",
  escrow:
    "released by the operator, released by the counterparty, released by Purple Flea, refunded by the operator, refunded by time-out, refunded by Purple Flea, not_created, unknown",
  bet: "won, lost, skipped, rejected, not_executed, unknown",
  claim: "claimed, rejected, not_executed, unknown",
  command: "confirmed, failed, unknown",
  webhook: "applied, older, unmatched, unknown-type, unreadable",
  run: "completed, failed",
}).flatMap(([what, ends]) => ends.split(", ").map((end) => `${what} ${end}`));
