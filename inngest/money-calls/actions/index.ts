import type { MoneyActionName as ActionName } from "../../../domain/intents";
import type { AnyAction } from "../protocol";
import { bet } from "./bet";
import { escrowCreate } from "./escrow-create";
import { escrowEnds } from "./escrow-end";
import { faucetClaim } from "./faucet-claim";
import { order } from "./order";

/** Every action by its name: a new one is a type error until it stands here. */
export const actions: Record<ActionName, AnyAction> = {
  order,
  "escrow-create": escrowCreate,
  "escrow-release": escrowEnds.release,
  "escrow-cancel": escrowEnds.cancel,
  bet,
  claim: faucetClaim,
};
