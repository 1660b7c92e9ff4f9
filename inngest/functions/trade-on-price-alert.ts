import { NonRetriableError } from "inngest";
import { z } from "zod";
import { inTransaction } from "../../db/connection";
import { recordAlert, resumeAlert } from "../../db/mirror/trades";
import { tell } from "../../db/mirror/timeline";
import { isCommand } from "../../db/read/decisions";
import { marketOf } from "../../domain/markets";
import { formatMicro } from "../../domain/money";
import { functionActor, type Deps } from "../deps";
import { alertResumed, priceAlert, tradeTrigger } from "../events";
import { order, tradeRefFor } from "../money-calls/actions/order";
import { runMoneyAction } from "../money-calls/run";
import { readWallet } from "./read-wallet";

const ID = "trade-on-price-alert";

/** The price as the alert wrote it: a number stays one, as in Purple Flea's guide. */
const priceAsSent = (data: unknown, price: string): string | number => {
  const sent = z.object({ price: z.union([z.number(), z.string()]) }).safeParse(data);
  return sent.success ? sent.data.price : price;
};

/**
 * Buys or sells on a price alert: one order per alert id for ever, one order at a time. The wallet is read first; whether the order
 * may be sent is judged with the intent, in one transaction.
 */
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
      if (alert.known) return { skipped: true, reason: `another run has this alert: ${alert.outcome}` };
      if ("refused" in alert) return { refused: true, reason: alert.refused };
      const { direction, price, receivedAt } = alert;
      // Steps of earlier builds return the sender's spelling.
      const asset = marketOf(alert.asset);
      const commandId = isCommand(read, alertId) ? alertId : null;

      await step.run("check-balance", async () => ({ balance_usdc: formatMicro(await readWallet(deps)) }));
      const placed = await runMoneyAction(
        deps,
        step,
        order,
        () => ({ ref, alertId, asset, side: direction, price, receivedAt, commandId, runId }),
        runId,
      );
      switch (placed.kind) {
        case "done":
          break;
        case "skipped":
          return { skipped: true, reason: placed.reason };
        case "held":
          return { held: true, reason: placed.reason };
        case "unknown":
          return { unknown: true, reason: placed.reason };
        case "rejected":
        case "given-up":
          throw new NonRetriableError(`no order was placed: ${placed.reason}`);
        default:
          return placed satisfies never;
      }
      const { orderId } = placed;
      await step.run("log-trade", () => {
        const [actor, detail] = [functionActor(ID), `run ${runId}`];
        const subject = { type: "trade", ref } as const;
        const told = { kind: "logged", at: clock.now(), title: "Trade logged", detail } as const;
        inTransaction(mirror, (tx) => tell(tx, { subject, ...told, actor, runId, stepId: "log-trade" }));
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
    },
  );
}
