import type { MoneyActionName } from "./intents";

/** What can be paused, and what a pause of it holds and does not hold. */
export const pauseKinds = ["trade", "escrow-create", "escrow-release", "bet", "claim"] as const;
export type PauseKind = (typeof pauseKinds)[number];
/** Which pause an action falls under. A cancel brings money back and is never paused. */
export const pauseKindOf: Record<Exclude<MoneyActionName, "escrow-cancel">, PauseKind> & {
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
