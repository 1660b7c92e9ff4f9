import type { EscrowStatus } from "../../domain/statuses";
import { formatMicro, type MicroUsdc } from "../../domain/money";
import type { Decision } from "../../db/read/decisions";

/** How an escrow ends, as it is asked for. */
export type EndAction = "release" | "cancel";

/** What became of a call that ends an escrow. Amounts are micro-USDC, times ms. */
export type EndTransition =
  /** The intent is written; the call is in flight from now on. */
  | { kind: "sent"; decidedBy: string; rawStatus: string }
  | { kind: "released"; netMicro: MicroUsdc; feeMicro: MicroUsdc; referralMicro: MicroUsdc | null }
  | { kind: "refunded"; amountMicro: MicroUsdc; decidedBy: string }
  /** Sent, and no readable answer: it may have happened. */
  | { kind: "unknown"; reason: string }
  /** Purple Flea said no: nothing moved. The decision stands. */
  | { kind: "rejected"; message: string }
  /** Known not to have been sent or done: nothing moved. */
  | { kind: "not-executed"; reason: string }
  /** The same, and its attempts are used up. */
  | { kind: "put-off"; reason: string }
  /** No answer had come, and Purple Flea still calls it locked long after. */
  | { kind: "found-locked"; rawStatus: string };

/** Every word that people read about a transition: the row's, the timeline's and the receipt's. */
export interface EndWords {
  status: EscrowStatus;
  reason: string | null;
  /** The timeline's entry; null where the call tells nothing of its own. */
  entry: { kind: string; title: string; detail: string } | null;
  /** The answer to who decided: its state, or none yet, which takes "unknown" back. */
  answer: { state: "confirmed" | "failed" | "unknown"; message: string } | null;
}

const nouns: Record<EndAction, { said: string; written: string; underWay: EscrowStatus }> = {
  release: { said: "release", written: "Release", underWay: "releasing" },
  cancel: { said: "cancel", written: "Cancel", underWay: "cancelling" },
};

/** Says what a transition is, once for every page. `decision` is what an operator decided, if one did. */
export function describeEnd(
  action: EndAction,
  transition: EndTransition,
  decision: Pick<Decision, "decision"> | null,
): EndWords {
  const { said, written, underWay } = nouns[action];
  switch (transition.kind) {
    case "sent":
      return {
        status: underWay,
        reason: null,
        entry: {
          kind: `${action}-intent`,
          title: `${written} sent`,
          detail: `decided by ${transition.decidedBy}; Purple Flea says "${transition.rawStatus}"`,
        },
        answer: null,
      };
    case "released": {
      const { netMicro, feeMicro, referralMicro } = transition;
      const referral = referralMicro === null ? "" : `, referral ${formatMicro(referralMicro)} USDC`;
      return {
        status: "released",
        reason: null,
        entry: {
          kind: "released",
          title: `Released ${formatMicro(netMicro)} USDC`,
          detail: `fee ${formatMicro(feeMicro)} USDC${referral}`,
        },
        answer: {
          state: decision?.decision === "cancel" ? "failed" : "confirmed",
          message: "Released at Purple Flea.",
        },
      };
    }
    case "refunded":
      return {
        status: "refunded",
        reason: null,
        entry: {
          kind: "refunded",
          title: `Refunded ${formatMicro(transition.amountMicro)} USDC`,
          detail: `decided by ${transition.decidedBy}`,
        },
        answer: {
          state: decision?.decision === "release" ? "failed" : "confirmed",
          message: "Cancelled and refunded at Purple Flea.",
        },
      };
    case "unknown": {
      const happened = `The ${said} was sent and no answer came: ${transition.reason}`;
      const means = "The money may have moved. Purple Flea is read before anything is sent again";
      return {
        status: "unknown",
        reason: `${happened}. ${means}`,
        entry: {
          kind: `${action}-unknown`,
          title: "No answer came",
          detail: `${transition.reason}. ${means}`,
        },
        answer: { state: "unknown", message: `${happened}. ${means}.` },
      };
    }
    case "rejected":
      return {
        status: "pending",
        reason: `Purple Flea rejected the ${said}: ${transition.message}. Nothing moved`,
        entry: {
          kind: `${action}-refused`,
          title: `${written} rejected by Purple Flea`,
          detail: `${transition.message}. Nothing moved. The decision stands.`,
        },
        answer: null,
      };
    case "not-executed":
      return {
        status: "pending",
        reason: `The ${said} is not done yet: ${transition.reason}. Nothing moved`,
        entry: null,
        answer: null,
      };
    case "put-off":
      return {
        status: "pending",
        reason: `The ${said} did not go through: ${transition.reason}. Nothing moved`,
        entry: {
          kind: `${action}-failed`,
          title: `The ${said} did not go through`,
          detail: `${transition.reason}. Nothing moved. The decision stands.`,
        },
        answer: null,
      };
    case "found-locked":
      return {
        status: "pending",
        reason: `The ${said} did not happen: Purple Flea still says "${transition.rawStatus}". Nothing moved`,
        entry: {
          kind: `${action}-not-happened`,
          title: `The ${said} did not happen`,
          detail: `Purple Flea still says "${transition.rawStatus}". Nothing moved. The decision stands.`,
        },
        answer: null,
      };
    default:
      return transition satisfies never;
  }
}
