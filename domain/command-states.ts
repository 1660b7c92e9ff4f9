import type { StatusLook } from "./statuses";

/** queued, parked and sent are told from the outbox; the others from what the functions answered in the mirror. */
export const commandStates = [
  "queued",
  "parked",
  "sent",
  "confirmed",
  "failed",
  "skipped",
  "unknown",
] as const;
export type CommandState = (typeof commandStates)[number];
/** What the functions answer a command with. */
export type AnswerState = Exclude<CommandState, "queued" | "parked" | "sent">;
export const commandLook: Record<CommandState, StatusLook> = {
  queued: {
    label: "Queued, not sent yet",
    meaning: "recorded here; the engine has not taken it",
    tone: "none",
    icon: "inbox",
  },
  parked: {
    label: "Not sent",
    meaning: "it cannot be sent as it is; nothing happens until somebody sends it again",
    tone: "danger",
    icon: "circle-pause",
  },
  sent: {
    label: "Sent",
    meaning: "accepted by the engine; the mirror does not agree yet",
    tone: "info",
    icon: "send",
  },
  confirmed: { label: "Confirmed", meaning: "the mirror agrees", tone: "positive", icon: "circle-check" },
  failed: { label: "Failed", meaning: "refused; nothing moved", tone: "danger", icon: "circle-x" },
  skipped: {
    label: "Skipped",
    meaning: "not sent to Purple Flea, by a rule of this desk or a person's word; nothing moved",
    tone: "none",
    icon: "circle-minus",
  },
  unknown: {
    label: "Unknown",
    meaning: "no answer; look it up or decide",
    tone: "unknown",
    icon: "circle-question-mark",
  },
};
