import { inTransaction } from "../../db/connection";
import { changeEscrow, getEscrow } from "../../db/mirror/escrows";
import { getIntent } from "../../db/mirror/intents";
import { outcomeUnknown } from "../events";
import { mirrorUpstream } from "./end-escrow";
import { MINUTE_MS, type Setting } from "./setting";

/** How long after each look the next one comes, ms. */
const PAUSES = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS];

/**
 * Asks Purple Flea what became of a call whose answer was lost, as far as it can be asked: a release or cancel by reading the
 * escrow. An order, a create, a bet or a claim without an id cannot be looked up and waits for a person.
 */
export function reconcileUnknown(setting: Setting) {
  const { client, mirror, purpleFlea, clock } = setting;
  return client.createFunction(
    { id: "reconcile-unknown", name: "Reconcile unknown", retries: 4, triggers: [outcomeUnknown] },
    async ({ event, step, runId }) => {
      const key = event.data.intent_key;
      for (const pause of PAUSES) {
        const found = await step.run("look-up", async () => {
          const intent = getIntent(mirror, key);
          if (!intent) return { state: "none" };
          if (intent.status !== "unknown") return { state: intent.status };
          if (intent.action !== "escrow-release" && intent.action !== "escrow-cancel")
            return { state: "cannot-be-asked" };
          const row = getEscrow(mirror, intent.subjectRef);
          if (!row?.remoteId) return { state: "cannot-be-asked" };
          const upstream = await purpleFlea.escrow(row.remoteId);
          const now = clock.now();
          inTransaction(mirror, (tx) => {
            mirrorUpstream(setting, tx, row, upstream, now, runId);
            if (upstream.status === "locked" || upstream.status === "completed")
              changeEscrow(
                tx,
                row.ref,
                { reason: `Purple Flea still says "${upstream.rawStatus}": it did not happen` },
                now,
                now,
              );
          });
          return { state: upstream.status };
        });
        if (
          found.state === "unknown" ||
          found.state === "locked" ||
          found.state === "completed" ||
          found.state === "disputed"
        ) {
          await step.sleep("look-again", pause);
          continue;
        }
        return { intent_key: key, settled: found.state !== "cannot-be-asked", state: found.state };
      }
      return { intent_key: key, settled: false, state: "unknown" };
    },
  );
}
