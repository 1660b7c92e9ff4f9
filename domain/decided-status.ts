import type { StatusLook } from "./statuses";

/** Where a decision about a pending escrow stands, told in place of the escrow's own status until the mirror agrees. */
export const decidedStatuses = ["queued", "parked", "sent", "in-flight", "retrying", "put-off"] as const;
export type DecidedStatus = (typeof decidedStatuses)[number];
export const decidedLook: Record<DecidedStatus, StatusLook> = {
  queued: {
    label: "Queued, not sent yet",
    meaning: "decided and recorded here; the engine has not taken it",
    tone: "none",
    icon: "inbox",
  },
  parked: {
    label: "Not sent",
    meaning:
      "decided and recorded here; it cannot be sent as it is, and nothing moves until somebody sends it again",
    tone: "danger",
    icon: "circle-pause",
  },
  sent: {
    label: "Sent, not confirmed",
    meaning: "the engine has the decision; the mirror does not agree yet",
    tone: "info",
    icon: "send",
  },
  "in-flight": {
    label: "In flight",
    meaning: "sent to Purple Flea; no answer is recorded yet, so it may have happened",
    tone: "info",
    icon: "circle-dot",
  },
  retrying: {
    label: "Retrying",
    meaning: "not done so far, nothing moved; the next attempt has a time",
    tone: "caution",
    icon: "rotate-cw",
  },
  "put-off": {
    label: "Not done yet",
    meaning: "it did not happen and nothing moved; the decision stands, and the next try has a time",
    tone: "caution",
    icon: "rotate-cw",
  },
};
