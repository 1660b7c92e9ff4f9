import { createHash } from "node:crypto";
import { z } from "zod";
import type { MirrorWriter } from "../../../db/connection";
import { walletBalance } from "../../../db/mirror/balances";
import { reservedFunds, spentOnMarket, spentSince } from "../../../db/mirror/intents";
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
import type { ActionRequest, MoneyAction, Told, Transition } from "../protocol";

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

/** Our reference for the order of an alert: short, and the same for the same alert. */
export const tradeRefFor = (alertId: string): string =>
  `tr_${createHash("sha256").update(alertId).digest("hex").slice(0, 12)}`;

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
  describe,
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
  // The intent just opened is part of what is reserved.
  const free = (walletBalance(tx) ?? 0n) - (reservedFunds(tx, "wallet") - sizeMicro);
  if (free < config.tradeMinBalanceMicro || free < sizeMicro) return "insufficient balance";
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

function describe(row: Trade | undefined, transition: Transition<Order>): Told {
  switch (transition.kind) {
    case "reserved":
      return {
        reason: null,
        entry: row
          ? {
              kind: "intent",
              title: "Intent recorded",
              detail: `${row.side} ${row.asset}, ${formatMicro(row.sizeMicro)} USDC at market`,
            }
          : null,
        answer: null,
      };
    case "done": {
      const { id, fillPrice } = transition.value;
      return {
        reason: null,
        entry: {
          kind: "placed",
          title: `Order placed: ${id}`,
          detail: fillPrice ? `filled at ${fillPrice}` : undefined,
        },
        answer: { state: "confirmed", message: `Order ${id} placed.` },
      };
    }
    case "rejected":
      return noOrder(transition.reason, "Rejected by Purple Flea");
    case "given-up":
      return noOrder(transition.reason, "Not placed");
    case "not-executed":
      return { reason: null, entry: null, answer: null };
    case "unknown": {
      const { reason } = transition;
      const detail = `${reason}. The order may exist; it is not sent again by itself.`;
      return {
        reason,
        entry: { kind: "unknown", title: "No answer came", detail },
        answer: { state: "unknown", message: "The order was sent and no answer came. It may exist." },
      };
    }
    case "skipped": {
      const { reason } = transition;
      const message = `Skipped: ${reason}. No order was sent.`;
      const entry = { kind: "rejected", title: "Skipped", detail: `${reason}. Nothing moved.` } as const;
      return { reason, entry: row ? entry : null, answer: { state: "skipped", message } };
    }
    case "found": {
      const title = `The order exists: ${transition.value.id}`;
      return {
        reason: null,
        entry: { kind: "found", title, detail: transition.words },
        answer: { state: "confirmed", message: `${title}.` },
      };
    }
    case "found-missing": {
      const { reason } = transition;
      return {
        reason,
        entry: { kind: "not-happened", title: "It did not happen", detail: `${reason}. Nothing moved.` },
        answer: { state: "failed", message: `Not done: ${reason}. Nothing moved.` },
      };
    }
    default:
      return transition satisfies never;
  }
}

const noOrder = (reason: string, title: string): Told => ({
  reason,
  entry: { kind: "rejected", title, detail: `${reason}. Nothing moved.` },
  answer: { state: "failed", message: `No order: ${reason}. Nothing moved.` },
});

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
