import canonicalize from "canonicalize";
import { z } from "zod";
import { wellFormed } from "../../../domain/foreign-json";
import { extra, foreignId, moment, nonNegativeUsdc, price, remoteId, shortText, usdc } from "./wire-values";

/** Names seen in the docs, spelled with dots. A name outside this list is stored and shown, never refused. */
export const webhookNames = [
  "escrow.funded",
  "escrow.confirmed",
  "escrow.released",
  "escrow.refunded",
  "trade.filled",
  "position.opened",
  "position.closed",
  "position.liquidated",
  "casino.result",
  "bet.won",
  "bet.lost",
  "faucet.claimed",
  "wallet.transfer",
  "swap.completed",
  "domain.registered",
  "referral.earned",
] as const;
export type WebhookName = (typeof webhookNames)[number];

/** Pages spell names with dots or with underscores: both become dots, lower case. */
export function normaliseWebhookName(raw: string): string {
  return raw.trim().toLowerCase().replace(/[_.]+/g, ".");
}

/** True for a name the docs know; takes a normalised name. */
export function isKnownWebhookName(name: string): name is WebhookName {
  return (webhookNames as readonly string[]).includes(name);
}

/** The envelope: `event` or `type`, whichever is there; `event` when both are. */
export const webhookEnvelope = z
  .object({
    id: foreignId,
    event: extra(foreignId),
    type: extra(foreignId),
    timestamp: extra(moment),
    api_version: extra(shortText),
    agent_id: extra(foreignId),
    data: z.record(z.string(), z.unknown()),
  })
  .transform((wire, context) => {
    const rawName = wire.event ?? wire.type;
    if (rawName === null) {
      context.addIssue({ code: "custom", path: ["event"], message: "names no webhook, nor does type" });
      return z.NEVER;
    }
    return {
      id: wire.id,
      name: normaliseWebhookName(rawName),
      rawName,
      /** The envelope's own moment in ms; may be any age. */
      timestamp: wire.timestamp,
      agentId: wire.agent_id,
      data: wire.data,
    };
  });

/**
 * Whether two envelopes say the same: in whatever order and spacing they were written, and whenever each was sent. A sender may
 * stamp what it delivers again anew; that alone is no other news.
 */
export function isSameNews(one: unknown, other: unknown): boolean {
  return canonicalize(undated(wellFormed(one))) === canonicalize(undated(wellFormed(other)));
}
function undated(envelope: unknown): unknown {
  if (typeof envelope !== "object" || envelope === null) return envelope;
  return Object.fromEntries(Object.entries(envelope).filter(([name]) => name !== "timestamp"));
}

export type WebhookEnvelopeWire = z.input<typeof webhookEnvelope>;
export type WebhookEnvelope = z.output<typeof webhookEnvelope>;

/** `escrow_id` is Purple Flea's id, not the operator's reference. */
export const escrowWebhookData = z
  .object({
    escrow_id: remoteId,
    amount_usdc: extra(usdc),
    counterparty: extra(shortText),
    fee_usdc: extra(nonNegativeUsdc),
    referral_usdc: extra(nonNegativeUsdc),
    status: extra(shortText),
    expires_at: extra(moment),
    confirmed_by: extra(shortText),
    confirmed_at: extra(moment),
  })
  .transform((wire) => ({
    escrowId: wire.escrow_id,
    amountMicro: wire.amount_usdc,
    counterparty: wire.counterparty,
    feeMicro: wire.fee_usdc,
    referralMicro: wire.referral_usdc,
    rawStatus: wire.status,
    expiresAt: wire.expires_at,
    confirmedBy: wire.confirmed_by,
    confirmedAt: wire.confirmed_at,
  }));
export type EscrowWebhookData = z.output<typeof escrowWebhookData>;

/** trade.filled and position.*; `pnl_usdc` [ours] is what a closed position won or lost. */
export const tradeWebhookData = z
  .object({
    order_id: remoteId,
    symbol: extra(shortText),
    side: extra(shortText),
    filled_qty: extra(price),
    fill_price: extra(price),
    fee_usdc: extra(nonNegativeUsdc),
    filled_at: extra(moment),
    size_usdc: extra(nonNegativeUsdc),
    pnl_usdc: extra(usdc),
    closed_at: extra(moment),
  })
  .transform((wire) => ({
    orderId: wire.order_id,
    symbol: wire.symbol,
    side: wire.side,
    filledQty: wire.filled_qty,
    fillPrice: wire.fill_price,
    feeMicro: wire.fee_usdc,
    filledAt: wire.filled_at,
    sizeMicro: wire.size_usdc,
    pnlMicro: wire.pnl_usdc,
    closedAt: wire.closed_at,
  }));
export type TradeWebhookData = z.output<typeof tradeWebhookData>;

/** casino.result, bet.won, bet.lost. */
export const casinoWebhookData = z
  .object({
    bet_id: remoteId,
    game: extra(shortText),
    amount_usdc: extra(nonNegativeUsdc),
    outcome: extra(shortText),
    payout_usdc: extra(nonNegativeUsdc),
    seed_hash: extra(shortText),
  })
  .transform((wire) => ({
    betId: wire.bet_id,
    game: wire.game,
    stakeMicro: wire.amount_usdc,
    rawOutcome: wire.outcome,
    payoutMicro: wire.payout_usdc,
    seedHash: wire.seed_hash,
  }));
export type CasinoWebhookData = z.output<typeof casinoWebhookData>;

/** faucet.claimed */
export const faucetWebhookData = z
  .object({
    agent_id: foreignId,
    amount_usdc: extra(nonNegativeUsdc),
    wallet_address: extra(shortText),
    tx_hash: extra(foreignId),
    claimed_at: extra(moment),
  })
  .transform((wire) => ({
    agentId: wire.agent_id,
    amountMicro: wire.amount_usdc,
    wallet: wire.wallet_address,
    txHash: wire.tx_hash,
    claimedAt: wire.claimed_at,
  }));
export type FaucetWebhookData = z.output<typeof faucetWebhookData>;

/** wallet.transfer */
export const transferWebhookData = z
  .object({
    tx_id: foreignId,
    direction: z.enum(["in", "out"]),
    amount_usdc: nonNegativeUsdc,
    balance_after: extra(usdc),
    source: extra(shortText),
  })
  .transform((wire) => ({
    txId: wire.tx_id,
    direction: wire.direction,
    amountMicro: wire.amount_usdc,
    balanceAfterMicro: wire.balance_after,
    source: wire.source,
  }));
export type TransferWebhookData = z.output<typeof transferWebhookData>;
