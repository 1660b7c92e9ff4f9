import { NonRetriableError } from "inngest";
import type { Deps } from "../deps";
import { betRequested } from "../events";
import { bet, betRequestOf, recordVerification } from "../money-calls/actions/bet";
import { runMoneyAction } from "../money-calls/run";

/** One bet per schedule slot or request, within the stake and the day's loss limit, checked against its commitment. */
export function scheduledCasinoBet(deps: Deps) {
  const { client, mirror, purpleFlea, clock, config } = deps;
  const { cron } = config.casino;
  return client.createFunction(
    {
      id: "scheduled-casino-bet",
      name: "Scheduled casino bet",
      retries: 3,
      triggers: [...(cron ? [{ cron }] : []), betRequested],
    },
    async ({ event, step, runId }) => {
      const request = betRequestOf(deps, event, runId);
      const placed = await runMoneyAction(deps, step, bet, () => request, runId);
      switch (placed.kind) {
        case "done": {
          const { id, outcome, payout_usdc } = placed;
          const verified = await step.run("verify-bet", async () =>
            recordVerification(mirror, request.ref, await purpleFlea.bet(id), clock.now()),
          );
          return { bet_id: id, outcome, payout_usdc, verified };
        }
        case "held":
        case "skipped":
        case "rejected":
          return { skipped: true, reason: placed.reason };
        case "unknown":
          return { unknown: true, reason: placed.reason };
        case "given-up":
          throw new NonRetriableError(`no bet was placed: ${placed.reason}`);
        default:
          return placed satisfies never;
      }
    },
  );
}
