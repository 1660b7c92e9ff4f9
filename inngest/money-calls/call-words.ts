import type { TimelineKind } from "../../domain/timeline-kinds";
import type { Told, Transition } from "./protocol";

/** What is special about the words of a call that is made once and is over with its answer. */
export interface CallWords<Value> {
  /** What the timeline says of the reservation; null where it says nothing. */
  reserved: string | null;
  /** The entry of an executed call, and the receipt of who asked. */
  done(value: Value): { kind: TimelineKind; title: string; detail?: string; receipt: string };
  /** What a reconciliation has found, and what is still not known of it. */
  found(value: Value): { title: string; reason?: string };
  /** What a lost answer leaves open, and how the receipt says it. */
  unknown: { kind: TimelineKind; mayBe: string; receipt: string };
  /** "Not placed", as title and as first words of a receipt. */
  not: string;
  /** Whether what we skip ourselves is told in the timeline: where there is a row to tell it of. */
  tellsSkipped: boolean;
}

/** Says what a transition is, once for timeline, row and receipt. */
export function describeCall<Value>(words: CallWords<Value>, transition: Transition<Value>): Told {
  switch (transition.kind) {
    case "reserved":
      return {
        reason: null,
        entry:
          words.reserved === null
            ? null
            : { kind: "intent", title: "Intent recorded", detail: words.reserved },
        answer: null,
      };
    case "done": {
      const { receipt, ...entry } = words.done(transition.value);
      return { reason: null, entry, answer: { state: "confirmed", message: receipt } };
    }
    case "found": {
      const { title, reason = null } = words.found(transition.value);
      return {
        reason,
        entry: { kind: "found", title, detail: transition.words },
        answer: { state: "confirmed", message: `${title}.` },
      };
    }
    case "not-executed":
      return { reason: null, entry: null, answer: null };
    case "rejected":
      return no(transition.reason, "refused", "Rejected by Purple Flea");
    case "given-up":
      return no(transition.reason, "refused", words.not);
    case "found-missing":
      return no(transition.reason, "not-happened", "It did not happen");
    case "skipped": {
      const { reason, entry, answer } = no(transition.reason, "refused", words.not);
      return {
        reason,
        entry: words.tellsSkipped ? entry : null,
        answer: { state: "skipped", message: answer?.message ?? "" },
      };
    }
    case "unknown": {
      const { reason } = transition;
      const { kind, mayBe, receipt } = words.unknown;
      const detail = `${reason}. ${mayBe}; it is not sent again by itself.`;
      return {
        reason,
        entry: { kind, title: "No answer came", detail },
        answer: { state: "unknown", message: `${receipt} and no answer came. ${mayBe}.` },
      };
    }
    default:
      return transition satisfies never;
  }
}

const no = (reason: string, kind: TimelineKind, title: string): Told => ({
  reason,
  entry: { kind, title, detail: `${reason}. Nothing moved.` },
  answer: { state: "failed", message: `${title}: ${reason}. Nothing moved.` },
});
