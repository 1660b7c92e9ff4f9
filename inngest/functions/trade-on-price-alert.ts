import { createHash } from "node:crypto";
import { NonRetriableError } from "inngest";
import { isCommand } from "../../db/read/decisions";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { getIntent, settleIntent } from "../../db/mirror/intents";
import { applyTradeNews, recordAlert, settleAlert, tellTrade } from "../../db/mirror/trades";
import { formatMicro } from "../../domain/money";
import { eventIdFor, outcomeUnknown, priceAlert, tradeTrigger } from "../events";
import { checkBalance, placeOrder } from "./place-order";
import { by, type Setting } from "./setting";

const ID = "trade-on-price-alert";
/** How long an alert waits for the order before it; then it is skipped with that reason. */
const MAX_TURNS = 12;
const TURN_MS = 10_000;

/** Our reference for the order of an alert: short, and the same for the same alert. */
export const tradeRefFor = (alertId: string): string =>
  `tr_${createHash("sha256").update(alertId).digest("hex").slice(0, 12)}`;

/** Buys or sells on a price alert: one order per alert id for ever, one order at a time. */
export function tradeOnPriceAlert(setting: Setting) {
  const { client, mirror, read, clock, config } = setting;
  return client.createFunction(
    { id: ID, name: "Trade on price alert", retries: 3, triggers: [priceAlert, tradeTrigger] },
    async ({ event, step, runId }) => {
      const alertId = event.id ?? runId;
      const ref = tradeRefFor(alertId);
      const { asset, direction } = event.data;
      const price = String(event.data.price);

      const alert = await step.run("record-alert", () => {
        const now = clock.now();
        const kept = inTransaction(mirror, (tx) =>
          recordAlert(tx, {
            id: alertId,
            asset,
            price,
            direction,
            triggeredBy: event.data.triggered_by ?? null,
            eventName: event.name,
            receivedAt: event.ts ?? now,
            runId,
          }),
        );
        return {
          known: kept.runId !== runId,
          outcome: kept.outcome,
          tooOld: now - kept.receivedAt > config.tradeMaxAlertAgeMs,
        };
      });
      const skip = (reason: string) =>
        step.run("skip", () => {
          const now = clock.now();
          inTransaction(mirror, (tx) => {
            settleAlert(tx, alertId, "skipped", now, { reason });
            if (isCommand(read, event.id))
              answerCommand(
                tx,
                event.id,
                { state: "failed", message: `Skipped: ${reason}. No order was sent.`, runId },
                now,
              );
          });
          return { skipped: true, reason };
        });

      if (alert.known) return { skipped: true, reason: `this alert was taken up before: ${alert.outcome}` };
      if (alert.tooOld) return skip("the alert was too old when it was taken up");
      const balance = await step.run("check-balance", () => checkBalance(setting));
      if (balance.tooLow) return skip("insufficient balance");

      let placed: Awaited<ReturnType<typeof placeOrder>>;
      try {
        for (let turn = 1; ; turn++) {
          placed = await step.run("place-order", () =>
            placeOrder(setting, { alertId, ref, asset, side: direction, price, runId }),
          );
          if (placed.kind !== "busy") break;
          if (turn > MAX_TURNS)
            return await skip(`another order (${placed.heldBy}) was still in flight after 2 minutes`);
          await step.sleep("wait-turn", TURN_MS);
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : "out of attempts";
        const lost = await step.run("record-not-placed", () => {
          const now = clock.now();
          return inTransaction(mirror, (tx) => {
            const told = { at: now, actor: by(ID), runId, stepId: "place-order" };
            // The last try may have died after it had sent: then this is not known, and is not called "not placed".
            const status = getIntent(tx, `order:${alertId}`)?.status;
            if (status === "open" || status === "unknown" || status === "done") {
              settleIntent(tx, `order:${alertId}`, { status: "unknown", detail: reason }, now);
              applyTradeNews(tx, ref, { status: "unknown", reason }, now, now);
              settleAlert(tx, alertId, "unknown", now, { reason, tradeRef: ref });
              tellTrade(tx, ref, {
                kind: "unknown",
                ...told,
                title: "No answer was recorded",
                detail: "The order may exist; it is not sent again.",
              });
              if (isCommand(read, event.id))
                answerCommand(
                  tx,
                  event.id,
                  {
                    state: "unknown",
                    message: "The order may have been sent; no answer was recorded.",
                    runId,
                  },
                  now,
                );
              return true;
            }
            settleIntent(tx, `order:${alertId}`, { status: "refused", detail: reason }, now);
            applyTradeNews(tx, ref, { status: "refused", reason }, now, now);
            tellTrade(tx, ref, {
              kind: "refused",
              ...told,
              title: "Not placed",
              detail: `${reason}. Nothing moved.`,
            });
            settleAlert(tx, alertId, "refused", now, { reason, tradeRef: ref });
            if (isCommand(read, event.id))
              answerCommand(
                tx,
                event.id,
                { state: "failed", message: `No order: ${reason}. Nothing moved.`, runId },
                now,
              );
            return false;
          });
        });
        if (lost) throw new NonRetriableError(`the order's outcome is not known: ${reason}`);
        throw new NonRetriableError(`no order was placed: ${reason}`);
      }
      if (placed.kind === "skipped") return skip(placed.reason);
      if (placed.kind === "unknown") {
        const { reason } = placed;
        await step.run("record-unknown", () => {
          const now = clock.now();
          inTransaction(mirror, (tx) => {
            settleAlert(tx, alertId, "unknown", now, { reason, tradeRef: ref });
            if (isCommand(read, event.id))
              answerCommand(
                tx,
                event.id,
                { state: "unknown", message: `The order was sent and no answer came. It may exist.`, runId },
                now,
              );
          });
        });
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create(
            { intent_key: `order:${alertId}` },
            { id: eventIdFor("outcome.unknown", `order:${alertId}`) },
          ),
        );
        return { unknown: true, reason };
      }

      const { orderId } = placed;
      await step.run("log-trade", () => {
        const now = clock.now();
        inTransaction(mirror, (tx) => {
          settleAlert(tx, alertId, "traded", now, { tradeRef: ref });
          tellTrade(tx, ref, {
            kind: "logged",
            at: now,
            title: "Trade logged",
            detail: `run ${runId}`,
            actor: by(ID),
            runId,
            stepId: "log-trade",
          });
          if (isCommand(read, event.id))
            answerCommand(
              tx,
              event.id,
              { state: "confirmed", message: `Order ${orderId} placed.`, runId },
              now,
            );
        });
      });
      const { slack } = setting;
      if (slack) {
        try {
          await step.run("notify-slack", () =>
            slack(
              `${direction.toUpperCase()} ${asset} at ${price}: order ${orderId}, ${formatMicro(config.tradeSizeMicro)} USDC`,
            ),
          );
        } catch {
          // The trade stands whether or not Slack heard of it; the failed step is on the run's page.
        }
      }
      return { order_id: orderId, asset, direction, price: event.data.price };
    },
  );
}
