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
  "refused",
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
  refused: {
    label: "Refused",
    meaning: "Purple Flea said no; nothing moved",
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

export const tradeStatuses = [
  "placing",
  "open",
  "filled",
  "closed",
  "liquidated",
  "refused",
  "unknown",
] as const;
export type TradeStatus = (typeof tradeStatuses)[number];
export const tradeLook: Record<TradeStatus, StatusLook> = {
  placing: { label: "Placing", meaning: "the order is on its way", tone: "info", icon: "circle-dot" },
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
  refused: {
    label: "Refused",
    meaning: "Purple Flea said no; nothing moved",
    tone: "danger",
    icon: "circle-x",
  },
  unknown: {
    label: "Unknown",
    meaning: "sent, no answer; it may exist; never repeated by itself",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};
/** What the Overview counts as open: the order or its position may still move money. */
export const openTradeStatuses = ["placing", "open", "filled", "unknown"] as const;

export const alertOutcomes = [
  "received",
  "waiting",
  "held",
  "traded",
  "skipped",
  "refused",
  "unknown",
] as const;
export type AlertOutcome = (typeof alertOutcomes)[number];
export const alertLook: Record<AlertOutcome, StatusLook> = {
  received: { label: "Received", meaning: "a run has picked it up", tone: "info", icon: "circle-dot" },
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
  refused: {
    label: "Refused",
    meaning: "it could not be read, or Purple Flea said no; nothing moved",
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

export const betStatuses = ["placing", "won", "lost", "skipped", "refused", "unknown"] as const;
export type BetStatus = (typeof betStatuses)[number];
export const betLook: Record<BetStatus, StatusLook> = {
  placing: { label: "Placing", meaning: "the bet is on its way", tone: "info", icon: "circle-dot" },
  won: { label: "Won", meaning: "the payout is in the wallet", tone: "positive", icon: "circle-check" },
  lost: { label: "Lost", meaning: "the stake is gone", tone: "none", icon: "circle-minus" },
  skipped: { label: "Skipped", meaning: "not placed, with the reason", tone: "none", icon: "circle-minus" },
  refused: {
    label: "Refused",
    meaning: "Purple Flea said no; nothing moved",
    tone: "danger",
    icon: "circle-x",
  },
  unknown: {
    label: "Unknown",
    meaning: "sent, no answer; never repeated by itself",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};

export const claimStatuses = ["claiming", "claimed", "refused", "unknown"] as const;
export type ClaimStatus = (typeof claimStatuses)[number];
export const claimLook: Record<ClaimStatus, StatusLook> = {
  claiming: { label: "Claiming", meaning: "the claim is on its way", tone: "info", icon: "circle-dot" },
  claimed: { label: "Claimed", meaning: "the amount was paid out", tone: "positive", icon: "circle-check" },
  refused: {
    label: "Refused",
    meaning: "Purple Flea said no; nothing moved",
    tone: "danger",
    icon: "circle-x",
  },
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

/** What a money call's record says: open is before the answer. */
export const intentStatuses = ["open", "done", "refused", "skipped", "not_done", "unknown"] as const;
export type IntentStatus = (typeof intentStatuses)[number];
/** What a money call's record says of the money. Without a record nothing was sent. */
export const intentMoney: Record<IntentStatus, string> = {
  open: "It was sent and no answer is recorded yet: it may have happened",
  done: "It happened",
  refused: "Nothing moved",
  skipped: "Nothing was sent and nothing moved",
  not_done: "Nothing moved so far",
  unknown: "It was sent and no answer came: it may have happened",
};
export const NOTHING_SENT = "Nothing was sent so far";
export const moneyActions = [
  "order",
  "escrow-create",
  "escrow-release",
  "escrow-cancel",
  "claim",
  "bet",
] as const;
export type MoneyAction = (typeof moneyActions)[number];

/** An action, as the first words of a sentence about one. */
export const actionWords: Record<MoneyAction, string> = {
  order: "Order",
  "escrow-create": "Creation of escrow",
  "escrow-release": "Release of escrow",
  "escrow-cancel": "Cancellation of escrow",
  claim: "Faucet claim",
  bet: "Bet",
};
export const intentLook: Record<IntentStatus, StatusLook> = {
  open: { label: "Under way", meaning: "sent, the answer is awaited", tone: "info", icon: "circle-dot" },
  done: { label: "Done", meaning: "It happened", tone: "positive", icon: "circle-check" },
  refused: {
    label: "Not done",
    meaning: "It did not happen and is not sent again",
    tone: "none",
    icon: "circle-x",
  },
  skipped: {
    label: "Skipped",
    meaning: "Not sent, with the reason; it is not sent later",
    tone: "none",
    icon: "circle-minus",
  },
  not_done: {
    label: "Not done yet",
    meaning: "It did not happen; it may be tried again",
    tone: "none",
    icon: "circle-dashed",
  },
  unknown: {
    label: "Unknown",
    meaning: "sent, no answer; never repeated by itself",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};

/** What a person may decide about a call whose outcome is not known. `dropped`: it did not happen and is let be. */
export const outcomeDecisions = ["happened", "repeated", "dropped", "left"] as const;
export type OutcomeDecision = (typeof outcomeDecisions)[number];

/** What can be paused, and what a pause of it holds and lets go on. */
export const pauseKinds = ["trade", "escrow-create", "escrow-release", "bet", "claim"] as const;
export type PauseKind = (typeof pauseKinds)[number];
/** Which pause an action falls under. A cancel brings money back and is never paused. */
export const pauseKindOf: Record<Exclude<MoneyAction, "escrow-cancel">, PauseKind> & {
  "escrow-cancel": null;
} = {
  order: "trade",
  "escrow-create": "escrow-create",
  "escrow-release": "escrow-release",
  "escrow-cancel": null,
  bet: "bet",
  claim: "claim",
};
export interface PauseLook {
  label: string;
  /** The actions of the desk that are refused while it is armed. */
  blocks: string;
  /** What comes by event meanwhile. */
  holds: string;
  goesOn: string;
}
export const pauseLook: Record<PauseKind, PauseLook> = {
  trade: {
    label: "Trades",
    blocks: "Send price alert",
    holds: "Price alerts are kept as held. No order is sent.",
    goesOn: "Orders that were sent already, their fills and the closing of positions.",
  },
  "escrow-create": {
    label: "New escrows",
    blocks: "Create escrow",
    holds: "Escrows that are asked for are kept as held. Nothing is locked.",
    goesOn: "Escrows that are locked already: they can be released, rejected and refunded.",
  },
  "escrow-release": {
    label: "Releases",
    blocks: "Approve escrow",
    holds: "Approvals and confirmations are kept on record; the money stays locked.",
    goesOn:
      "Rejections, and the refund of an escrow at its deadline, also of one that was approved: Purple Flea refunds it by itself.",
  },
  bet: {
    label: "Bets",
    blocks: "Place bet",
    holds: "Nothing. A bet that falls due or is asked for by event is skipped and says so.",
    goesOn: "The verification of bets that were placed.",
  },
  claim: {
    label: "Faucet claims",
    blocks: "Claim faucet",
    holds: "Nothing. The claim of a day that passes is not made.",
    goesOn: "Looking up a claim that was sent and not answered.",
  },
};

/** Where money of the agent lies that calls can spend. At the gateway there is one. */
export const purses = ["wallet"] as const;
export type Purse = (typeof purses)[number];

export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** Where the mirror reads from. */
export const sources = ["wallet", "trading", "escrow", "casino", "faucet", "domains"] as const;
export type Source = (typeof sources)[number];

/** What the balances page adds up: the wallet from the API, the others from our own books. */
export const balanceKinds = ["wallet", "locked", "positions", "earned", "claimed", "won", "lost"] as const;
export type BalanceKind = (typeof balanceKinds)[number];
