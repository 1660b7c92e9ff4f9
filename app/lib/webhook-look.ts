import type { StatusLook } from "../../domain/statuses";
import type { WebhookOutcome } from "../../domain/webhook-outcomes";

const looks: Record<WebhookOutcome, StatusLook> = {
  applied: {
    label: "Applied",
    meaning: "the mirror was brought up to it",
    tone: "positive",
    icon: "circle-check",
  },
  older: {
    label: "Older news",
    meaning: "the mirror knew something newer",
    tone: "none",
    icon: "circle-minus",
  },
  unmatched: {
    label: "Unmatched",
    meaning: "it is about something the mirror does not have",
    tone: "caution",
    icon: "triangle-alert",
  },
  "unknown-type": {
    label: "Type not known",
    meaning: "kept as it came; nothing was done",
    tone: "unknown",
    icon: "circle-question-mark",
  },
  unreadable: {
    label: "Not readable",
    meaning: "its data is not of the form its type has",
    tone: "danger",
    icon: "circle-x",
  },
};

const notHandled: StatusLook = {
  label: "Not handled yet",
  meaning: "its run has not begun",
  tone: "info",
  icon: "inbox",
};

/** What `record-webhook` made of a webhook; null is before a run has looked at it. */
export const webhookLook = (outcome: WebhookOutcome | null): StatusLook =>
  outcome === null ? notHandled : looks[outcome];
