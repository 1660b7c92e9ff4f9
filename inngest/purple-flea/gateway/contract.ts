import { z } from "zod";
import { extra, moment, nonNegativeUsdc, price, remoteId, shortText, usdc } from "./wire-values";
import { readBetOutcome, readEscrowStatus, readOrderStatus } from "./remote-statuses";

export * from "./remote-statuses";
export * from "./webhook-envelope";

/*
 * What Purple Flea's gateway says and hears. [guide]: published in its Inngest guide. [docs]: elsewhere in its docs, where
 * pages disagree. [ours]: not published; chosen here. `z.input` of a schema is the wire, `z.output` what we work with:
 * money in micro-USDC (bigint), moments in milliseconds. Fields nobody names are ignored.
 */

/** GET /wallet/balance [guide] */
export const balanceReply = z
  .object({ usdc_balance: usdc })
  .transform((wire) => ({ balanceMicro: wire.usdc_balance }));
export type BalanceWire = z.input<typeof balanceReply>;
export type Balance = z.output<typeof balanceReply>;

/** POST /trading/order [guide] */
export const orderRequest = z.object({
  asset: z.string().min(1).max(20),
  side: z.enum(["long", "short"]),
  size_usdc: z.number().positive(),
  order_type: z.literal("market"),
});
export type OrderRequestWire = z.input<typeof orderRequest>;

/** The order: `id` [guide], the rest [docs]; the same from GET /trading/order/:id, with its closing and result [ours]. */
export const orderReply = z
  .object({
    id: remoteId,
    status: extra(shortText),
    fill_price: extra(price),
    filled_at: extra(moment),
    fee_usdc: extra(nonNegativeUsdc),
    asset: extra(shortText),
    side: extra(shortText),
    size_usdc: extra(nonNegativeUsdc),
    closed_at: extra(moment),
    pnl_usdc: extra(usdc),
  })
  .transform((wire) => ({
    id: wire.id,
    /** What was ordered, when the reply repeats it: an id that a person names is held against it. */
    asset: wire.asset,
    side: wire.side,
    sizeMicro: wire.size_usdc,
    status: wire.status === null ? null : readOrderStatus(wire.status),
    rawStatus: wire.status,
    fillPrice: wire.fill_price,
    filledAt: wire.filled_at,
    feeMicro: wire.fee_usdc,
    closedAt: wire.closed_at,
    pnlMicro: wire.pnl_usdc,
  }));
export type OrderWire = z.input<typeof orderReply>;
export type Order = z.output<typeof orderReply>;

/** POST /escrow/create [guide]. Amount at least 0.10 USDC, 1 to 720 hours. */
export const escrowRequest = z.object({
  amount_usdc: z.number().positive(),
  counterparty_address: z.string().min(1).max(120),
  description: z.string().max(500),
  timeout_hours: z.number().int().min(1).max(720),
});
export type EscrowRequestWire = z.input<typeof escrowRequest>;

const escrowStatusOf = (raw: string | null) => (raw === null ? null : readEscrowStatus(raw));

/** `id` [guide], the rest [docs]. */
export const escrowCreatedReply = z
  .object({
    id: remoteId,
    status: extra(shortText),
    fee_usdc: extra(nonNegativeUsdc),
    expires_at: extra(moment),
  })
  .transform((wire) => ({
    id: wire.id,
    status: escrowStatusOf(wire.status),
    rawStatus: wire.status,
    feeMicro: wire.fee_usdc,
    expiresAt: wire.expires_at,
  }));
export type EscrowCreatedWire = z.input<typeof escrowCreatedReply>;
export type EscrowCreated = z.output<typeof escrowCreatedReply>;

/** GET /escrow/:id [docs] */
export const escrowReply = z
  .object({
    id: remoteId,
    status: shortText,
    amount_usdc: usdc,
    fee_usdc: extra(nonNegativeUsdc),
    referral_usdc: extra(nonNegativeUsdc),
    counterparty_address: extra(shortText),
    created_at: extra(moment),
    expires_at: extra(moment),
    confirmed_at: extra(moment),
    confirmed_by: extra(shortText),
    released_at: extra(moment),
    refunded_at: extra(moment),
    tx_hash: extra(shortText),
  })
  .transform((wire) => ({
    id: wire.id,
    status: readEscrowStatus(wire.status),
    rawStatus: wire.status,
    amountMicro: wire.amount_usdc,
    feeMicro: wire.fee_usdc,
    referralMicro: wire.referral_usdc,
    counterparty: wire.counterparty_address,
    createdAt: wire.created_at,
    expiresAt: wire.expires_at,
    confirmedAt: wire.confirmed_at,
    confirmedBy: wire.confirmed_by,
    releasedAt: wire.released_at,
    refundedAt: wire.refunded_at,
    txHash: wire.tx_hash,
  }));
export type EscrowWire = z.input<typeof escrowReply>;
export type Escrow = z.output<typeof escrowReply>;

/** POST /escrow/:id/release [guide]. `referral` is null when nobody referred the agent. */
export const releaseReply = z
  .object({ tx_hash: shortText, fee_usdc: nonNegativeUsdc, referral: nonNegativeUsdc.nullable() })
  .transform((wire) => ({ txHash: wire.tx_hash, feeMicro: wire.fee_usdc, referralMicro: wire.referral }));
export type ReleaseWire = z.input<typeof releaseReply>;
export type Release = z.output<typeof releaseReply>;

/** POST /escrow/:id/cancel [guide] */
export const cancelReply = z
  .object({ status: shortText })
  .transform((wire) => ({ status: readEscrowStatus(wire.status), rawStatus: wire.status }));
export type CancelWire = z.input<typeof cancelReply>;
export type Cancel = z.output<typeof cancelReply>;

const seedText = z.string().min(1).max(256);
const nonce = z.number().int().nonnegative();

/** GET /casino/commitment [ours]: what the next bet is bound to, asked for before it is placed. */
export const commitmentReply = z
  .object({ server_seed_hash: seedText, nonce })
  .transform((wire) => ({ serverSeedHash: wire.server_seed_hash, nonce: wire.nonce }));
export type CommitmentWire = z.input<typeof commitmentReply>;
export type Commitment = z.output<typeof commitmentReply>;

/** POST /casino/bet [docs]; game and params [ours]. */
export const betRequest = z.object({
  game: z.literal("coin_flip"),
  amount_usdc: z.number().positive(),
  params: z.object({ side: z.enum(["heads", "tails"]) }),
  client_seed: seedText,
});
export type BetRequestWire = z.input<typeof betRequest>;

/** The bet [docs]; the same with `server_seed` from GET /casino/bet/:id [ours]. */
export const betReply = z
  .object({
    id: remoteId,
    outcome: shortText,
    payout_usdc: nonNegativeUsdc,
    server_seed_hash: seedText,
    client_seed: seedText,
    nonce,
    server_seed: extra(seedText),
    game: extra(shortText),
    amount_usdc: extra(nonNegativeUsdc),
  })
  .transform((wire) => ({
    id: wire.id,
    outcome: readBetOutcome(wire.outcome),
    rawOutcome: wire.outcome,
    payoutMicro: wire.payout_usdc,
    serverSeedHash: wire.server_seed_hash,
    clientSeed: wire.client_seed,
    nonce: wire.nonce,
    serverSeed: wire.server_seed,
    game: wire.game,
    stakeMicro: wire.amount_usdc,
  }));
export type BetWire = z.input<typeof betReply>;
export type Bet = z.output<typeof betReply>;

/** GET /domains [docs] */
export const domainsReply = z.array(
  z
    .object({ domain: shortText, status: shortText, registered_at: extra(moment), expires_at: extra(moment) })
    .transform((wire) => ({
      domain: wire.domain,
      status: wire.status,
      registeredAt: wire.registered_at,
      expiresAt: wire.expires_at,
    })),
);
export type DomainsWire = z.input<typeof domainsReply>;
export type Domain = z.output<typeof domainsReply>[number];

/** GET {faucet}/status?agent_id= [guide] */
export const faucetStatusReply = z
  .object({ can_claim: z.boolean(), next_eligible_at: extra(moment) })
  .transform((wire) => ({ canClaim: wire.can_claim, nextEligibleAt: wire.next_eligible_at }));
export type FaucetStatusWire = z.input<typeof faucetStatusReply>;
export type FaucetStatus = z.output<typeof faucetStatusReply>;

/** POST {faucet}/claim [guide]; carries no key. */
export const claimRequest = z.object({ agent_id: shortText, wallet_address: shortText });
export type ClaimRequestWire = z.input<typeof claimRequest>;
export const claimReply = z
  .object({ amount_usdc: nonNegativeUsdc, tx_hash: shortText })
  .transform((wire) => ({ amountMicro: wire.amount_usdc, txHash: wire.tx_hash }));
export type ClaimWire = z.input<typeof claimReply>;
export type Claim = z.output<typeof claimReply>;

/** The body of a refusal [docs]. */
export interface ErrorWire {
  error: string;
  message: string;
}
