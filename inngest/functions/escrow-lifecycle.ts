import { NonRetriableError } from "inngest";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import {
  getEscrow,
  isOver,
  markHeard,
  takeEscrow,
  tellEscrow,
  type EscrowRow,
} from "../../db/mirror/escrows";
import { getIntent } from "../../db/mirror/intents";
import { commandForEscrow, getDecision, isCommand } from "../../db/read/decisions";
import { isReference } from "../../domain/ids";
import { formatMicro, usdcFromWire } from "../../domain/money";
import {
  actionsResumed,
  escrowConfirmed,
  escrowCreated,
  escrowDecisionRecorded,
  escrowRejected,
  escrowResumed,
  eventIdFor,
  outcomeUnknown,
} from "../events";
import { createEscrow, type Created } from "./create-escrow";
import { endEscrow, endOf, type Ended, type Ending } from "./end-escrow";
import { onRecord } from "./hearing";
import { mirrorUpstream } from "./mirror-upstream";
import { askId } from "./reconcile-unknown";
import { by, DAY_MS, HOUR_MS, type Deps } from "../deps";
import { nextRetry, settleEnd } from "./settle-end";
import { showNotDone, showUnknown } from "./what-became";

const ID = "escrow-lifecycle";
/** How long a disputed, unreadable or paused escrow is left alone before it is looked at again. */
const HELD_MS = HOUR_MS;
/** A run has a bounded number of steps; after so many looks another run goes on. */
const MAX_LOOKS = 200;

type Verdict =
  | { kind: "act"; ending: Ending }
  | { kind: "over" }
  | { kind: "taken-over" }
  /** `hears` is what it waits for: the record alone. Absent in the results of the build that raced two waits. */
  | { kind: "wait"; remaining: number; hears?: "record" };
/** How a run goes on after an end that did not go through. */
type Failed = { status: "over" } | { status: "rejected"; retry_at: number };
type Followed = Ended | { status: "taken-over" | "handed-over"; escrow_id: string };

/** When Purple Flea refunds it by itself, as far as it is known. ms */
const deadlineOf = (row: EscrowRow): number => row.expiresAt ?? (row.lockedAt ?? row.createdAt) + 7 * DAY_MS;

/**
 * An escrow's life: locks the money, waits up to 7 days for a decision, releases or cancels. What wakes it is not proof: each
 * time it reads the record at the desk and the escrow at Purple Flea, and goes on waiting when neither says enough. A wait does
 * not look back, so what comes between a look and its wait is not heard: `record-confirmation` looks whether it was, and has
 * another run take over (`escrow.resumed`), as when this one is gone. The escrow's row says which run looks after it.
 */
export function escrowLifecycle(deps: Deps) {
  const { client, mirror, read, purpleFlea, clock } = deps;
  return client.createFunction(
    {
      id: ID,
      name: "Escrow lifecycle",
      retries: 3,
      triggers: [escrowCreated, escrowResumed],
      // Longer than the wait: the shorter of the two would end the run before it could refund.
      timeouts: { finish: "8d" },
    },
    async ({ event, step, group, runId }) => {
      const ref = event.data.escrow_id;
      // It stands in the wait's condition: nothing but a plain reference may.
      if (!isReference(ref)) throw new NonRetriableError("the escrow's reference is not a plain reference");
      const asked =
        "counterparty" in event.data
          ? {
              ref,
              amount_usdc: formatMicro(usdcFromWire(event.data.amount_usdc)),
              counterparty: event.data.counterparty,
              description: event.data.description ?? "Agent service payment",
              commandId: event.id && isCommand(read, event.id) ? event.id : null,
            }
          : await step.run("take-over", () => takeOver(ref, runId));
      if (!asked) return { status: "over", escrow_id: ref };

      let created: Created;
      try {
        created = await step.run("create-escrow", () =>
          createEscrow(deps, {
            ref,
            amountMicro: usdcFromWire(asked.amount_usdc),
            counterparty: asked.counterparty,
            description: asked.description,
            commandId: asked.commandId,
            runId,
          }),
        );
      } catch (error) {
        const reason = error instanceof Error ? error.message : "out of attempts";
        created = await step.run("record-not-created", () =>
          recordNotCreated(ref, reason, asked.commandId, runId),
        );
        if (created.kind === "refused") throw new NonRetriableError(`the escrow was not created: ${reason}`);
      }
      if (created.kind === "refused") return { status: "refused", reason: created.reason };
      if (created.kind === "held") return { status: "held", reason: created.reason };
      if (created.kind === "unknown") {
        const key = `escrow-create:${ref}`;
        const id = askId(key, runId);
        await step.sendEvent("ask-what-became", outcomeUnknown.create({ intent_key: key }, { id }));
        return { status: "unknown", reason: created.reason };
      }

      return follow(0);

      /** Looks, acts and waits in turns, until the escrow is over or another run looks after it. */
      async function follow(from: number): Promise<Followed> {
        for (let look = from; look < MAX_LOOKS; look++) {
          const verdict = await step.run("check-decision", () => decide(ref, runId));
          if (verdict.kind === "taken-over") return { status: "taken-over", escrow_id: ref };
          if (verdict.kind === "over") return step.run("read-end", () => endOf(requireRow(ref)));
          if (verdict.kind === "act") {
            const { ending } = verdict;
            const name = ending.action === "release" ? "release-escrow" : "cancel-escrow";
            const ended = await step
              .run(name, () => endEscrow(deps, ref, ending, runId))
              .catch(async (error: unknown): Promise<Failed> => {
                const reason = error instanceof Error ? error.message : "out of attempts";
                const failed = await step.run("record-not-ended", () =>
                  recordNotEnded(ref, ending, reason, runId),
                );
                // Builds before this one recorded no way to go on.
                if (failed?.status) return failed;
                const key = `escrow-end:${ref}`;
                const id = askId(key, runId);
                await step.sendEvent("ask-what-became", outcomeUnknown.create({ intent_key: key }, { id }));
                throw new NonRetriableError(`the ${ending.action} did not go through: ${reason}`);
              });
            if (ended.status === "over") continue;
            if (ended.status === "rejected") {
              await step.sleepUntil("try-again", new Date(ended.retry_at));
              continue;
            }
            if (ended.status !== "held") return ended;
            // A pause that is lifted, or time: what holds it is looked at again.
            await step.waitForEvent("held", { event: actionsResumed, timeout: HELD_MS });
            continue;
          }
          const wait = { timeout: verdict.remaining, if: `async.data.escrow_id == "${ref}"` };
          if (verdict.hears === undefined) return followAsBegun(look, wait);
          await step.waitForEvent("wait-for-counterparty", { event: escrowDecisionRecorded, ...wait });
        }
        const id = eventIdFor(escrowResumed.name, `${ref}-after-${runId}`);
        await step.sendEvent("hand-over", escrowResumed.create({ escrow_id: ref }, { id }));
        return { status: "handed-over", escrow_id: ref };
      }

      /**
       * A look of the build that raced two waits waits as it began to. The wait that loses stays open, and only what is itself
       * part of a race goes on meanwhile.
       */
      async function followAsBegun(look: number, wait: { timeout: number; if: string }): Promise<Followed> {
        return group.parallel({ mode: "race" }, async () => {
          await Promise.race([
            step.waitForEvent("wait-for-counterparty", { event: escrowConfirmed, ...wait }),
            step.waitForEvent("wait-for-rejection", { event: escrowRejected, ...wait }),
          ]);
          return follow(look + 1);
        });
      }
    },
  );

  function requireRow(ref: string): EscrowRow {
    const row = getEscrow(mirror, ref);
    if (!row) throw new NonRetriableError(`the mirror has no escrow ${ref}`);
    return row;
  }

  /** Makes this run the one that looks after the escrow; null when it is over or not there. */
  function takeOver(ref: string, runId: string) {
    const now = clock.now();
    return inTransaction(mirror, (tx) => {
      const before = getEscrow(tx, ref);
      const row = takeEscrow(tx, ref, runId, now);
      if (!row || !before) return null;
      if (row.remoteId !== null && before.runId !== runId)
        tellEscrow(tx, ref, {
          kind: "taken-over",
          nth: runId,
          at: now,
          title: "Taken over by another run",
          detail: before.runId === null ? undefined : `after run ${before.runId}`,
          actor: by(ID),
          runId,
        });
      const { counterparty, description } = row;
      const amount_usdc = formatMicro(row.amountMicro);
      const commandId = commandForEscrow(read, ref);
      return { ref, amount_usdc, counterparty, description, commandId };
    });
  }

  /** Reads the record and Purple Flea, and says what is to be done now. */
  async function decide(ref: string, runId: string): Promise<Verdict> {
    const before = requireRow(ref);
    if (isOver(before.status)) return { kind: "over" };
    if (before.runId !== runId) return { kind: "taken-over" };
    // Already now: a run that is here and cannot read Purple Flea has heard, and tries again by itself.
    markHeard(mirror, ref, onRecord(read, before));
    const upstream = await purpleFlea.escrow(before.remoteId ?? "");
    const now = clock.now();
    const row = inTransaction(mirror, (tx) => {
      mirrorUpstream(deps, tx, requireRow(ref), upstream, now, runId);
      const seen = requireRow(ref);
      markHeard(tx, ref, onRecord(read, seen));
      return seen;
    });
    if (isOver(row.status)) return { kind: "over" };
    const decision = getDecision(read, ref);
    const who = decision ? (decision.operatorName ?? decision.operatorId) : null;
    if (decision?.decision === "cancel")
      return { kind: "act", ending: { action: "cancel", decidedBy: who ?? "operator" } };
    if (decision) return { kind: "act", ending: { action: "release", decidedBy: who ?? "operator" } };
    if (row.confirmedAt !== null)
      return { kind: "act", ending: { action: "release", decidedBy: "counterparty" } };
    const deadline = deadlineOf(row);
    if (now >= deadline) {
      inTransaction(mirror, (tx) =>
        tellEscrow(tx, ref, {
          kind: "time-out",
          at: now,
          title: "Nobody confirmed in 7 days",
          actor: by(ID),
          runId,
          stepId: "wait-for-counterparty",
        }),
      );
      return { kind: "act", ending: { action: "cancel", decidedBy: "time-out" } };
    }
    return { kind: "wait", remaining: Math.max(deadline - now, 1_000), hears: "record" };
  }

  /** The last try may have died after it had sent, or after it had recorded the answer: the intent says which. */
  function recordNotCreated(ref: string, reason: string, commandId: string | null, runId: string): Created {
    return inTransaction(mirror, (tx) => {
      const now = clock.now();
      const intent = getIntent(tx, `escrow-create:${ref}`);
      if (intent?.status === "done" && intent.remoteId) return { kind: "created", remoteId: intent.remoteId };
      if (intent?.status === "open" || intent?.status === "unknown") {
        showUnknown(tx, intent, reason, now);
        return { kind: "unknown", reason };
      }
      if (intent) showNotDone(tx, intent, reason, now, runId);
      const message = `Not created: ${reason}. Nothing moved.`;
      answerCommand(tx, commandId, { state: "failed", message, runId }, now);
      return { kind: "refused", reason };
    });
  }

  /** The attempts are used up: what is known not to have happened is tried again later; null when it may have. */
  function recordNotEnded(ref: string, { action }: Ending, reason: string, runId: string): Failed | null {
    const now = clock.now();
    return inTransaction(mirror, (tx) => {
      const row = getEscrow(tx, ref);
      if (!row || isOver(row.status)) return { status: "over" };
      const settling = { now, actor: by(ID), runId };
      const intent = getIntent(tx, `escrow-end:${ref}`)?.status;
      if (intent === "open") settleEnd(tx, ref, action, { kind: "unknown", reason }, settling);
      if (intent === "open" || intent === "unknown") return null;
      const retryAt = nextRetry(tx, ref, action, now);
      settleEnd(tx, ref, action, { kind: "put-off", reason }, { ...settling, retryAt });
      return { status: "rejected", retry_at: retryAt };
    });
  }
}
