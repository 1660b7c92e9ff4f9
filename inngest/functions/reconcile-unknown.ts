import { MINUTE_MS, ON_ITS_WAY_MS, type Deps } from "../deps";
import { outcomeUnknown } from "../events";
import { reconcile, resumeEvent } from "../money-calls/reconcile";

const ID = "reconcile-unknown";
/** How long after each reading the next one comes, ms. After the last, every sync reads. */
const PAUSES = [ON_ITS_WAY_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS];

/** Reconciles a call whose answer was lost with Purple Flea, with back-off; what cannot be asked waits for a person. */
export function reconcileUnknown(deps: Deps) {
  return deps.client.createFunction(
    { id: ID, name: "Reconcile unknown", retries: 4, triggers: [outcomeUnknown] },
    async ({ event, step, runId }) => {
      const key = event.data.intent_key;
      for (const pause of [...PAUSES, null]) {
        const found = await step.run("look-up", () => reconcile(deps, key, ID, runId));
        const next = resumeEvent(deps, key, found, ID);
        if (next) await step.sendEvent("go-on", next);
        if (found.state !== "ask-again" || pause === null)
          return { intent_key: key, settled: found.state === "settled", state: found.state };
        await step.sleep("look-again", pause);
      }
      return { intent_key: key, settled: false, state: "ask-again" };
    },
  );
}
