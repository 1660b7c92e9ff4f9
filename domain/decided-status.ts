import type { StatusLook } from "./statuses";

/** Where a decision about a pending escrow stands, told in place of the escrow's own status until the mirror agrees. */
export const decidedStatuses = ["queued", "parked", "sent", "retrying"] as const;
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
  retrying: {
    label: "Retrying",
    meaning: "refused so far, nothing moved; the next try has a time",
    tone: "caution",
    icon: "rotate-cw",
  },
};
