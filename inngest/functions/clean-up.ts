import { inTransaction } from "../../db/connection";
import type { Deps } from "../deps";
import { outcomeUnknown } from "../events";
import { reconcileId } from "../money-calls/run";
import { recordEndedRun } from "../recovery/record-ended-run";

/**
 * Tells the truth about runs that ended without their own code having the last word: a cancelled or timed-out run is known
 * from the system's event only. What it left open is settled or reconciled, and its command is answered.
 */
export function cleanUp(deps: Deps) {
  const { client, mirror, clock } = deps;
  return client.createFunction(
    {
      id: "clean-up",
      name: "Clean up",
      // What ends while the app is down is told by nobody else: it is tried for a day.
      retries: 20,
      triggers: [{ event: "inngest/function.cancelled" }, { event: "inngest/function.failed" }],
    },
    async ({ event, step, runId }) => {
      const ended = await step.run("record-end", () =>
        inTransaction(mirror, (tx) => {
          const now = clock.now();
          const isCancelled = event.name === "inngest/function.cancelled";
          const told = { data: event.data, isCancelled, at: event.ts ?? now };
          return recordEndedRun(deps, tx, told, runId, now);
        }),
      );
      if (ended.lost.length > 0)
        await step.sendEvent(
          "ask-what-became",
          ended.lost.map((key) =>
            outcomeUnknown.create({ intent_key: key }, { id: reconcileId(key, runId) }),
          ),
        );
      return ended;
    },
  );
}
