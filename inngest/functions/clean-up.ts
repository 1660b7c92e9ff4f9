import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { changeEscrow, getEscrow, isOver, tellEscrow } from "../../db/mirror/escrows";
import { changeBet, changeClaim } from "../../db/mirror/bets";
import { loseOpenIntents } from "../../db/mirror/intents";
import { applyTradeNews } from "../../db/mirror/trades";
import { endRun } from "../../db/mirror/runs";
import { isCommand } from "../../db/read/decisions";
import { z } from "zod";
import { by, type Setting } from "./setting";

const ID = "clean-up";
const endedData = z.object({
  function_id: z.string(),
  run_id: z.string(),
  event: z
    .object({
      id: z.string().optional(),
      name: z.string().optional(),
      data: z.record(z.string(), z.unknown()).nullish(),
    })
    .optional(),
  error: z.object({ message: z.string().optional() }).nullish(),
});

/**
 * Tells the truth about runs that ended without their own code having the last word: a cancelled or timed-out run is known
 * from the system's event only. Its subject is marked as waiting for nobody, and its command is answered.
 */
export function cleanUp({ client, mirror, read, clock }: Setting) {
  return client.createFunction(
    {
      id: ID,
      name: "Clean up",
      retries: 3,
      triggers: [{ event: "inngest/function.cancelled" }, { event: "inngest/function.failed" }],
    },
    async ({ event, step, runId }) =>
      step.run("record-end", () => {
        const parsed = endedData.safeParse(event.data);
        if (!parsed.success) return { recorded: false };
        const { function_id: functionId, run_id: endedId, event: trigger, error } = parsed.data;
        const cancelled = event.name === "inngest/function.cancelled";
        const now = clock.now();
        return inTransaction(mirror, (tx) => {
          endRun(
            tx,
            endedId,
            cancelled ? "cancelled" : "failed",
            error?.message ?? (cancelled ? "cancelled before its end" : null),
            now,
          );
          for (const intent of loseOpenIntents(tx, endedId, now)) {
            const reason = "its run ended before an answer was recorded";
            if (intent.action === "order")
              applyTradeNews(tx, intent.subjectRef, { status: "unknown", reason }, now, now);
            if (intent.action === "bet") changeBet(tx, intent.subjectRef, { status: "unknown", reason }, now);
            if (intent.action === "claim")
              changeClaim(tx, intent.subjectRef, { status: "unknown", reason }, now);
            if (intent.action.startsWith("escrow"))
              changeEscrow(tx, intent.subjectRef, { status: "unknown", reason }, now, now);
          }
          const commandId = trigger?.id && isCommand(read, trigger.id) ? trigger.id : null;
          const ref = trigger?.data?.escrow_id;
          const row =
            functionId.endsWith("-escrow-lifecycle") && typeof ref === "string"
              ? getEscrow(tx, ref)
              : undefined;
          if (row && row.runId === endedId && !isOver(row.status)) {
            const reason = `its run was ${cancelled ? "cancelled" : "given up"}; nothing releases or refunds it by itself before Purple Flea's own time-out`;
            changeEscrow(tx, row.ref, { reason }, row.observedAt, now);
            tellEscrow(tx, row.ref, {
              kind: "run-ended",
              nth: endedId,
              at: now,
              title: `The run was ${cancelled ? "cancelled" : "given up"}`,
              detail: "The money is still locked.",
              actor: by(ID),
              runId,
            });
          }
          answerCommand(
            tx,
            commandId,
            {
              state: "failed",
              message: cancelled
                ? "The run was cancelled before its end."
                : `The run failed: ${error?.message ?? "no reason given"}`,
              runId: endedId,
            },
            now,
          );
          return { recorded: true, run_id: endedId };
        });
      }),
  );
}
