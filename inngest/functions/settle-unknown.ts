import { NonRetriableError } from "inngest";
import { z } from "zod";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { decideIntent, getIntent, type Decider, type Intent } from "../../db/mirror/intents";
import { getCommand } from "../../db/read/decisions";
import { asIntentKey, type IntentKey } from "../../domain/keys";
import type { Deps } from "../deps";
import { escrowResumed, eventIdFor, outcomeDecided, outcomeUnknown } from "../events";
import { actions } from "../money-calls/actions";
import type { Source, Transition } from "../money-calls/protocol";
import { repeat, type Repeated } from "../money-calls/repeat";
import { reconcileId } from "../money-calls/run";
import { settle as settleCall } from "../money-calls/settle";
import { tellDecision } from "../money-calls/tell-decision";
import { ReadRefused } from "../purple-flea/outcomes";

const ID = "settle-unknown";

/** A decision as its command keeps it. `again`: whether what did not happen is to be done. */
const decisionSchema = z.object({
  intent_key: z.string(),
  choice: z.enum(["happened", "not-happened", "left"]),
  again: z.boolean().default(false),
  remote_id: z.string().optional(),
  seen_tries: z.number().int(),
});

/** What an operator's decision came to. */
interface Answered {
  state: "confirmed" | "failed" | "unknown";
  message: string;
  /** What goes on now: an escrow without a run, or another reconciliation. */
  next?: "resume-escrow" | "ask";
}
const failed = (message: string): Answered => ({ state: "failed", message });

/** A decision, whose it is, and what the timeline signs with. */
interface Decided extends z.output<typeof decisionSchema> {
  key: IntentKey;
  decider: Decider;
  source: Source & { runId: string };
}

/**
 * Carries out what an operator decided about a call whose outcome is not known. The decision is read from the command on
 * record, not from the event. "It happened" is checked at Purple Flea where it can be read; "do it again" sends the call
 * once more under its old key, once for a decision.
 */
export function settleUnknown(deps: Deps) {
  const { client, mirror, read, clock } = deps;
  return client.createFunction(
    { id: ID, name: "Settle unknown", retries: 3, triggers: [outcomeDecided] },
    async ({ event, step, runId }) => {
      const command = getCommand(read, event.id);
      const parsed = decisionSchema.safeParse(command?.payload);
      const key = parsed.success ? asIntentKey(parsed.data.intent_key) : null;
      if (!command || command.kind !== "settle-unknown" || !parsed.success || !key)
        throw new NonRetriableError("no decision on record stands behind this event");
      const decided: Decided = {
        ...parsed.data,
        key,
        decider: {
          commandId: command.id,
          by: command.operatorName ?? command.operatorId,
          reason: z.object({ reason: z.string() }).safeParse(command.payload).data?.reason ?? null,
          seenTries: parsed.data.seen_tries,
        },
        source: { actor: { kind: "operator", id: command.operatorId }, runId, stepId: "settle" },
      };
      // Within its step: of one that was asked for twice the later answer counts, and the run takes only the first.
      const answered = (given: Answered): Answered => {
        const { state, message } = given;
        inTransaction(mirror, (tx) => answerCommand(tx, command.id, { state, message, runId }, clock.now()));
        return given;
      };
      let settled: Answered;
      try {
        settled = await step.run("settle", async () => answered(await carryOut(decided)));
      } catch (error) {
        const reason = error instanceof Error ? error.message : "out of attempts";
        settled = await step.run("record-not-settled", () => answered(recordNotSettled(decided, reason)));
      }
      if (settled.next === "ask")
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create({ intent_key: key }, { id: reconcileId(key, runId) }),
        );
      if (settled.next === "resume-escrow") {
        const ref = getIntent(mirror, key)?.subjectRef ?? "";
        const id = eventIdFor(escrowResumed.name, `${ref}-by-${command.id}`);
        await step.sendEvent("resume-escrow", escrowResumed.create({ escrow_id: ref }, { id }));
      }
      return { intent_key: key, choice: decided.choice, state: settled.state, message: settled.message };
    },
  );

  async function carryOut(decided: Decided): Promise<Answered> {
    const { key, decider, choice } = decided;
    const intent = getIntent(mirror, key);
    if (!intent) return failed("There is no such call. Nothing was changed.");
    const isOurs = intent.decisionCommand === decider.commandId;
    if (!isOurs && intent.status !== "unknown")
      return failed(`Its outcome is known already: ${intent.status.replace("_", " ")}. Nothing was changed.`);
    if (!isOurs && intent.tries !== decider.seenTries)
      return failed("It was tried again after this was looked at. Nothing was changed; look again.");
    switch (choice) {
      case "left":
        return inTransaction(mirror, (tx) => leave(tx, intent, decided));
      case "happened":
        return happened(intent, decided);
      case "not-happened":
        return decided.again
          ? answerOf(intent, await repeat(deps, intent, decider, decided.source))
          : inTransaction(mirror, (tx) => dropped(tx, intent, decided));
      default:
        return choice satisfies never;
    }
  }

  /** Records the decision on the intent and in the story; false when there is nothing (any more) to decide. */
  function record(
    tx: MirrorWriter,
    intent: Intent,
    outcome: "left" | "dropped" | "happened",
    title: string,
    { decider, source }: Decided,
    now: number,
  ): boolean {
    if (!decideIntent(tx, intent.key, outcome, decider, now)) return false;
    tellDecision(tx, intent, title, decider, source, now);
    return true;
  }

  function leave(tx: MirrorWriter, intent: Intent, decided: Decided): Answered {
    if (!record(tx, intent, "left", "Left as it is", decided, clock.now()))
      return failed("Nothing was changed; look again.");
    return { state: "confirmed", message: "Left as it is. What it holds stays held." };
  }

  function dropped(tx: MirrorWriter, intent: Intent, decided: Decided): Answered {
    const now = clock.now();
    if (!record(tx, intent, "dropped", "Decided: it did not happen", decided, now))
      return failed("Nothing was changed; look again.");
    const { key, subjectRef: ref } = intent;
    const reason = `decided by ${decided.decider.by}`;
    // The receipt of this decision says what was decided, before the call's own words reach it.
    const message = "Recorded as not executed. It is not sent again.";
    answerCommand(
      tx,
      decided.decider.commandId,
      { state: "confirmed", message, runId: decided.source.runId },
      now,
    );
    settleCall(
      tx,
      actions[intent.action],
      { key, ref },
      { kind: "found-missing", reason },
      decided.source,
      now,
    );
    return { state: "confirmed", message };
  }

  async function happened(intent: Intent, decided: Decided): Promise<Answered> {
    const { remote_id: remoteId, decider, source } = decided;
    const action = actions[intent.action];
    const next = intent.action === "escrow-create" ? ("resume-escrow" as const) : undefined;
    if (intent.status === "done") return { state: "confirmed", message: "It is recorded as done.", next };
    const found = await action.verifyRemoteId(deps, intent, remoteId).catch((error: unknown) => {
      // A refusal is Purple Flea's word about this id; anything else is worth another try.
      if (!(error instanceof ReadRefused)) throw error;
      return `Purple Flea does not know it: ${error.message}`;
    });
    if (typeof found === "string") return failed(`${found}. Nothing was changed.`);
    return inTransaction(mirror, (tx): Answered => {
      const now = clock.now();
      const owner = remoteId === undefined ? undefined : action.ownerOf?.(tx, remoteId);
      if (owner !== undefined && owner !== intent.subjectRef)
        return failed(`${remoteId} belongs to ${owner}. Nothing was changed.`);
      if (!record(tx, intent, "happened", "Decided: it happened", decided, now))
        return failed("Nothing was changed; look again.");
      const message = remoteId ? `Recorded as done: ${remoteId}.` : "Recorded as done.";
      answerCommand(tx, decider.commandId, { state: "confirmed", message, runId: source.runId }, now);
      const words = `decided by ${decider.by}, read at Purple Flea`;
      const transition: Transition<unknown> =
        "missing" in found
          ? { kind: "found-missing", reason: found.missing }
          : { kind: "found", value: found.value, words };
      settleCall(tx, action, { key: intent.key, ref: intent.subjectRef }, transition, source, now);
      return { state: "confirmed", message, next };
    });
  }

  /** The last try of a decision failed: what it left open is told as it is. */
  function recordNotSettled({ key, decider, source }: Decided, reason: string): Answered {
    return inTransaction(mirror, (tx): Answered => {
      const intent = getIntent(tx, key);
      if (!intent || intent.decisionCommand !== decider.commandId)
        return failed(`${reason}. Nothing was changed.`);
      switch (intent.status) {
        case "not_executed":
        case "given_up":
        case "rejected":
        case "skipped": {
          const call = { key, ref: intent.subjectRef };
          settleCall(tx, actions[intent.action], call, { kind: "given-up", reason }, source, clock.now());
          return failed(`Not done: ${reason}. Nothing moved.`);
        }
        case "done":
          return { state: "confirmed", message: "Done." };
        case "open":
        case "unknown":
          return { state: "unknown", message: `Sent again; no answer was recorded: ${reason}.`, next: "ask" };
        default:
          return intent.status satisfies never;
      }
    });
  }
}

/** What the operator reads of a call that was sent again. */
function answerOf({ action }: Intent, repeated: Repeated): Answered {
  switch (repeated.kind) {
    case "resumed":
      return { state: "confirmed", message: "Another run goes on with it now.", next: "resume-escrow" };
    case "done":
      return {
        state: "confirmed",
        message: "Sent again and done.",
        next: action === "escrow-create" ? "resume-escrow" : undefined,
      };
    case "unknown":
      return {
        state: "unknown",
        message: `Sent again, and no answer came: ${repeated.reason}.`,
        next: "ask",
      };
    case "busy":
      throw new Error("a newer attempt has superseded this one while it waited; nothing was sent");
    case "refused":
      return failed(repeated.reason);
    case "held":
    case "skipped":
      return failed(`Not sent: ${repeated.reason}. Nothing moved.`);
    case "rejected":
      return failed(`Sent again and rejected: ${repeated.reason}. Nothing moved.`);
    case "given-up":
      return failed(`Not done: ${repeated.reason}. Nothing moved.`);
    default:
      return repeated satisfies never;
  }
}
