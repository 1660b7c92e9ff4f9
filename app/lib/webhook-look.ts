import type { StatusLook } from "../../domain/statuses";
import { own } from "./own";

const looks: Record<string, StatusLook> = {
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

/** What `record-webhook` made of a webhook; null is before a run has looked at it. */
export function webhookLook(outcome: string | null): StatusLook {
  if (outcome === null)
    return { label: "Not handled yet", meaning: "its run has not begun", tone: "info", icon: "inbox" };
  return (
    own(looks, outcome) ?? {
      label: outcome,
      meaning: "an outcome without a word here",
      tone: "unknown",
      icon: "circle-question-mark",
    }
  );
}
