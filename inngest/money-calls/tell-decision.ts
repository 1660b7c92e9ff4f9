import type { MirrorWriter } from "../../db/connection";
import type { Decider, Intent } from "../../db/mirror/intents";
import { tell } from "../../db/mirror/timeline";
import { actions } from "./actions";
import type { Source } from "./protocol";

/** Appends to the timeline what a person decided about a call of unknown outcome, once for a decision. */
export function tellDecision(
  tx: MirrorWriter,
  { action, subjectRef: ref }: Intent,
  title: string,
  decider: Decider,
  { actor, runId }: Source,
  now: number,
): void {
  tell(tx, {
    subject: { type: actions[action].subject, ref },
    kind: "decided",
    nth: decider.commandId,
    at: now,
    title: `${title}, by ${decider.by}`,
    detail: decider.reason ?? undefined,
    actor,
    runId,
  });
}
