import { NonRetriableError } from "inngest";
import { z } from "zod";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { getEscrow } from "../../db/mirror/escrows";
import { decideIntent, getIntent, type Decider, type Intent } from "../../db/mirror/intents";
import { getCommand } from "../../db/read/decisions";
import { escrowResumed, eventIdFor, outcomeDecided, outcomeUnknown } from "../events";
import { ReadRefused } from "../purple-flea/outcomes";
import { mirrorUpstream } from "./mirror-upstream";
import { ownerOf, readFact } from "./read-fact";
import { askId } from "./reconcile-unknown";
import { sendAgain } from "./send-again";
import type { Deps } from "../deps";
import { failed, SETTLE_UNKNOWN, tellDecision, type Operator, type Settled } from "./settlement";
import { recordHappened, recordNotHappened, showNotDone } from "./what-became";

/** A decision as its command keeps it. `again`: whether what did not happen is to be done. */
const decisionSchema = z.object({
  intent_key: z.string(),
  choice: z.enum(["happened", "not-happened", "left"]),
  again: z.boolean().default(false),
  remote_id: z.string().optional(),
  seen_tries: z.number().int(),
});
type Decision = z.output<typeof decisionSchema>;

/**
 * Carries out what an operator decided about a call whose outcome is not known. The decision is read from the command on
 * record, not from the event. "It happened" is checked at Purple Flea where it can be read; "do it again" sends the call
 * once more under its old key, once for a decision.
 */
export function settleUnknown(deps: Deps) {
  const { client, mirror, read, clock } = deps;
  return client.createFunction(
    { id: SETTLE_UNKNOWN, name: "Settle unknown", retries: 3, triggers: [outcomeDecided] },
    async ({ event, step, runId }) => {
      const command = getCommand(read, event.id);
      const parsed = decisionSchema.safeParse(command?.payload);
      if (!command || command.kind !== "settle-unknown" || !parsed.success)
        throw new NonRetriableError("no decision on record stands behind this event");
      const decision = parsed.data;
      const key = decision.intent_key;
      const who = command.operatorName ?? command.operatorId;
      const decider: Decider = {
        commandId: command.id,
        by: who,
        reason: z.object({ reason: z.string() }).safeParse(command.payload).data?.reason ?? null,
        seenTries: decision.seen_tries,
      };
      // Within its step: of one that was asked for twice the later answer counts, and the run takes only the first.
      const answered = (given: Settled): Settled => {
        const { state, message } = given;
        inTransaction(mirror, (tx) => answerCommand(tx, command.id, { state, message, runId }, clock.now()));
        return given;
      };
      let settled: Settled;
      try {
        settled = await step.run("settle", async () =>
          answered(await settle(decision, decider, command.operatorId, runId)),
        );
      } catch (error) {
        const reason = error instanceof Error ? error.message : "out of attempts";
        settled = await step.run("record-not-settled", () =>
          answered(recordNotSettled(key, decider, reason, runId)),
        );
      }
      if (settled.next === "ask")
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create({ intent_key: key }, { id: askId(key, runId) }),
        );
      if (settled.next === "resume-escrow") {
        const ref = getIntent(mirror, key)?.subjectRef ?? "";
        const id = eventIdFor(escrowResumed.name, `${ref}-by-${command.id}`);
        await step.sendEvent("resume-escrow", escrowResumed.create({ escrow_id: ref }, { id }));
      }
      return { intent_key: key, choice: decision.choice, state: settled.state, message: settled.message };
    },
  );

  async function settle(
    decision: Decision,
    decider: Decider,
    operatorId: string,
    runId: string,
  ): Promise<Settled> {
    const key = decision.intent_key;
    const intent = getIntent(mirror, key);
    if (!intent) return failed("There is no such call. Nothing was changed.");
    const mine = intent.decisionCommand === decider.commandId;
    if (!mine && intent.status !== "unknown")
      return failed(`Its outcome is known already: ${intent.status.replace("_", " ")}. Nothing was changed.`);
    if (!mine && intent.tries !== decider.seenTries)
      return failed("It was tried again after this was looked at. Nothing was changed; look again.");
    const actor = { kind: "operator", id: operatorId } as const;
    if (decision.choice === "left")
      return inTransaction(mirror, (tx) => leave(tx, intent, decider, actor, runId));
    if (decision.choice === "happened") return happened(intent, decision.remote_id, decider, actor, runId);
    return decision.again
      ? sendAgain(deps, intent, decider, actor, runId)
      : inTransaction(mirror, (tx) => dropped(tx, intent, decider, actor, runId));
  }

  function leave(
    tx: MirrorWriter,
    intent: Intent,
    decider: Decider,
    actor: Operator,
    runId: string,
  ): Settled {
    const now = clock.now();
    if (!decideIntent(tx, intent.key, "left", decider, now))
      return failed("Nothing was changed; look again.");
    tellDecision(tx, intent, "Left as it is", decider, actor, runId, now);
    return { state: "confirmed", message: "Left as it is. What it holds stays held." };
  }

  function dropped(
    tx: MirrorWriter,
    intent: Intent,
    decider: Decider,
    actor: Operator,
    runId: string,
  ): Settled {
    const now = clock.now();
    if (!decideIntent(tx, intent.key, "dropped", decider, now))
      return failed("Nothing was changed; look again.");
    tellDecision(tx, intent, "Decided: it did not happen", decider, actor, runId, now);
    const words = `decided by ${decider.by}`;
    recordNotHappened(tx, intent, words, { words, actor, runId }, now);
    return { state: "confirmed", message: "Recorded as not done. It is not sent again." };
  }

  async function happened(
    intent: Intent,
    remoteId: string | undefined,
    decider: Decider,
    actor: Operator,
    runId: string,
  ): Promise<Settled> {
    const next = intent.action === "escrow-create" ? ("resume-escrow" as const) : undefined;
    if (intent.status === "done") return { state: "confirmed", message: "It is recorded as done.", next };
    const found = await readFact(deps, intent, remoteId).catch((error: unknown) => {
      // A refusal is Purple Flea's word about this id; anything else is worth another try.
      if (!(error instanceof ReadRefused)) throw error;
      return `Purple Flea does not know it: ${error.message}`;
    });
    if (typeof found === "string") return failed(`${found}. Nothing was changed.`);
    return inTransaction(mirror, (tx): Settled => {
      const now = clock.now();
      const taken = remoteId === undefined ? null : ownerOf(tx, intent, remoteId);
      if (taken) return failed(`${remoteId} belongs to ${taken}. Nothing was changed.`);
      if (!decideIntent(tx, intent.key, "happened", decider, now))
        return failed("Nothing was changed; look again.");
      tellDecision(tx, intent, "Decided: it happened", decider, actor, runId, now);
      const source = { words: `decided by ${decider.by}, read at Purple Flea`, actor, runId };
      if (found.action === "escrow-end") {
        const row = getEscrow(tx, intent.subjectRef);
        if (row) mirrorUpstream(deps, tx, row, found.escrow, now, runId);
        return { state: "confirmed", message: `Purple Flea says ${found.escrow.status}.` };
      }
      recordHappened(deps, tx, intent, found, source, now);
      return {
        state: "confirmed",
        message: remoteId ? `Recorded as done: ${remoteId}.` : "Recorded as done.",
        next,
      };
    });
  }

  /** The last try of a decision failed: what it left open is told as it is. */
  function recordNotSettled(key: string, decider: Decider, reason: string, runId: string): Settled {
    return inTransaction(mirror, (tx): Settled => {
      const now = clock.now();
      const intent = getIntent(tx, key);
      if (!intent || intent.decisionCommand !== decider.commandId)
        return failed(`${reason}. Nothing was changed.`);
      if (intent.status === "not_done" || intent.status === "refused") {
        showNotDone(tx, intent, reason, now, runId);
        return failed(`Not done: ${reason}. Nothing moved.`);
      }
      if (intent.status === "done") return { state: "confirmed", message: "Done." };
      return { state: "unknown", message: `Sent again; no answer was recorded: ${reason}.`, next: "ask" };
    });
  }
}
