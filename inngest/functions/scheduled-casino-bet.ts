import { NonRetriableError } from "inngest";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { skipBet } from "../../db/mirror/bets";
import { getIntent } from "../../db/mirror/intents";
import { betRequested, outcomeUnknown } from "../events";
import { betPlan, betRow, placeBet, recordVerification, type BetPlaced, type BetPlan } from "./place-bet";
import { askId } from "./reconcile-unknown";
import { type Deps } from "../deps";
import { showNotDone, showUnknown } from "./what-became";

const ID = "scheduled-casino-bet";
const TURN_MS = 10_000;
const MAX_TURNS = 12;

/** One bet per schedule slot or request, within the stake and the day's loss limit, checked against its commitment. */
export function scheduledCasinoBet(deps: Deps) {
  const { client, mirror, purpleFlea, clock, config } = deps;
  const { cron } = config.casino;
  return client.createFunction(
    {
      id: ID,
      name: "Scheduled casino bet",
      retries: 3,
      triggers: [...(cron ? [{ cron }] : []), betRequested],
    },
    async ({ event, step, runId }) => {
      const plan = betPlan(deps, event, runId);
      const { ref } = plan;
      const key = `bet:${plan.requestKey}`;
      let placed: BetPlaced;
      try {
        for (let turn = 1; ; turn++) {
          placed = await step.run("place-bet", () => placeBet(deps, plan));
          if (placed.kind !== "busy") break;
          if (turn > MAX_TURNS) throw new Error("another bet was still being placed after 2 minutes");
          await step.sleep("wait-turn", TURN_MS);
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : "out of attempts";
        const left = await step.run("record-not-placed", () => recordNotPlaced(plan, reason));
        if (!left.lost) throw new NonRetriableError(`no bet was placed: ${reason}`);
        placed = { kind: "unknown", reason };
      }
      if (placed.kind === "skipped") return { skipped: true, reason: placed.reason };
      if (placed.kind === "unknown") {
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create({ intent_key: key }, { id: askId(key, runId) }),
        );
        return { unknown: true, reason: placed.reason };
      }
      const { id, outcome, payout_usdc } = placed;
      const verified = await step.run("verify-bet", async () =>
        recordVerification(mirror, ref, await purpleFlea.bet(id), clock.now()),
      );
      return { bet_id: id, outcome, payout_usdc, verified };
    },
  );

  /** The last try may have died after it had sent: the intent says so. */
  function recordNotPlaced(plan: BetPlan, reason: string): { lost: boolean } {
    const key = `bet:${plan.requestKey}`;
    const { runId } = plan;
    return inTransaction(mirror, (tx) => {
      const now = clock.now();
      const intent = getIntent(tx, key);
      if (!intent) {
        skipBet(tx, betRow(deps, plan), reason, now);
        const message = `Not placed: ${reason}. Nothing moved.`;
        answerCommand(tx, plan.commandId, { state: "skipped", message, runId }, now);
        return { lost: false };
      }
      if (intent.status === "done" || intent.status === "refused") return { lost: false };
      if (intent.status === "not_done") {
        showNotDone(tx, intent, reason, now, runId);
        return { lost: false };
      }
      showUnknown(tx, intent, reason, now);
      return { lost: true };
    });
  }
}
