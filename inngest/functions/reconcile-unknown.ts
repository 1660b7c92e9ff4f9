import { getIntent } from "../../db/mirror/intents";
import { escrowResumed, eventIdFor, faucetClaimRequested, outcomeUnknown } from "../events";
import { lookUp, type Look } from "./look-up";
import { MINUTE_MS, ON_ITS_WAY_MS, type Deps } from "../deps";

const ID = "reconcile-unknown";
/** How long after each look the next one comes, ms. After the last, every sync looks. */
const PAUSES = [ON_ITS_WAY_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS];

/** The id of the event that asks what became of a call, once for each run that lost it. */
export const askId = (key: string, runId: string): string =>
  eventIdFor("purple-flea/outcome.unknown", `${key}:${runId}`);

/** Asks Purple Flea what became of a call whose answer was lost, with back-off; what cannot be asked waits for a person. */
export function reconcileUnknown(deps: Deps) {
  return deps.client.createFunction(
    { id: ID, name: "Reconcile unknown", retries: 4, triggers: [outcomeUnknown] },
    async ({ event, step, runId }) => {
      const key = event.data.intent_key;
      for (const pause of [...PAUSES, null]) {
        const found = await step.run("look-up", () => lookUp(deps, key, ID, runId));
        const next = goOn(deps, key, found);
        if (next) await step.sendEvent("go-on", next);
        if (found.state !== "ask-again" || pause === null)
          return { intent_key: key, settled: found.state === "settled", state: found.state };
        await step.sleep("look-again", pause);
      }
      return { intent_key: key, settled: false, state: "ask-again" };
    },
  );
}

/** The event that lets go on what waited for a call's outcome; null when nothing does. */
export function goOn({ mirror }: Deps, key: string, found: Look) {
  const intent = found.resume ? getIntent(mirror, key) : undefined;
  if (!intent) return null;
  const id = `${key}:${intent.tries}`;
  return found.resume === "escrow"
    ? escrowResumed.create(
        { escrow_id: intent.subjectRef },
        { id: eventIdFor("purple-flea/escrow.resumed", id) },
      )
    : faucetClaimRequested.create(
        { requested_by: ID },
        { id: eventIdFor("purple-flea/faucet.claim.requested", id) },
      );
}
