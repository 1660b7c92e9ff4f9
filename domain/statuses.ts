/**
 * Every status the product shows, once. A status has a word for people, what it means, a tone and an icon name; adding one
 * to a list makes each table that lacks it a type error.
 */
export type Tone = "none" | "info" | "positive" | "caution" | "danger" | "unknown";
export interface StatusLook {
  label: string;
  meaning: string;
  tone: Tone;
  /** A lucide icon name. */
  icon: string;
}

/** held: asked for while escrows are paused. creating: our intent is written, the create call has not answered yet. */
export const escrowStatuses = [
  "held",
  "creating",
  "pending",
  "releasing",
  "cancelling",
  "released",
  "refunded",
  "disputed",
  "not_created",
  "unknown",
] as const;
export type EscrowStatus = (typeof escrowStatuses)[number];
export const escrowLook: Record<EscrowStatus, StatusLook> = {
  held: {
    label: "Held",
    meaning: "asked for while new escrows are paused; nothing is locked",
    tone: "caution",
    icon: "circle-pause",
  },
  creating: {
    label: "Creating",
    meaning: "asked for; Purple Flea has not answered yet",
    tone: "info",
    icon: "circle-dot",
  },
  pending: {
    label: "Pending",
    meaning: "funds locked, waits for a decision or a confirmation",
    tone: "none",
    icon: "circle-dashed",
  },
  releasing: { label: "Releasing", meaning: "the release step is running", tone: "info", icon: "circle-dot" },
  cancelling: {
    label: "Cancelling",
    meaning: "the cancel step is running",
    tone: "info",
    icon: "circle-dot",
  },
  released: {
    label: "Released",
    meaning: "Purple Flea and the mirror agree",
    tone: "positive",
    icon: "circle-check",
  },
  refunded: { label: "Refunded", meaning: "cancelled, the money is back", tone: "none", icon: "undo-2" },
  disputed: {
    label: "Disputed",
    meaning: "locked until it is resolved at Purple Flea",
    tone: "caution",
    icon: "scale",
  },
  not_created: {
    label: "Not created",
    meaning: "rejected by Purple Flea or not sent, with the reason; nothing is locked",
    tone: "danger",
    icon: "circle-x",
  },
  unknown: {
    label: "Unknown",
    meaning: "we cannot tell; it cannot be approved",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};
/** Money is still locked, or may be. */
export const openEscrowStatuses = [
  "creating",
  "pending",
  "releasing",
  "cancelling",
  "disputed",
  "unknown",
] as const;

/** What an order, an alert, a bet and a claim have in common that came to nothing. */
const noes = {
  rejected: {
    label: "Rejected",
    meaning: "Purple Flea said no; nothing moved",
    tone: "danger",
    icon: "circle-x",
  },
  not_executed: {
    label: "Not executed",
    meaning: "it did not happen and is not sent again; nothing moved",
    tone: "none",
    icon: "circle-minus",
  },
} satisfies Record<string, StatusLook>;

export const tradeStatuses = [
  "placing",
  "open",
  "filled",
  "closed",
  "liquidated",
  "rejected",
  "not_executed",
  "unknown",
] as const;
export type TradeStatus = (typeof tradeStatuses)[number];
export const tradeLook: Record<TradeStatus, StatusLook> = {
  placing: { label: "Placing", meaning: "the order is in flight", tone: "info", icon: "circle-dot" },
  open: { label: "Open", meaning: "accepted; not filled or still running", tone: "info", icon: "circle-dot" },
  filled: {
    label: "Filled",
    meaning: "the order is done, the position runs",
    tone: "positive",
    icon: "circle-check",
  },
  closed: { label: "Closed", meaning: "the position is closed", tone: "none", icon: "circle-slash" },
  liquidated: {
    label: "Liquidated",
    meaning: "closed by force, with a loss",
    tone: "danger",
    icon: "octagon-alert",
  },
  ...noes,
  unknown: {
    label: "Unknown",
    meaning: "sent, no answer; it may exist; never repeated by itself",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};
/** What the Overview counts as open: the order or its position may still move money. */
export const openTradeStatuses = ["placing", "open", "filled", "unknown"] as const;
/** The order was not taken: no position came of it. */
export const notPlacedTradeStatuses = ["rejected", "not_executed"] as const;
export const isNotPlaced = (status: TradeStatus): boolean =>
  status === "rejected" || status === "not_executed";

export const alertOutcomes = [
  "received",
  "waiting",
  "held",
  "traded",
  "skipped",
  "rejected",
  "not_executed",
  "refused",
  "unknown",
] as const;
export type AlertOutcome = (typeof alertOutcomes)[number];
export const alertLook: Record<AlertOutcome, StatusLook> = {
  received: { label: "Received", meaning: "a run has it", tone: "info", icon: "circle-dot" },
  waiting: { label: "Waiting", meaning: "waits for another order", tone: "none", icon: "hourglass" },
  held: {
    label: "Held",
    meaning: "came while trading is paused; nothing was sent",
    tone: "caution",
    icon: "circle-pause",
  },
  traded: { label: "Traded", meaning: "an order was placed", tone: "positive", icon: "circle-check" },
  skipped: {
    label: "Skipped",
    meaning: "no order was sent, with the reason",
    tone: "none",
    icon: "circle-minus",
  },
  ...noes,
  refused: {
    label: "Refused",
    meaning: "it could not be read; nothing was sent",
    tone: "danger",
    icon: "circle-x",
  },
  unknown: {
    label: "Unknown",
    meaning: "the order was sent and no answer came",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};

export const betStatuses = [
  "placing",
  "won",
  "lost",
  "skipped",
  "rejected",
  "not_executed",
  "unknown",
] as const;
export type BetStatus = (typeof betStatuses)[number];
export const betLook: Record<BetStatus, StatusLook> = {
  placing: { label: "Placing", meaning: "the bet is in flight", tone: "info", icon: "circle-dot" },
  won: { label: "Won", meaning: "the payout is in the wallet", tone: "positive", icon: "circle-check" },
  lost: { label: "Lost", meaning: "the stake is gone", tone: "none", icon: "circle-minus" },
  skipped: { label: "Skipped", meaning: "not placed, with the reason", tone: "none", icon: "circle-minus" },
  ...noes,
  unknown: {
    label: "Unknown",
    meaning: "sent, no answer; never repeated by itself",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};

export const claimStatuses = ["claiming", "claimed", "rejected", "not_executed", "unknown"] as const;
export type ClaimStatus = (typeof claimStatuses)[number];
export const claimLook: Record<ClaimStatus, StatusLook> = {
  claiming: { label: "Claiming", meaning: "the claim is in flight", tone: "info", icon: "circle-dot" },
  claimed: { label: "Claimed", meaning: "the amount was paid out", tone: "positive", icon: "circle-check" },
  ...noes,
  unknown: {
    label: "Unknown",
    meaning: "sent, no answer; never repeated by itself",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};

export const runStatuses = [
  "queued",
  "running",
  "waiting",
  "retrying",
  "completed",
  "failed",
  "cancelled",
] as const;
export type RunStatus = (typeof runStatuses)[number];
export const runLook: Record<RunStatus, StatusLook> = {
  queued: { label: "Queued", meaning: "not started", tone: "none", icon: "inbox" },
  running: { label: "Running", meaning: "in a step", tone: "info", icon: "circle-dot" },
  waiting: {
    label: "Waiting",
    meaning: "sleeping for an event or a time; holds nothing",
    tone: "none",
    icon: "hourglass",
  },
  retrying: {
    label: "Retrying",
    meaning: "an attempt failed, the next one has a time",
    tone: "caution",
    icon: "rotate-cw",
  },
  completed: { label: "Completed", meaning: "ended", tone: "positive", icon: "circle-check" },
  failed: {
    label: "Failed",
    meaning: "out of attempts, or not to be repeated",
    tone: "danger",
    icon: "circle-x",
  },
  cancelled: { label: "Cancelled", meaning: "stopped before its end", tone: "none", icon: "ban" },
};

export const stepStatuses = ["running", "waiting", "retrying", "completed", "failed", "dropped"] as const;
export type StepStatus = (typeof stepStatuses)[number];
export const stepLook: Record<StepStatus, StatusLook> = {
  running: runLook.running,
  waiting: runLook.waiting,
  retrying: runLook.retrying,
  completed: runLook.completed,
  failed: runLook.failed,
  dropped: { label: "Dropped", meaning: "its run ended first", tone: "none", icon: "circle-minus" },
};

export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** Where the mirror reads from. */
export const sources = ["wallet", "trading", "escrow", "casino", "faucet", "domains"] as const;
export type Source = (typeof sources)[number];

/** What the balances page adds up: the wallet from the API, the others from our own books. */
export const balanceKinds = ["wallet", "locked", "positions", "earned", "claimed", "won", "lost"] as const;
export type BalanceKind = (typeof balanceKinds)[number];
