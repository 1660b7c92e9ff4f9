import type { EscrowRow } from "../../../db/mirror/escrows";
import { formatMicro } from "../../../domain/money";
import type { Context, Told, Transition } from "../protocol";
import type { End, EndAction } from "./end-of-escrow";

const words: Record<EndAction, { said: string; written: string }> = {
  release: { said: "release", written: "Release" },
  cancel: { said: "cancel", written: "Cancel" },
};

/** Says what a transition of an escrow's end is, once for every page. */
export function describeEnd(
  action: EndAction,
  row: EscrowRow | undefined,
  transition: Transition<End>,
  { decision }: Context,
): Told {
  const { said, written } = words[action];
  switch (transition.kind) {
    case "reserved": {
      const detail = transition.detail ?? undefined;
      return {
        reason: null,
        entry: { kind: `${action}-intent`, title: `${written} sent`, detail },
        answer: null,
      };
    }
    case "done":
      return {
        reason: null,
        entry: ended(row, transition.value),
        answer: answerTo(decision, transition.value, false),
      };
    case "found": {
      const { as, by } = transition.value;
      const title = as === "released" ? "Released" : `Refunded, by ${by.name}`;
      const detail = `${formatMicro(row?.amountMicro ?? 0n)} USDC; ${transition.words}`;
      return {
        reason: null,
        entry: { kind: as, title, detail },
        answer: answerTo(decision, transition.value, true),
      };
    }
    case "unknown": {
      const happened = `The ${said} was sent and no answer came: ${transition.reason}`;
      const means = "The money may have moved. Purple Flea is read before anything is sent again";
      return {
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
        reason: `Purple Flea rejected the ${said}: ${transition.reason}. Nothing moved`,
        entry: {
          kind: `${action}-refused`,
          title: `${written} rejected by Purple Flea`,
          detail: `${transition.reason}. Nothing moved. The decision stands.`,
        },
        answer: null,
      };
    case "not-executed":
      return {
        reason: `The ${said} is not done yet: ${transition.reason}. Nothing moved`,
        entry: null,
        answer: null,
      };
    case "given-up":
    case "skipped":
      return {
        reason: `The ${said} did not go through: ${transition.reason}. Nothing moved`,
        entry: {
          kind: `${action}-failed`,
          title: `The ${said} did not go through`,
          detail: `${transition.reason}. Nothing moved. The decision stands.`,
        },
        answer: null,
      };
    case "found-missing":
      return {
        reason: `The ${said} did not happen: ${transition.reason}. Nothing moved`,
        entry: {
          kind: `${action}-not-happened`,
          title: `The ${said} did not happen`,
          detail: `${transition.reason}. Nothing moved. The decision stands.`,
        },
        answer: null,
      };
    default:
      return transition satisfies never;
  }
}

function ended(row: EscrowRow | undefined, { as, feeMicro, referralMicro, by }: End): Told["entry"] {
  const amountMicro = row?.amountMicro ?? 0n;
  if (as === "refunded")
    return { kind: as, title: `Refunded ${formatMicro(amountMicro)} USDC`, detail: `decided by ${by.name}` };
  const referral = referralMicro === null ? "" : `, referral ${formatMicro(referralMicro)} USDC`;
  return {
    kind: as,
    title: `Released ${formatMicro(amountMicro - (feeMicro ?? 0n))} USDC`,
    detail: `fee ${formatMicro(feeMicro ?? 0n)} USDC${referral}`,
  };
}

/** What the operator who decided reads: whether it ended as decided. */
export function answerTo(
  decision: Context["decision"],
  { as }: End,
  wasFound: boolean,
): NonNullable<Told["answer"]> {
  const isAsDecided = decision === null || (decision === "release") === (as === "released");
  if (!isAsDecided && wasFound) return { state: "failed", message: `Purple Flea had already ${as} it.` };
  const message = as === "released" ? "Released at Purple Flea." : "Cancelled and refunded at Purple Flea.";
  return { state: isAsDecided ? "confirmed" : "failed", message };
}
