import { inTransaction } from "../../db/connection";
import { reviseAnswers } from "../../db/mirror/answers";
import { decideIntent, getIntent, reopenIntent, type Decider, type Intent } from "../../db/mirror/intents";
import { decisionsAbout } from "../../db/read/decisions";
import { pauseReason } from "../../db/read/pauses";
import type { Deps } from "../deps";
import { actions } from "./actions";
import type { CallResult, Source } from "./protocol";
import { send } from "./attempt";
import { settle } from "./settle";
import { tellDecision } from "./tell-decision";

/** What a decision to do it again came to. */
export type Repeated =
  | CallResult<object>
  /** Nothing was changed, or sent: why. */
  | { kind: "refused"; reason: string }
  /** Another run makes the call. */
  | { kind: "resumed" };

/**
 * Sends a call of unknown outcome once more under its old key, once for a decision. An escrow's end is left to the run that
 * resumes it: that one reads the escrow first.
 * @throws Error when another call is in flight, or it is known not to have been executed: the step tries again
 */
export async function repeat(
  deps: Deps,
  intent: Intent,
  decider: Decider,
  source: Source & { runId: string },
): Promise<Repeated> {
  const { mirror, clock } = deps;
  const action = actions[intent.action];
  const { key, subjectRef: ref } = intent;
  const { runId } = source;
  const isOurs = intent.decisionCommand === decider.commandId;
  if (action.outlivesRun)
    return inTransaction(mirror, (tx): Repeated => {
      const now = clock.now();
      if (!decideIntent(tx, key, "repeated", decider, now))
        return { kind: "refused", reason: "Nothing was changed; look again." };
      tellDecision(tx, intent, "Decided: do it again", decider, source, now);
      return { kind: "resumed" };
    });
  const request = { ref, commandId: intent.commandId, runId };
  const lapsed = action.lapsed?.(ref, clock.now()) ?? null;
  if (lapsed !== null) {
    if (!isOurs) return { kind: "refused", reason: `Nothing was sent: ${lapsed}.` };
    if (intent.status === "not_executed") {
      inTransaction(mirror, (tx) =>
        settle(tx, action, { key, ref }, { kind: "given-up", reason: lapsed }, source, clock.now()),
      );
      return { kind: "given-up", reason: lapsed };
    }
  }
  const opened = inTransaction(mirror, (tx) => {
    const now = clock.now();
    const paused = isOurs || action.pause === null ? null : pauseReason(tx, action.pause);
    if (paused !== null) return { kind: "paused" as const, reason: paused };
    const result = reopenIntent(tx, key, action.lock, decider, runId, now);
    if (result.kind === "abandoned") {
      const reason = "stopped between sending it again and recording the answer";
      settle(tx, action, { key, ref }, { kind: "unknown", reason, isInFlight: true }, source, now);
    }
    if (result.kind === "send") {
      tellDecision(tx, intent, "Decided: it did not happen, do it again", decider, source, now);
      // Earlier decisions that sent it and heard nothing have their answer with this one.
      if (!isOurs) {
        const message = "It did not happen, as was decided since. It was sent once more.";
        reviseAnswers(tx, decisionsAbout(tx, key), { state: "failed", message, runId }, now);
      }
    }
    return result;
  });
  switch (opened.kind) {
    case "paused":
      return { kind: "refused", reason: `Nothing was sent: ${opened.reason}.` };
    case "busy":
      throw new Error(`another ${opened.heldBy.action} (${opened.heldBy.subjectRef}) is in flight`);
    case "send":
      return send(deps, action, request, key, opened, source);
    case "settled":
    case "abandoned": {
      const { status, detail } = getIntent(mirror, key) ?? opened.intent;
      if (status === "done") return { kind: "done" };
      return status === "unknown" || status === "open"
        ? { kind: "unknown", reason: detail ?? "no answer came" }
        : { kind: status === "rejected" ? "rejected" : "given-up", reason: detail ?? status };
    }
    default:
      return opened satisfies never;
  }
}
