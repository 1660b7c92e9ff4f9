import { createHash } from "node:crypto";
import { NonRetriableError } from "inngest";
import { z } from "zod";
import { isCommand } from "../../db/read/decisions";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { getIntent, settleIntent } from "../../db/mirror/intents";
import { applyTradeNews, recordAlert, resumeAlert, settleAlert, tellTrade } from "../../db/mirror/trades";
import { formatMicro } from "../../domain/money";
import { alertResumed, eventIdFor, outcomeUnknown, priceAlert, tradeTrigger } from "../events";
import { placeOrder, type Placed } from "./place-order";
import { readWallet } from "./read-wallet";
import { by, type Deps } from "../deps";
import { showNotDone } from "./what-became";

const ID = "trade-on-price-alert";
/** How long an alert waits for the order before it; then it is skipped with that reason. */
const MAX_TURNS = 12;
const TURN_MS = 10_000;

/** The price as the alert wrote it: a number stays one, as in Purple Flea's guide. */
const priceAsSent = (data: unknown, price: string): string | number => {
  const sent = z.object({ price: z.union([z.number(), z.string()]) }).safeParse(data);
  return sent.success ? sent.data.price : price;
};

/** Our reference for the order of an alert: short, and the same for the same alert. */
export const tradeRefFor = (alertId: string): string =>
  `tr_${createHash("sha256").update(alertId).digest("hex").slice(0, 12)}`;

/** Buys or sells on a price alert: one order per alert id for ever, one order at a time. */
export function tradeOnPriceAlert(deps: Deps) {
  const { client, mirror, read, clock, config } = deps;
  return client.createFunction(
    {
      id: ID,
      name: "Trade on price alert",
      retries: 3,
      triggers: [priceAlert, tradeTrigger, alertResumed],
    },
    async ({ event, step, runId }) => {
      // A resumed alert comes under the id it had when it was held.
      const resumed =
        event.name === alertResumed.name ? alertResumed.schema.parse(event.data).alert_id : null;
      const alertId = resumed ?? event.id ?? runId;
      const ref = tradeRefFor(alertId);

      const alert = await step.run("record-alert", () => {
        const now = clock.now();
        const kept = inTransaction(mirror, (tx) =>
          resumed === null
            ? recordAlert(
                tx,
                {
                  id: alertId,
                  eventName: event.name,
                  // A sender's clock may run ahead; an alert is never younger than its arrival.
                  receivedAt: Math.min(event.ts ?? now, now),
                  runId,
                },
                event.data,
              )
            : resumeAlert(tx, alertId, runId, now),
        );
        if (!kept || kept.runId !== runId)
          return { known: true as const, outcome: kept?.outcome ?? "not held" };
        const { asset, price, direction, receivedAt } = kept;
        if (direction === "") return { known: false as const, refused: kept.reason ?? "not read" };
        return { known: false as const, asset, price, direction, receivedAt };
      });
      if (alert.known) return { skipped: true, reason: `this alert was taken up before: ${alert.outcome}` };
      if ("refused" in alert) return { refused: true, reason: alert.refused };
      const { asset, direction, price, receivedAt } = alert;
      const commandId = isCommand(read, alertId) ? alertId : null;

      const skip = (reason: string) =>
        step.run("skip", () => {
          const now = clock.now();
          inTransaction(mirror, (tx) => {
            // A try before this one may have begun the trade and come to nothing.
            const intent = getIntent(tx, `order:${alertId}`);
            if (intent?.status === "not_done") showNotDone(tx, intent, reason, now, runId);
            settleAlert(tx, alertId, "skipped", now, { reason });
            const message = `Skipped: ${reason}. No order was sent.`;
            answerCommand(tx, commandId, { state: "skipped", message, runId }, now);
          });
          return { skipped: true, reason };
        });

      const balance = await step.run("check-balance", async () => {
        if (clock.now() - receivedAt > config.tradeMaxAlertAgeMs) return { tooOld: true, tooLow: false };
        const balanceMicro = await readWallet(deps);
        return {
          balance_usdc: formatMicro(balanceMicro),
          tooOld: false,
          tooLow: balanceMicro < config.tradeMinBalanceMicro,
        };
      });
      if (balance.tooOld) return skip("the alert was too old when it was taken up");
      if (balance.tooLow) return skip("insufficient balance");

      let placed: Placed;
      try {
        for (let turn = 1; ; turn++) {
          placed = await step.run("place-order", () =>
            placeOrder(deps, {
              alertId,
              ref,
              asset,
              side: direction,
              price,
              receivedAt,
              commandId,
              runId,
            }),
          );
          if (placed.kind !== "busy") break;
          if (turn > MAX_TURNS)
            return await skip(
              placed.lost
                ? `it waited 2 minutes for ${placed.why}`
                : `another order (${placed.heldBy}) was still in flight after 2 minutes`,
            );
          await step.sleep("wait-turn", TURN_MS);
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : "out of attempts";
        const found = await step.run("record-not-placed", () =>
          inTransaction(mirror, (tx) => recordNotPlaced(tx, alertId, reason, commandId, runId)),
        );
        if (found.kind === "lost") await askWhatBecame();
        if (found.kind !== "placed")
          throw new NonRetriableError(
            found.kind === "lost"
              ? `the order's outcome is not known: ${reason}`
              : `no order was placed: ${reason}`,
          );
        placed = found;
      }
      if (placed.kind === "skipped") return skip(placed.reason);
      if (placed.kind === "held") return { held: true, reason: placed.reason };
      if (placed.kind === "unknown") {
        const { reason } = placed;
        await step.run("record-unknown", () => {
          const now = clock.now();
          inTransaction(mirror, (tx) => {
            settleAlert(tx, alertId, "unknown", now, { reason, tradeRef: ref });
            const message = "The order was sent and no answer came. It may exist.";
            answerCommand(tx, commandId, { state: "unknown", message, runId }, now);
          });
        });
        await askWhatBecame();
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
          const message = `Order ${orderId} placed.`;
          answerCommand(tx, commandId, { state: "confirmed", message, runId }, now);
        });
      });
      const { slack } = deps;
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
      return {
        order_id: orderId,
        asset,
        direction,
        price: resumed === null ? priceAsSent(event.data, price) : price,
      };

      function askWhatBecame() {
        const key = `order:${alertId}`;
        return step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create({ intent_key: key }, { id: eventIdFor("outcome.unknown", key) }),
        );
      }
    },
  );

  /** The last try may have died after it had sent, or after it had recorded the answer: the intent says which. */
  function recordNotPlaced(
    tx: MirrorWriter,
    alertId: string,
    reason: string,
    commandId: string | null,
    runId: string,
  ): { kind: "placed"; orderId: string } | { kind: "lost" } | { kind: "not-placed" } {
    const now = clock.now();
    const key = `order:${alertId}`;
    const ref = tradeRefFor(alertId);
    const told = { at: now, actor: by(ID), runId, stepId: "place-order" };
    const intent = getIntent(tx, key);
    if (intent?.status === "done" && intent.remoteId) return { kind: "placed", orderId: intent.remoteId };
    if (intent?.status === "open" || intent?.status === "unknown") {
      settleIntent(tx, key, { status: "unknown", detail: reason }, now);
      applyTradeNews(tx, ref, { status: "unknown", reason }, now, now);
      settleAlert(tx, alertId, "unknown", now, { reason, tradeRef: ref });
      tellTrade(tx, ref, {
        kind: "unknown",
        ...told,
        title: "No answer was recorded",
        detail: "The order may exist; it is not sent again.",
      });
      const message = "The order may have been sent; no answer was recorded.";
      answerCommand(tx, commandId, { state: "unknown", message, runId }, now);
      return { kind: "lost" };
    }
    settleIntent(tx, key, { status: "refused", detail: reason }, now);
    applyTradeNews(tx, ref, { status: "refused", reason }, now, now);
    const detail = `${reason}. Nothing moved.`;
    tellTrade(tx, ref, { kind: "refused", ...told, title: "Not placed", detail });
    settleAlert(tx, alertId, "refused", now, { reason, tradeRef: ref });
    answerCommand(tx, commandId, { state: "failed", message: `No order: ${detail}`, runId }, now);
    return { kind: "not-placed" };
  }
}
