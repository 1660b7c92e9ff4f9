import { NonRetriableError } from "inngest";
import { z } from "zod";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { acceptDrift as acceptInBooks } from "../../db/mirror/drift";
import { getCommand } from "../../db/read/decisions";
import { formatMicro, parseUsdc } from "../../domain/money";
import { driftAccepted } from "../events";
import type { Deps } from "../deps";

const acceptedSchema = z.object({ drift_id: z.string(), difference_usdc: z.string(), reason: z.string() });

/**
 * Takes a difference between Purple Flea's balance and our books over into the books, because an operator says what it was.
 * Only the difference that was looked at; another one is looked at again.
 */
export function acceptDrift({ client, mirror, read, clock }: Deps) {
  return client.createFunction(
    { id: "accept-drift", name: "Accept drift", retries: 3, triggers: [driftAccepted] },
    async ({ event, step, runId }) => {
      const command = getCommand(read, event.id);
      const parsed = acceptedSchema.safeParse(command?.payload);
      if (!command || command.kind !== "accept-drift" || !parsed.success)
        throw new NonRetriableError("no decision on record stands behind this event");
      const { drift_id: id, difference_usdc: difference, reason } = parsed.data;
      return step.run("accept", () =>
        inTransaction(mirror, (tx) => {
          const now = clock.now();
          const ending = `accepted by ${command.operatorName ?? command.operatorId}: ${reason}`;
          const seen = parseUsdc(difference);
          const accepted = acceptInBooks(tx, id, seen, ending, now);
          answerCommand(
            tx,
            command.id,
            accepted
              ? { state: "confirmed", message: `${formatMicro(seen)} USDC taken into the books.`, runId }
              : {
                  state: "failed",
                  message: "The difference has changed or ended meanwhile. The books were not changed.",
                  runId,
                },
            now,
          );
          return { accepted };
        }),
      );
    },
  );
}
