import { z } from "zod";
import type { MirrorWriter } from "../../../db/connection";
import { spentOnMarket, spentSince } from "../../../db/mirror/intents";
import {
  applyTradeNews,
  beginTrade,
  getTrade,
  settleAlert,
  tradeByRemoteId,
  type Trade,
} from "../../../db/mirror/trades";
import { intentKeys, parseIntentKey } from "../../../domain/keys";
import { marketOf } from "../../../domain/markets";
import { formatMicro } from "../../../domain/money";
import { startOfDay, type Deps } from "../../deps";
import type { Order } from "../../purple-flea/port";
import { describeCall } from "../call-words";
import { freeFunds } from "../free-funds";
import type { ActionRequest, MoneyAction } from "../protocol";
import { shortRef } from "../short-ref";

export interface OrderRequest extends ActionRequest {
  alertId: string;
  /** The market, as `marketOf` names it. */
  asset: string;
  side: "long" | "short";
  /** The alert's, a decimal string. */
  price: string;
  /** When the alert came, ms. */
  receivedAt: number;
}

/** Our reference for the order of an alert. */
export const tradeRefFor = (alertId: string): string => shortRef("tr", alertId);

/** An order at market: one per alert for ever, one in flight at a time. */
export const order: MoneyAction<OrderRequest, Trade, Order, { orderId: string }> = {
  name: "order",
  subject: "trade",
  functionId: "trade-on-price-alert",
  steps: { call: "place-order", giveUp: "record-not-placed" },
  pause: "trade",
  whilePaused: "hold",
  purse: "wallet",
  lock: "order",
  repeatableAfter: [],
  retriesUnknown: false,
  keepsSkipped: false,
  resumes: null,
  outlivesRun: false,
  summarySchema: z.object({ orderId: z.string() }),

  key: ({ alertId }) => intentKeys.order(alertId),
  amount: ({ config }) => config.tradeSizeMicro,
  asset: ({ asset }) => asset,
  load: getTrade,
  begin({ config }, tx, { ref, alertId, asset, side, price, runId }, now) {
    const { agentId, tradeSizeMicro: sizeMicro } = config;
    beginTrade(tx, { ref, alertId, agentId, asset, side, sizeMicro, alertPrice: price, runId }, now);
  },
  guard,
  hold(_deps, tx, { ref, alertId }, reason, _source, now) {
    settleAlert(tx, alertId, "held", now, { reason });
    applyTradeNews(tx, ref, { status: "not_executed", reason: `not sent: ${reason}` }, now, now);
  },
  wait: (tx, { alertId }, reason, now) => settleAlert(tx, alertId, "waiting", now, { reason }),

  async call({ purpleFlea }, { asset, side, sizeMicro }, { idempotencyKey }) {
    const outcome = await purpleFlea.placeOrder({ asset, side, sizeMicro, idempotencyKey });
    if (outcome.kind !== "done" || outcome.value.status !== "rejected") return outcome;
    return { kind: "rejected", status: 200, code: "rejected", message: rejectedAs(outcome.value) };
  },

  apply(tx, { key, row }, transition, reason, now) {
    const parsed = parseIntentKey(key);
    const alertId = row?.alertId ?? (parsed?.of === "order" ? parsed.alertId : "");
    const ref = tradeRefFor(alertId);
    switch (transition.kind) {
      case "done":
      case "found":
        applyTradeNews(tx, ref, newsOf(transition.value), now, now);
        settleAlert(tx, alertId, "traded", now, { tradeRef: ref });
        return;
      case "unknown":
        applyTradeNews(tx, ref, { status: "unknown", reason }, now, now);
        settleAlert(tx, alertId, "unknown", now, { reason: reason ?? undefined, tradeRef: ref });
        return;
      case "rejected":
      case "given-up":
      case "found-missing":
      case "skipped": {
        const status = transition.kind === "rejected" ? "rejected" : "not_executed";
        applyTradeNews(tx, ref, { status, reason }, now, now);
        const outcome = transition.kind === "skipped" ? "skipped" : status;
        settleAlert(tx, alertId, outcome, now, { reason: reason ?? undefined, tradeRef: row?.ref });
        return;
      }
      case "reserved":
      case "not-executed":
        return;
      default:
        transition satisfies never;
    }
  },
  describe: (row, transition) =>
    describeCall(
      {
        reserved: row ? `${row.side} ${row.asset}, ${formatMicro(row.sizeMicro)} USDC at market` : null,
        done: ({ id, fillPrice }) => ({
          kind: "placed",
          title: `Order placed: ${id}`,
          detail: fillPrice ? `filled at ${fillPrice}` : undefined,
          receipt: `Order ${id} placed.`,
        }),
        found: ({ id }) => ({ title: `The order exists: ${id}` }),
        unknown: { kind: "unknown", mayBe: "The order may exist", receipt: "The order was sent" },
        not: "Not placed",
        // An alert that is skipped before its first attempt has no trade.
        tellsSkipped: row !== undefined,
      },
      transition,
    ),
  summary: ({ remoteId }) => (remoteId === null ? null : { orderId: remoteId }),
  remoteIdOf: ({ id }) => id,

  reconcile: () => Promise.resolve({ kind: "needs-a-person" }),
  async verifyRemoteId({ mirror, purpleFlea }, intent, remoteId) {
    if (!remoteId) return "Purple Flea's order id is missing";
    const value = await purpleFlea.order(remoteId);
    const trade = getTrade(mirror, intent.subjectRef);
    if (value.asset && trade && marketOf(value.asset) !== marketOf(trade.asset))
      return `${remoteId} is an order for ${value.asset}, this one was for ${trade.asset}`;
    if (value.side && trade && value.side !== trade.side)
      return `${remoteId} is ${value.side}, this one was ${trade.side}`;
    if (value.sizeMicro !== null && value.sizeMicro !== intent.amountMicro)
      return `${remoteId} is over ${formatMicro(value.sizeMicro)} USDC, this one was over ${formatMicro(intent.amountMicro)} USDC`;
    return value.status === "rejected" ? { missing: rejectedAs(value) } : { value };
  },
  ownerOf: (tx, remoteId) => tradeByRemoteId(tx, remoteId)?.ref,
};

const rejectedAs = ({ id }: Order): string => `Purple Flea rejected the order ${id}`;

/** Why an order may not be sent now, from what the mirror knows; null when it may. Its own intent is open already. */
function guard(
  { config }: Deps,
  tx: MirrorWriter,
  { asset, receivedAt }: OrderRequest,
  now: number,
): string | null {
  const sizeMicro = config.tradeSizeMicro;
  if (now - receivedAt > config.tradeMaxAlertAgeMs) return "the alert was too old when its turn came";
  if (config.tradeMaxMicro !== undefined && sizeMicro > config.tradeMaxMicro)
    return `the order is over the limit of ${formatMicro(config.tradeMaxMicro)} USDC`;
  const free = freeFunds(tx, sizeMicro);
  if (free === undefined || free < config.tradeMinBalanceMicro || free < sizeMicro)
    return "insufficient balance";
  const today = startOfDay(now);
  const daily = config.tradeDailyLimitMicro;
  if (daily !== undefined && spentSince(tx, "order", today) > daily)
    return "the daily limit for trades is reached";
  const limits = config.tradeAssetLimits;
  const ofAsset = limits?.get(asset) ?? limits?.get("*");
  if (ofAsset !== undefined && spentOnMarket(tx, asset, today) > ofAsset)
    return `the daily limit for ${asset} is reached`;
  return null;
}

/** What an order's reply says about its trade. */
export function newsOf(reply: Order) {
  const status =
    reply.status === "rejected"
      ? ("rejected" as const)
      : reply.status === null
        ? reply.fillPrice
          ? ("filled" as const)
          : ("open" as const)
        : reply.status;
  return {
    status,
    rawStatus: reply.rawStatus,
    // Taken, with a word that is not known here: it is read again until there is another.
    reason: status === "unknown" ? `Purple Flea says "${reply.rawStatus ?? ""}"` : null,
    remoteId: reply.id,
    fillPrice: reply.fillPrice,
    feeMicro: reply.feeMicro,
    filledAt: reply.filledAt,
    // Of a position that still runs it would be the profit of the moment.
    ...((status === "closed" || status === "liquidated") && {
      closedAt: reply.closedAt,
      pnlMicro: reply.pnlMicro,
    }),
  };
}
