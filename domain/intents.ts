import type { StatusLook } from "./statuses";

/** Where money of the agent lies that calls can spend. At the gateway there is one. */
export const purses = ["wallet"] as const;
export type Purse = (typeof purses)[number];

/**
 * What the intent of a money call says: open is in flight. What was not executed may be tried again; what was given up was not
 * executed either, and is not.
 */
export const intentStatuses = [
  "open",
  "done",
  "rejected",
  "skipped",
  "not_executed",
  "given_up",
  "unknown",
] as const;
export type IntentStatus = (typeof intentStatuses)[number];
/** What is known for good: only that it was executed after all is news. */
export const isFinal = (status: IntentStatus): boolean =>
  status === "done" || status === "rejected" || status === "skipped" || status === "given_up";
/** What a money call's record says of the money. Without a record nothing was sent. */
export const intentMoney: Record<IntentStatus, string> = {
  open: "It was sent and no answer is recorded yet: it may have happened",
  done: "It happened",
  rejected: "Nothing moved",
  given_up: "Nothing moved",
  skipped: "Nothing was sent and nothing moved",
  not_executed: "Nothing moved so far",
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
export type MoneyActionName = (typeof moneyActions)[number];

/** An action, as the first words of a sentence about one. */
export const actionWords: Record<MoneyActionName, string> = {
  order: "Order",
  "escrow-create": "Creation of escrow",
  "escrow-release": "Release of escrow",
  "escrow-cancel": "Cancellation of escrow",
  claim: "Faucet claim",
  bet: "Bet",
};
export const intentLook: Record<IntentStatus, StatusLook> = {
  open: { label: "In flight", meaning: "sent, the answer is awaited", tone: "info", icon: "circle-dot" },
  done: { label: "Done", meaning: "It happened", tone: "positive", icon: "circle-check" },
  rejected: {
    label: "Rejected",
    meaning: "Purple Flea said no; it is not sent again",
    tone: "danger",
    icon: "circle-x",
  },
  skipped: {
    label: "Skipped",
    meaning: "Not sent, with the reason; it is not sent later",
    tone: "none",
    icon: "circle-minus",
  },
  not_executed: {
    label: "Not executed yet",
    meaning: "It did not happen; it may be tried again",
    tone: "none",
    icon: "circle-dashed",
  },
  given_up: {
    label: "Not executed",
    meaning: "It did not happen and is not sent again",
    tone: "none",
    icon: "circle-x",
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
