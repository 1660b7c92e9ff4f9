import type { z } from "zod";
import type { ReadWebhook, WebhookNews } from "../port";
import { readEscrowStatus } from "./remote-statuses";
import {
  casinoWebhookData,
  escrowWebhookData,
  faucetWebhookData,
  isKnownWebhookName,
  tradeWebhookData,
  transferWebhookData,
  webhookEnvelope,
  webhookNames as names,
  type WebhookEnvelope,
  type WebhookName,
} from "./webhook-envelope";

/** What each name is about. */
const aboutOf: Record<WebhookName, WebhookNews["about"]> = {
  "escrow.funded": "escrow",
  "escrow.confirmed": "escrow",
  "escrow.released": "escrow",
  "escrow.refunded": "escrow",
  "trade.filled": "order",
  "position.opened": "order",
  "position.closed": "order",
  "position.liquidated": "order",
  "casino.result": "bet",
  "bet.won": "bet",
  "bet.lost": "bet",
  "faucet.claimed": "claim",
  "wallet.transfer": "transfer",
  "swap.completed": "other",
  "domain.registered": "other",
  "referral.earned": "other",
};

/** See the port. */
export const webhookNames = (about?: WebhookNews["about"]): readonly WebhookName[] =>
  about === undefined ? names : names.filter((name) => aboutOf[name] === about);

/** Sources of a transfer that are movements of our own rows. */
const OWN_SOURCES = /escrow|trad|order|position|casino|bet|faucet|fee|refund/i;

/** See the port. */
export function readWebhook(raw: unknown): ReadWebhook {
  const envelope = webhookEnvelope.safeParse(raw);
  if (!envelope.success) return { kind: "unreadable", detail: "the envelope cannot be read" };
  const { id, name, rawName, timestamp: at } = envelope.data;
  if (!isKnownWebhookName(name)) return { kind: "unknown-type", rawName };
  const news = newsOf(name, envelope.data);
  return typeof news === "string"
    ? { kind: "unreadable", detail: news }
    : { kind: "read", id, name, at, news };
}

function newsOf(name: WebhookName, envelope: WebhookEnvelope): WebhookNews | string {
  switch (name) {
    case "escrow.funded":
    case "escrow.confirmed":
    case "escrow.released":
    case "escrow.refunded": {
      const event = escrowEvents[name];
      return readable(escrowWebhookData, envelope, (data) => ({
        about: "escrow",
        event,
        remoteId: data.escrowId,
        counterparty: data.counterparty,
        status:
          data.rawStatus !== null
            ? readEscrowStatus(data.rawStatus)
            : event === "released" || event === "refunded"
              ? event
              : "locked",
        confirmedBy: data.confirmedBy,
        confirmedAt: data.confirmedAt,
      }));
    }
    case "trade.filled":
    case "position.opened":
    case "position.closed":
    case "position.liquidated": {
      const status = orderStatuses[name];
      return readable(
        tradeWebhookData,
        envelope,
        ({ orderId, fillPrice, feeMicro, pnlMicro, filledAt, closedAt }) => ({
          about: "order",
          remoteId: orderId,
          status,
          fillPrice,
          feeMicro,
          pnlMicro,
          filledAt,
          closedAt,
        }),
      );
    }
    case "casino.result":
    case "bet.won":
    case "bet.lost":
      return readable(casinoWebhookData, envelope, ({ betId }) => ({ about: "bet", remoteId: betId }));
    case "faucet.claimed":
      return readable(faucetWebhookData, envelope, ({ agentId, amountMicro, txHash, claimedAt }) => ({
        about: "claim",
        agentId,
        amountMicro,
        txHash,
        claimedAt,
      }));
    case "wallet.transfer":
      return readable(transferWebhookData, envelope, (data) => ({
        about: "transfer",
        txId: data.txId,
        amountMicro: data.direction === "in" ? data.amountMicro : -data.amountMicro,
        balanceAfterMicro: data.balanceAfterMicro,
        source: data.source,
        isOwn: OWN_SOURCES.test(data.source ?? ""),
      }));
    case "swap.completed":
    case "domain.registered":
    case "referral.earned":
      return { about: "other" };
    default:
      return name satisfies never;
  }
}

const escrowEvents = {
  "escrow.funded": "funded",
  "escrow.confirmed": "confirmed",
  "escrow.released": "released",
  "escrow.refunded": "refunded",
} as const;
const orderStatuses = {
  "trade.filled": "filled",
  "position.opened": "filled",
  "position.closed": "closed",
  "position.liquidated": "liquidated",
} as const;

/** What the data says, or in words which field of it cannot be read. */
function readable<S extends z.ZodType>(
  schema: S,
  envelope: WebhookEnvelope,
  say: (data: z.output<S>) => WebhookNews,
): WebhookNews | string {
  const data = schema.safeParse(envelope.data);
  if (data.success) return say(data.data);
  const [issue] = data.error.issues;
  const field = issue?.path.join(".") || "its data";
  const given = issue?.path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    envelope.data,
  );
  return given === undefined
    ? `${envelope.name} lacks ${field}`
    : `${field} of ${envelope.name} ${issue?.code === "custom" ? issue.message : "cannot be read"}`;
}
