import { NonRetriableError } from "inngest";
import { inTransaction } from "../../db/connection";
import {
  getEscrow,
  isOver,
  markHeard,
  takeEscrow,
  tellEscrow,
  type EscrowRow,
} from "../../db/mirror/escrows";
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
} from "../events";
import { functionActor, DAY_MS, HOUR_MS, type Deps } from "../deps";
import { escrowCreate } from "../money-calls/actions/escrow-create";
import { endedAs, escrowEnds, recordEscrow, type Ended } from "../money-calls/actions/escrow-end";
import type { EndAction } from "../money-calls/actions/end-of-escrow";
import { runMoneyAction } from "../money-calls/run";
import { onRecord } from "../recovery/hearing";

const ID = "escrow-lifecycle";
/** How long a disputed, unreadable or paused escrow is left alone before it is looked at again. */
const HELD_MS = HOUR_MS;
/** A run has a bounded number of steps; after so many looks another run goes on. */
const MAX_LOOKS = 200;

/** Why it ends, and who decided. */
interface Ending {
  action: EndAction;
  /** In words: an operator's name, the counterparty, the time-out. */
  decidedBy: string;
  /** The operator's decision behind it; null when there is none. Absent in the results of earlier builds. */
  decision?: string | null;
}
type Verdict =
  | { kind: "act"; ending: Ending }
  | { kind: "over" }
  | { kind: "taken-over" }
  /** `hears` is what it waits for: the record alone. Absent in the results of the build that raced two waits. */
  | { kind: "wait"; remaining: number; hears?: "record" };
type Followed = Ended | { status: "taken-over" | "handed-over"; escrow_id: string };

/** When Purple Flea refunds it by itself, as far as it is known. ms */
const deadlineOf = (row: EscrowRow): number => row.expiresAt ?? (row.lockedAt ?? row.createdAt) + 7 * DAY_MS;

/**
 * An escrow's life: locks the money, waits up to 7 days for a decision, releases or cancels. What wakes it is not proof: each
 * time it reads the record at the desk and the escrow at Purple Flea, and goes on waiting when neither says enough. A wait does
 * not look back, so what comes between a look and its wait is not heard: `record-confirmation` looks whether it was, and has
 * another run resume it (`escrow.resumed`), as when this one is orphaned. The escrow's row says which run looks after it.
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
          : await step.run("take-over", () => resume(ref, runId));
      if (!asked) return { status: "over", escrow_id: ref };

      const created = await runMoneyAction(
        deps,
        step,
        escrowCreate,
        () => ({
          ref,
          amountMicro: usdcFromWire(asked.amount_usdc),
          counterparty: asked.counterparty,
          description: asked.description,
          commandId: asked.commandId,
          runId,
        }),
        runId,
      );
      switch (created.kind) {
        case "done":
          break;
        case "held":
          return { status: "held", reason: created.reason };
        case "unknown":
          return { status: "unknown", reason: created.reason };
        case "rejected":
        case "skipped":
          return { status: "refused", reason: created.reason };
        case "given-up":
          throw new NonRetriableError(`the escrow was not created: ${created.reason}`);
        default:
          return created satisfies never;
      }

      return follow(0);

      /** Looks, acts and waits in turns, until the escrow is over or another run looks after it. */
      async function follow(from: number): Promise<Followed> {
        for (let look = from; look < MAX_LOOKS; look++) {
          const verdict = await step.run("check-decision", () => decide(ref, runId));
          if (verdict.kind === "taken-over") return { status: "taken-over", escrow_id: ref };
          if (verdict.kind === "over") return step.run("read-end", () => endedAs(requireRow(ref)));
          if (verdict.kind === "act") {
            const ended = await end(verdict.ending);
            if (ended) return ended;
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

      /** Releases or cancels; undefined when that is to be looked at again. */
      async function end({ action, decidedBy, decision }: Ending): Promise<Ended | undefined> {
        const request = { ref, commandId: null, runId, decidedBy, decision };
        const ended = await runMoneyAction(deps, step, escrowEnds[action], () => request, runId);
        switch (ended.kind) {
          case "done": {
            const { kind: _, ...end } = ended;
            return end;
          }
          case "unknown":
            throw new NonRetriableError(`the ${action} did not go through: ${ended.reason}`);
          case "rejected":
          case "given-up":
            if (ended.retry_at !== undefined) await step.sleepUntil("try-again", new Date(ended.retry_at));
            return undefined;
          case "held":
          case "skipped":
            if ("until" in ended && ended.until !== undefined)
              await step.sleepUntil("until-due", new Date(ended.until));
            // A pause that is lifted, or time: what holds it is looked at again.
            else await step.waitForEvent("held", { event: actionsResumed, timeout: HELD_MS });
            return undefined;
          default:
            return ended satisfies never;
        }
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
  function resume(ref: string, runId: string) {
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
          title: "Resumed by another run",
          detail: before.runId === null ? undefined : `after run ${before.runId}`,
          actor: functionActor(ID),
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
      recordEscrow(tx, ref, upstream, { actor: functionActor(ID), runId }, now);
      const seen = requireRow(ref);
      markHeard(tx, ref, onRecord(read, seen));
      return seen;
    });
    if (isOver(row.status)) return { kind: "over" };
    const decision = getDecision(read, ref);
    const who = decision ? (decision.operatorName ?? decision.operatorId) : null;
    if (decision) {
      const { commandId, decision: action } = decision;
      return { kind: "act", ending: { action, decidedBy: who ?? "operator", decision: commandId } };
    }
    if (row.confirmedAt !== null)
      return { kind: "act", ending: { action: "release", decidedBy: "counterparty", decision: null } };
    const deadline = deadlineOf(row);
    if (now >= deadline) {
      inTransaction(mirror, (tx) =>
        tellEscrow(tx, ref, {
          kind: "time-out",
          at: now,
          title: "Nobody confirmed in 7 days",
          actor: functionActor(ID),
          runId,
          stepId: "wait-for-counterparty",
        }),
      );
      return { kind: "act", ending: { action: "cancel", decidedBy: "time-out", decision: null } };
    }
    return { kind: "wait", remaining: Math.max(deadline - now, 1_000), hears: "record" };
  }
}
