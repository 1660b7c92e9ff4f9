import { NonRetriableError } from "inngest";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { recordSync } from "../../db/mirror/balances";
import { getClaim } from "../../db/mirror/bets";
import { leaveIntents } from "../../db/mirror/intents";
import { isCommand } from "../../db/read/decisions";
import { utcDay } from "../../domain/ids";
import { formatMicro } from "../../domain/money";
import { faucetClaimRequested, outcomeUnknown } from "../events";
import { claimFaucet, iso, type Claimed } from "./claim-faucet";
import { readWallet } from "./read-wallet";
import { askId } from "./reconcile-unknown";
import { DAY_MS, startOfDay, type Deps } from "../deps";
import { showNotDone, showUnknown } from "./what-became";

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
        if (found.canClaim) {
          inTransaction(mirror, (tx) => recordSync(tx, "faucet", now));
          return { can_claim: true, next_eligible: null };
        }
        const next = iso(found.nextEligibleAt ?? startOfDay(now) + DAY_MS);
        inTransaction(mirror, (tx) => {
          recordSync(tx, "faucet", now);
          const mine = getClaim(tx, `${config.agentId}:${utcDay(now)}`);
          const message = mine?.settledAt
            ? `Already claimed today, at ${iso(mine.settledAt)}. Next possible ${next}. Nothing moved.`
            : `The faucet says not yet. Next possible ${next}. Nothing moved.`;
          answerCommand(tx, command, { state: "failed", message, runId }, now);
        });
        return { can_claim: false, next_eligible: next };
      });
      if (!status.can_claim) return { claimed: false, next_eligible: status.next_eligible };

      let claim: Claimed;
      try {
        claim = await step.run("claim-faucet", () => claimFaucet(deps, command, runId));
      } catch (error) {
        const reason = error instanceof Error ? error.message : "out of attempts";
        const lost = await step.run("record-not-claimed", () => recordNotClaimed(reason, runId));
        if (lost === null) throw new NonRetriableError(`nothing was claimed: ${reason}`);
        claim = { kind: "unknown", key: lost, reason };
      }
      if (claim.kind === "unknown") {
        const { key } = claim;
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create({ intent_key: key }, { id: askId(key, runId) }),
        );
        return { unknown: true, reason: claim.reason };
      }
      if (claim.kind === "not-claimed") return { claimed: false, next_eligible: claim.next_eligible };
      const balance = await step.run("fetch-balance", async () => formatMicro(await readWallet(deps)));
      return { claimed: true, amount_usdc: claim.amount_usdc, tx_hash: claim.tx_hash, new_balance: balance };
    },
  );

  /** The key of the claim when its last try may have been sent; null when it is known not to have been. */
  function recordNotClaimed(reason: string, runId: string): string | null {
    return inTransaction(mirror, (tx) => {
      const now = clock.now();
      const { lost, notDone } = leaveIntents(tx, runId, now);
      for (const intent of notDone) showNotDone(tx, intent, reason, now, runId);
      for (const intent of lost) showUnknown(tx, intent, reason, now);
      return lost[0]?.key ?? null;
    });
  }
}
