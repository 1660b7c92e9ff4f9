import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { walletBalance } from "../../db/mirror/balances";
import {
  committed,
  getIntent,
  openIntent,
  settleIntent,
  spentOnMarket,
  spentSince,
  type Intent,
  type Try,
} from "../../db/mirror/intents";
import { applyTradeNews, beginTrade, getTrade, settleAlert, tellTrade } from "../../db/mirror/trades";
import { pauseReason } from "../../db/read/pauses";
import { marketOf } from "../../domain/markets";
import { formatMicro, type MicroUsdc } from "../../domain/money";
import type { Order } from "../purple-flea/port";
import { throwFor } from "../purple-flea/outcomes";
import { by, startOfDay, type Deps } from "../deps";

const ID = "trade-on-price-alert";

export type Placed =
  | { kind: "placed"; orderId: string }
  /** `why` it waits, and `lost` for an order of unknown outcome; steps of before this was told have neither. */
  | { kind: "busy"; heldBy: string; why?: string; lost?: boolean }
  | { kind: "skipped"; reason: string }
  /** Trading is paused: the alert waits for that to end. */
  | { kind: "held"; reason: string }
  | { kind: "unknown"; reason: string };

interface OrderRequest {
  alertId: string;
  ref: string;
  asset: string;
  side: "long" | "short";
  price: string;
  /** When the alert came, ms. */
  receivedAt: number;
  commandId: string | null;
  runId: string;
}

/**
 * Checks and acts: one transaction looks at the balance less what is committed, the limits, the pause, the alert's age and the
 * orders in flight or of unknown outcome, and writes the intent; then the order is sent, once; then its outcome is written.
 * @throws NonRetriableError when refused, RetryAfterError or Error when it is known not to have happened
 */
export async function placeOrder(deps: Deps, asked: OrderRequest): Promise<Placed> {
  // A step of before names were read may hand on another spelling.
  const order = { ...asked, asset: marketOf(asked.asset) };
  const { mirror, clock, config } = deps;
  const key = `order:${order.alertId}`;
  const sizeMicro = config.tradeSizeMicro;
  const opened = inTransaction(mirror, (tx) => {
    const now = clock.now();
    const before = getIntent(tx, key);
    const paused = pauseReason(tx, "trade");
    // What is known not to have been sent yet waits with the others; what may have been sent is past a pause.
    if (paused && (!before || before.status === "not_done")) {
      settleAlert(tx, order.alertId, "held", now, { reason: paused });
      applyTradeNews(tx, order.ref, { status: "refused", reason: `not sent: ${paused}` }, now, now);
      return { kind: "held" as const, reason: paused };
    }
    const intent = openIntent(
      tx,
      {
        key,
        action: "order",
        subjectRef: order.ref,
        amountMicro: sizeMicro,
        asset: order.asset,
        commandId: order.commandId,
        runId: order.runId,
        lock: "order",
        afterUnknown: config.tradeAfterUnknown,
      },
      now,
    );
    if (intent.kind === "busy") {
      settleAlert(tx, order.alertId, "waiting", now, { reason: `waits for ${inWords(intent.heldBy)}` });
      return intent;
    }
    if (intent.kind === "settled") {
      if (intent.intent.status === "unknown")
        applyTradeNews(tx, order.ref, { status: "unknown", reason: intent.intent.detail }, now, now);
      return intent;
    }
    const refusal = whyNot(deps, tx, order, sizeMicro, now);
    if (refusal) {
      settleIntent(tx, key, { status: "refused", detail: refusal }, now);
      applyTradeNews(tx, order.ref, { status: "refused", reason: refusal }, now, now);
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
  });
  switch (opened.kind) {
    case "busy":
      return {
        kind: "busy",
        heldBy: opened.heldBy.subjectRef,
        why: inWords(opened.heldBy),
        lost: opened.heldBy.status === "unknown",
      };
    case "held":
    case "skipped":
      return opened;
    case "settled":
      if (opened.intent.status === "done" && opened.intent.remoteId)
        return { kind: "placed", orderId: opened.intent.remoteId };
      if (opened.intent.status === "refused")
        return { kind: "skipped", reason: opened.intent.detail ?? "refused before" };
      return { kind: "unknown", reason: opened.intent.detail ?? "no answer came" };
    case "send":
      return sendOrder(deps, order.ref, key, opened, {
        functionId: ID,
        runId: order.runId,
        stepId: "place-order",
      });
    default:
      return opened satisfies never;
  }
}

/** The order another one waits for, with what is the matter with it. */
const inWords = ({ subjectRef, status, asset }: Intent): string =>
  status === "unknown"
    ? `order ${subjectRef}${asset ? ` on ${marketOf(asset)}` : ""}, whose outcome is unknown`
    : `order ${subjectRef}, which is in flight`;

/** Why an order may not be sent now, from what the mirror knows; null when it may. Its own intent is open already. */
function whyNot(
  { config }: Deps,
  tx: MirrorWriter,
  order: OrderRequest,
  sizeMicro: MicroUsdc,
  now: number,
): string | null {
  if (now - order.receivedAt > config.tradeMaxAlertAgeMs) return "the alert was too old when its turn came";
  if (config.tradeMaxMicro !== undefined && sizeMicro > config.tradeMaxMicro)
    return `the order is over the limit of ${formatMicro(config.tradeMaxMicro)} USDC`;
  // The intent just opened is part of what is committed.
  const free = (walletBalance(tx) ?? 0n) - (committed(tx) - sizeMicro);
  if (free < config.tradeMinBalanceMicro || free < sizeMicro) return "insufficient balance";
  const today = startOfDay(now);
  const daily = config.tradeDailyLimitMicro;
  if (daily !== undefined && spentSince(tx, "order", today) > daily)
    return "the daily limit for trades is reached";
  const limits = config.tradeAssetLimits;
  const ofAsset = limits?.get(order.asset) ?? limits?.get("*");
  if (ofAsset !== undefined && spentOnMarket(tx, order.asset, today) > ofAsset)
    return `the daily limit for ${order.asset} is reached`;
  return null;
}

/**
 * Sends the order of an intent that was just opened, once, and writes what came of it.
 * @throws as placeOrder
 */
export async function sendOrder(
  { mirror, purpleFlea, clock }: Deps,
  ref: string,
  key: string,
  { idempotencyKey }: Try,
  step: { functionId: string; runId: string; stepId: string },
): Promise<Extract<Placed, { kind: "placed" | "unknown" }>> {
  const trade = getTrade(mirror, ref);
  if (!trade) throw new Error(`the mirror has no trade ${ref}`);
  const { asset, side, sizeMicro } = trade;
  const outcome = await purpleFlea.placeOrder({ asset, side, sizeMicro, idempotencyKey });
  const now = clock.now();
  const told = { at: now, actor: by(step.functionId), runId: step.runId, stepId: step.stepId };
  switch (outcome.kind) {
    case "done":
      // Row, alert and answer in the same transaction: the run may have been told by another try that no answer came.
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "done", remoteId: outcome.value.id }, now);
        applyTradeNews(tx, ref, newsOf(outcome.value), now, now);
        settleAlert(tx, trade.alertId, "traded", now, { tradeRef: ref });
        const message = `Order ${outcome.value.id} placed.`;
        answerCommand(
          tx,
          getIntent(tx, key)?.commandId,
          { state: "confirmed", message, runId: step.runId },
          now,
        );
        tellTrade(tx, ref, {
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
        applyTradeNews(tx, ref, { status: "unknown", reason: outcome.reason }, now, now);
        tellTrade(tx, ref, {
          kind: "unknown",
          nth: String(getIntent(tx, key)?.tries ?? 1),
          ...told,
          title: "No answer came",
          detail: `${outcome.reason}. The order may exist; it is not sent again.`,
        });
      });
      return { kind: "unknown", reason: outcome.reason };
    case "refused":
      // Row and alert in the same transaction: the run may be given up before its next step.
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "refused", detail: outcome.message }, now);
        applyTradeNews(tx, ref, { status: "refused", reason: outcome.message }, now, now);
        const alertId = getTrade(tx, ref)?.alertId;
        if (alertId) settleAlert(tx, alertId, "refused", now, { reason: outcome.message, tradeRef: ref });
      });
      return throwFor(outcome);
    case "not-done":
      inTransaction(mirror, (tx) =>
        settleIntent(tx, key, { status: "not_done", detail: outcome.reason }, now),
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
    // Of a position that still runs it would be the profit of the moment.
    ...((status === "closed" || status === "liquidated") && {
      closedAt: order.closedAt,
      pnlMicro: order.pnlMicro,
    }),
  };
}
