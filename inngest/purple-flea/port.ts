import type { MicroUsdc } from "../../domain/money";
import type { Outcome } from "./outcomes";

/*
 * Purple Flea as the functions know it, whichever dialect is behind it: amounts in micro-USDC, moments in ms UTC, null for what
 * the dialect does not tell. `raw…` is Purple Flea's own word, to be shown beside ours.
 */

/** What a dialect can do; functions and pages ask for these, never for the dialect's name. */
export interface Capabilities {
  /** A locked escrow can be cancelled by the one who made it. */
  canCancel: boolean;
  /** What happens at Purple Flea is told by signed webhooks. */
  tellsByWebhook: boolean;
  /** An escrow can be asked for by the reference that was sent with it. */
  findsEscrowByReference: boolean;
  /** A bet can be asked for by its client seed. */
  findsBetBySeed: boolean;
  /** The balance of trading can be read by itself; else orders are paid from the wallet. */
  tradingBalance: boolean;
  /** How often the faucet pays an agent. */
  faucet: "daily" | "once";
}

/** Money calls name the business act they belong to: the same act, the same key, however often it is repeated. */
export interface Keyed {
  idempotencyKey: string;
}

export interface Balance {
  balanceMicro: MicroUsdc;
}
export type OrderStatus = "open" | "filled" | "closed" | "liquidated" | "rejected" | "unknown";
/** `asset`, `side` and `sizeMicro` are what was ordered, when the reply repeats it: an id that a person names is held against it. */
export interface Order {
  id: string;
  asset: string | null;
  side: string | null;
  sizeMicro: MicroUsdc | null;
  status: OrderStatus | null;
  rawStatus: string | null;
  /** A decimal string. */
  fillPrice: string | null;
  filledAt: number | null;
  feeMicro: MicroUsdc | null;
  closedAt: number | null;
  pnlMicro: MicroUsdc | null;
}
/** `completed`: the counterparty says it is done, the money is still locked. */
export type EscrowState = "locked" | "completed" | "released" | "refunded" | "disputed" | "unknown";
export interface EscrowCreated {
  id: string;
  rawStatus: string | null;
  feeMicro: MicroUsdc | null;
  expiresAt: number | null;
}
export interface Escrow {
  id: string;
  status: EscrowState;
  rawStatus: string;
  amountMicro: MicroUsdc;
  feeMicro: MicroUsdc | null;
  referralMicro: MicroUsdc | null;
  counterparty: string | null;
  createdAt: number | null;
  expiresAt: number | null;
  confirmedAt: number | null;
  confirmedBy: string | null;
  releasedAt: number | null;
  refundedAt: number | null;
  txHash: string | null;
}
/** `referralMicro` is null when nobody referred the agent. */
export interface Release {
  txHash: string;
  feeMicro: MicroUsdc;
  referralMicro: MicroUsdc | null;
}
export interface Cancel {
  status: EscrowState;
  rawStatus: string;
}
/** What the next bet is bound to, asked for before it is placed. */
export interface Commitment {
  serverSeedHash: string;
  nonce: number;
}
export interface Bet {
  id: string;
  outcome: "won" | "lost" | "pending" | "unknown";
  rawOutcome: string;
  payoutMicro: MicroUsdc;
  serverSeedHash: string;
  clientSeed: string;
  nonce: number;
  /** Null until it is revealed. */
  serverSeed: string | null;
  stakeMicro: MicroUsdc | null;
}
export interface Domain {
  domain: string;
  status: string;
  registeredAt: number | null;
  expiresAt: number | null;
}
export interface FaucetStatus {
  canClaim: boolean;
  nextEligibleAt: number | null;
}
export interface Claim {
  amountMicro: MicroUsdc;
  txHash: string;
}

/** What a verified webhook says. Its ids are Purple Flea's. */
export type WebhookNews =
  | {
      about: "escrow";
      event: "funded" | "confirmed" | "released" | "refunded";
      remoteId: string;
      counterparty: string | null;
      status: EscrowState;
      confirmedBy: string | null;
      confirmedAt: number | null;
    }
  | {
      about: "order";
      remoteId: string;
      status: "filled" | "closed" | "liquidated";
      fillPrice: string | null;
      feeMicro: MicroUsdc | null;
      pnlMicro: MicroUsdc | null;
      filledAt: number | null;
      closedAt: number | null;
    }
  | { about: "bet"; remoteId: string }
  | {
      about: "claim";
      agentId: string;
      amountMicro: MicroUsdc | null;
      txHash: string | null;
      claimedAt: number | null;
    }
  | {
      about: "transfer";
      txId: string;
      /** What came in; negative for what went out. */
      amountMicro: MicroUsdc;
      balanceAfterMicro: MicroUsdc | null;
      source: string | null;
      /** It is the movement of a row that books it already. */
      isOwn: boolean;
    }
  /** Known, and says nothing that the API does not say better. */
  | { about: "other" };

/** A webhook's envelope and what is in it, as far as it can be read. `name` is spelled with dots, lower case. */
export type ReadWebhook =
  | { kind: "read"; id: string; name: string; at: number | null; news: WebhookNews }
  | { kind: "unknown-type"; rawName: string }
  | { kind: "unreadable"; detail: string };

/**
 * The calls. Money calls answer with an outcome and do not throw for anything Purple Flea or the network may do; a mistake of
 * ours (an amount no JSON number can carry, an empty key) throws before anything is sent. Reads answer with the value or throw
 * ReadRefused (not retried), RetryAfterError, or Error (retried).
 */
export interface PurpleFlea {
  readonly capabilities: Capabilities;
  balance(): Promise<Balance>;
  placeOrder(
    order: { asset: string; side: "long" | "short"; sizeMicro: MicroUsdc } & Keyed,
  ): Promise<Outcome<Order>>;
  order(id: string): Promise<Order>;
  createEscrow(
    escrow: {
      amountMicro: MicroUsdc;
      counterparty: string;
      description: string;
      timeoutHours: number;
    } & Keyed,
  ): Promise<Outcome<EscrowCreated>>;
  escrow(id: string): Promise<Escrow>;
  releaseEscrow(id: string, keyed: Keyed): Promise<Outcome<Release>>;
  cancelEscrow(id: string, keyed: Keyed): Promise<Outcome<Cancel>>;
  casinoCommitment(): Promise<Commitment>;
  placeBet(
    bet: {
      game: "coin_flip";
      side: "heads" | "tails";
      stakeMicro: MicroUsdc;
      clientSeed: string;
    } & Keyed,
  ): Promise<Outcome<Bet>>;
  bet(id: string): Promise<Bet>;
  domains(): Promise<Domain[]>;
  faucetStatus(agentId: string): Promise<FaucetStatus>;
  claimFaucet(claim: { agentId: string; wallet: string } & Keyed): Promise<Outcome<Claim>>;
  /** Reads an envelope that was verified and stored. */
  readWebhook(envelope: unknown): ReadWebhook;
  /** The names under which webhooks about a thing come; all that are known when it is not said. */
  webhookNames(about?: WebhookNews["about"]): readonly string[];
}
