import { NonRetriableError } from "inngest";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { recordSync } from "../../db/mirror/balances";
import { getClaim } from "../../db/mirror/bets";
import { isCommand } from "../../db/read/decisions";
import { utcDay } from "../../domain/ids";
import { claimRef } from "../../domain/keys";
import { formatMicro } from "../../domain/money";
import { DAY_MS, startOfDay, type Deps } from "../deps";
import { faucetClaimRequested } from "../events";
import { claimRequestOf, faucetClaim } from "../money-calls/actions/faucet-claim";
import { runMoneyAction } from "../money-calls/run";
import { readWallet } from "./read-wallet";

const iso = (ms: number): string => new Date(ms).toISOString();

/** Claims the faucet once per agent and UTC day: by schedule, and when somebody asks. */
export function dailyFaucetClaim(deps: Deps) {
  const { client, mirror, read, purpleFlea, clock, config } = deps;
  return client.createFunction(
    {
      id: "daily-faucet-claim",
      name: "Daily faucet claim",
      retries: 2,
      triggers: [{ cron: "0 9 * * *" }, faucetClaimRequested],
    },
    async ({ event, step, runId }) => {
      const command = event.id && isCommand(read, event.id) ? event.id : null;

      const status = await step.run("check-faucet-status", async () => {
        const found = await purpleFlea.faucetStatus(config.agentId);
        const now = clock.now();
        const next = iso((found.canClaim ? null : found.nextEligibleAt) ?? startOfDay(now) + DAY_MS);
        inTransaction(mirror, (tx) => {
          recordSync(tx, "faucet", now);
          if (found.canClaim) return;
          const mine = getClaim(tx, claimRef(config.agentId, utcDay(now)));
          const message = mine?.settledAt
            ? `Already claimed today, at ${iso(mine.settledAt)}. Next possible ${next}. Nothing moved.`
            : `The faucet says not yet. Next possible ${next}. Nothing moved.`;
          answerCommand(tx, command, { state: "failed", message, runId }, now);
        });
        return { can_claim: found.canClaim, next_eligible: next };
      });
      if (!status.can_claim) return { claimed: false, next_eligible: status.next_eligible };

      const claim = await runMoneyAction(
        deps,
        step,
        faucetClaim,
        () => claimRequestOf(deps, command, runId),
        runId,
      );
      switch (claim.kind) {
        case "done": {
          const { amount_usdc, tx_hash } = claim;
          const new_balance = await step.run("fetch-balance", async () =>
            formatMicro(await readWallet(deps)),
          );
          return { claimed: true, amount_usdc, tx_hash, new_balance };
        }
        case "unknown":
          return { unknown: true, reason: claim.reason };
        case "held":
        case "skipped":
        case "rejected":
          return { claimed: false, reason: claim.reason, next_eligible: status.next_eligible };
        case "given-up":
          throw new NonRetriableError(`nothing was claimed: ${claim.reason}`);
        default:
          return claim satisfies never;
      }
    },
  );
}
