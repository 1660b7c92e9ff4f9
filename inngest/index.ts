import { acceptDrift } from "./functions/accept-drift";
import { cleanUp } from "./functions/clean-up";
import { dailyFaucetClaim } from "./functions/daily-faucet-claim";
import { escrowLifecycle } from "./functions/escrow-lifecycle";
import { reconcileUnknown } from "./functions/reconcile-unknown";
import { recordConfirmation } from "./functions/record-confirmation";
import { recordWebhook } from "./functions/record-webhook";
import { scheduledCasinoBet } from "./functions/scheduled-casino-bet";
import type { Deps } from "./deps";
import { settleUnknown } from "./functions/settle-unknown";
import { steerActions } from "./functions/steer-actions";
import { syncMirror } from "./functions/sync-mirror";
import { tradeOnPriceAlert } from "./functions/trade-on-price-alert";

/** Every background function, for `serve()`. */
export function createFunctions(deps: Deps) {
  return [
    tradeOnPriceAlert(deps),
    dailyFaucetClaim(deps),
    escrowLifecycle(deps),
    scheduledCasinoBet(deps),
    recordWebhook(deps),
    recordConfirmation(deps),
    syncMirror(deps),
    reconcileUnknown(deps),
    settleUnknown(deps),
    steerActions(deps),
    acceptDrift(deps),
    cleanUp(deps),
  ];
}
