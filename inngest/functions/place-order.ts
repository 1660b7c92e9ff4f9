import { inTransaction } from "../../db/connection";
import { recordBalance, recordSync, walletBalance } from "../../db/mirror/balances";
import { committed, openIntent, settleIntent, spentSince } from "../../db/mirror/intents";
import { applyTradeNews, beginTrade, settleAlert, tellTrade } from "../../db/mirror/trades";
import { pauseReason } from "../../db/read/decisions";
import { formatMicro } from "../../domain/money";
import type { Order } from "../purple-flea/contract";
import { throwFor } from "../purple-flea/outcomes";
import { by, startOfDay, type Setting } from "./setting";

const ID = "trade-on-price-alert";

/** Reads the wallet at Purple Flea into the mirror; says whether it is under the smallest balance that may trade. */
export async function checkBalance({
  purpleFlea,
  mirror,
  clock,
  config,
}: Setting): Promise<{ balance_usdc: string; tooLow: boolean }> {
  // The moment before the read: what is done while the read is under way counts as not yet in it.
  const asked = clock.now();
  const { balanceMicro } = await purpleFlea.balance();
  inTransaction(mirror, (tx) => {
    recordBalance(tx, "wallet", balanceMicro, true, asked);
    recordSync(tx, "wallet", asked);
  });
  return { balance_usdc: formatMicro(balanceMicro), tooLow: balanceMicro < config.tradeMinBalanceMicro };
}

export type Placed =
  | { kind: "placed"; orderId: string }
  | { kind: "busy"; heldBy: string }
  | { kind: "skipped"; reason: string }
  | { kind: "unknown"; reason: string };

interface OrderRequest {
  alertId: string;
  ref: string;
  asset: string;
  side: "long" | "short";
  price: string;
  runId: string;
}

/**
 * Checks and acts: one transaction looks at the balance less what is committed, the limits, the pause and the order in
 * flight, and writes the intent; then the order is sent, once; then its outcome is written.
 * @throws NonRetriableError when refused, RetryAfterError or Error when it is known not to have happened
 */
export async function placeOrder(setting: Setting, order: OrderRequest): Promise<Placed> {
  const { mirror, read, purpleFlea, clock, config } = setting;
  const key = `order:${order.alertId}`;
  const sizeMicro = config.tradeSizeMicro;
  const opened = inTransaction(mirror, (tx) => {
    const now = clock.now();
    const intent = openIntent(
      tx,
      {
        key,
        action: "order",
        subjectRef: order.ref,
        amountMicro: sizeMicro,
        asset: order.asset,
        runId: order.runId,
        lock: "order",
      },
      now,
    );
    if (intent.kind === "busy") {
      settleAlert(tx, order.alertId, "waiting", now, { reason: `waits for ${intent.heldBy.subjectRef}` });
      return intent;
    }
    if (intent.kind === "settled") {
      if (intent.intent.status === "unknown")
        applyTradeNews(tx, order.ref, { status: "unknown", reason: intent.intent.detail }, now, now);
      return intent;
    }
    const refusal = whyNot(tx);
    if (refusal) {
      settleIntent(tx, key, { status: "refused", detail: refusal }, now);
      return { kind: "skipped" as const, reason: refusal };
    }
    beginTrade(
      tx,
      {
        ref: order.ref,
        alertId: order.alertId,
        agentId: config.agentId,
        asset: order.asset,
        side: order.side,
        sizeMicro,
        alertPrice: order.price,
        runId: order.runId,
      },
      now,
    );
    tellTrade(tx, order.ref, {
      kind: "intent",
      at: now,
      title: "Intent recorded",
      detail: `${order.side} ${order.asset}, ${formatMicro(sizeMicro)} USDC at market`,
      actor: by(ID),
      runId: order.runId,
      stepId: "place-order",
    });
    return intent;

    function whyNot(at: typeof tx): string | null {
      const paused = pauseReason(read, "trade");
      if (paused) return paused;
      // The intent just opened is part of what is committed.
      const free = (walletBalance(at) ?? 0n) - (committed(at) - sizeMicro);
      if (free < config.tradeMinBalanceMicro || free < sizeMicro) return "insufficient balance";
      const limit = config.tradeDailyLimitMicro;
      if (limit !== undefined && spentSince(at, "order", startOfDay(now)) > limit)
        return "the daily limit for trades is reached";
      return null;
    }
  });
  switch (opened.kind) {
    case "busy":
      return { kind: "busy", heldBy: opened.heldBy.subjectRef };
    case "skipped":
      return opened;
    case "settled":
      if (opened.intent.status === "done" && opened.intent.remoteId)
        return { kind: "placed", orderId: opened.intent.remoteId };
      if (opened.intent.status === "refused")
        return { kind: "skipped", reason: opened.intent.detail ?? "refused before" };
      return { kind: "unknown", reason: opened.intent.detail ?? "no answer came" };
    case "send":
      break;
    default:
      return opened satisfies never;
  }

  const outcome = await purpleFlea.placeOrder({
    asset: order.asset,
    side: order.side,
    sizeMicro,
    idempotencyKey: opened.idempotencyKey,
  });
  const now = clock.now();
  const told = { at: now, actor: by(ID), runId: order.runId, stepId: "place-order" };
  switch (outcome.kind) {
    case "done":
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "done", remoteId: outcome.value.id }, now);
        applyTradeNews(tx, order.ref, newsOf(outcome.value), now, now);
        tellTrade(tx, order.ref, {
          kind: "placed",
          ...told,
          title: `Order placed: ${outcome.value.id}`,
          detail: outcome.value.fillPrice ? `filled at ${outcome.value.fillPrice}` : undefined,
        });
      });
      return { kind: "placed", orderId: outcome.value.id };
    case "unknown":
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "unknown", detail: outcome.reason }, now);
        applyTradeNews(tx, order.ref, { status: "unknown", reason: outcome.reason }, now, now);
        tellTrade(tx, order.ref, {
          kind: "unknown",
          ...told,
          title: "No answer came",
          detail: `${outcome.reason}. The order may exist; it is not sent again.`,
        });
      });
      return { kind: "unknown", reason: outcome.reason };
    case "refused":
    case "not-done":
      inTransaction(mirror, (tx) =>
        settleIntent(
          tx,
          key,
          {
            status: outcome.kind === "refused" ? "refused" : "not_done",
            detail: outcome.kind === "refused" ? outcome.message : outcome.reason,
          },
          now,
        ),
      );
      return throwFor(outcome);
    default:
      return outcome satisfies never;
  }
}

/** What an order's reply says about its trade. */
export function newsOf(order: Order) {
  const status =
    order.status === "rejected"
      ? ("refused" as const)
      : order.status === null
        ? order.fillPrice
          ? ("filled" as const)
          : ("open" as const)
        : order.status;
  return {
    status,
    rawStatus: order.rawStatus,
    remoteId: order.id,
    fillPrice: order.fillPrice,
    feeMicro: order.feeMicro,
    filledAt: order.filledAt,
  };
}
