import type { Bet } from "../../db/read/bets";
import type { StatusLook } from "../../domain/statuses";

/** Whether a bet was fair, as far as its seeds tell. */
export function fairnessLook(bet: Pick<Bet, "verified" | "verification" | "status">): StatusLook {
  if (bet.verified === true)
    return {
      label: "Verified",
      meaning: "the seed is the one promised before, and the roll follows from it",
      tone: "positive",
      icon: "shield-check",
    };
  if (bet.verified === false)
    return {
      label: "Not verified",
      meaning: bet.verification ?? "the seeds do not give this outcome",
      tone: "danger",
      icon: "circle-x",
    };
  if (bet.verification !== null)
    return { label: "Not proven", meaning: bet.verification, tone: "unknown", icon: "circle-question-mark" };
  return {
    label: ["skipped", "rejected", "not_executed"].includes(bet.status) ? "Nothing to check" : "Not yet",
    meaning: "the seed is revealed after the bet",
    tone: "none",
    icon: "circle-dashed",
  };
}
