import { NonRetriableError } from "inngest";
import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { changeEscrow, getEscrow, isOver, tellEscrow } from "../../db/mirror/escrows";
import { getDecision, isCommand } from "../../db/read/decisions";
import { isReference } from "../../domain/ids";
import { usdcFromWire } from "../../domain/money";
import { escrowConfirmed, escrowCreated, escrowRejected, eventIdFor, outcomeUnknown } from "../events";
import { createEscrow } from "./create-escrow";
import { endEscrow, endOf, mirrorUpstream, type Ending } from "./end-escrow";
import { by, MINUTE_MS, type Setting } from "./setting";

const ID = "escrow-lifecycle";
/** How long a disputed or unreadable escrow is left alone before it is looked at again. */
const HELD_MS = 60 * MINUTE_MS;
const MAX_LOOKS = 250;

type Verdict = { kind: "act"; ending: Ending } | { kind: "over" } | { kind: "wait"; remaining: number };

/**
 * An escrow's life: locks the money, waits up to 7 days for a decision, releases or cancels. What wakes it is not proof: each
 * time it reads the record at the desk and the escrow at Purple Flea, and goes on waiting when neither says enough.
 */
export function escrowLifecycle(setting: Setting) {
  const { client, mirror, read, purpleFlea, clock } = setting;
  return client.createFunction(
    // Longer than the wait: the shorter of the two would end the run before it could refund.
    { id: ID, name: "Escrow lifecycle", retries: 3, triggers: [escrowCreated], timeouts: { finish: "8d" } },
    async ({ event, step, group, runId }) => {
      const ref = event.data.escrow_id;
      // It stands in the wait's condition: nothing but a plain reference may.
      if (!isReference(ref)) throw new NonRetriableError("the escrow's reference is not a plain reference");
      const commandId = event.id && isCommand(read, event.id) ? event.id : null;
      const created = await step
        .run("create-escrow", () =>
          createEscrow(setting, {
            ref,
            amountMicro: usdcFromWire(event.data.amount_usdc),
            counterparty: event.data.counterparty,
            description: event.data.description ?? "Agent service payment",
            commandId,
            runId,
          }),
        )
        .catch((error: unknown) => ({
          kind: "failed" as const,
          reason: error instanceof Error ? error.message : "out of attempts",
        }));
      if (created.kind === "failed") {
        await step.run("record-not-created", () => {
          const now = clock.now();
          inTransaction(mirror, (tx) => {
            changeEscrow(tx, ref, { status: "refused", reason: created.reason, settledAt: now }, now, now);
            answerCommand(
              tx,
              commandId,
              { state: "failed", message: `Not created: ${created.reason}. Nothing moved.`, runId },
              now,
            );
          });
        });
        throw new NonRetriableError(`the escrow was not created: ${created.reason}`);
      }
      if (created.kind === "refused") return { status: "refused", reason: created.reason };
      if (created.kind === "unknown") {
        const key = `escrow-create:${ref}`;
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create({ intent_key: key }, { id: eventIdFor("outcome.unknown", key) }),
        );
        return { status: "unknown", reason: created.reason };
      }

      // The wait that lost a race stays open. Only a step that is itself part of a race lets the function go on meanwhile.
      const race = <T>(work: () => Promise<T>): Promise<T> => group.parallel({ mode: "race" }, work);
      for (let look = 0; look < MAX_LOOKS; look++) {
        const verdict = await race(() =>
          step.run("check-decision", () => decide(ref, created.deadline, runId)),
        );
        if (verdict.kind === "over") return race(() => step.run("read-end", () => endOf(requireRow(ref))));
        if (verdict.kind === "act") {
          const { ending } = verdict;
          const name = ending.action === "release" ? "release-escrow" : "cancel-escrow";
          const ended = await race(() => step.run(name, () => endEscrow(setting, ref, ending, runId))).catch(
            async (error: unknown) => {
              const reason = error instanceof Error ? error.message : "out of attempts";
              await race(() =>
                step.run("record-not-ended", () => recordNotEnded(ref, ending, reason, runId)),
              );
              const key = `escrow-end:${ref}`;
              const id = eventIdFor("outcome.unknown", `${key}:${runId}`);
              await race(() =>
                step.sendEvent("ask-what-became", outcomeUnknown.create({ intent_key: key }, { id })),
              );
              throw new NonRetriableError(`the ${ending.action} did not go through: ${reason}`);
            },
          );
          if (ended.status !== "held") return ended;
          await race(() => step.sleep("held", HELD_MS));
          continue;
        }
        const condition = `async.data.escrow_id == "${ref}"`;
        const timeout = verdict.remaining;
        await race(() =>
          Promise.race([
            step.waitForEvent("wait-for-counterparty", { event: escrowConfirmed, timeout, if: condition }),
            step.waitForEvent("wait-for-rejection", { event: escrowRejected, timeout, if: condition }),
          ]),
        );
      }
      throw new NonRetriableError("the escrow was looked at too often without an end");
    },
  );

  function requireRow(ref: string) {
    const row = getEscrow(mirror, ref);
    if (!row) throw new NonRetriableError(`the mirror has no escrow ${ref}`);
    return row;
  }

  /** Reads the record and Purple Flea, and says what is to be done now. */
  async function decide(ref: string, deadline: number, runId: string): Promise<Verdict> {
    const before = requireRow(ref);
    if (isOver(before.status)) return { kind: "over" };
    const upstream = await purpleFlea.escrow(before.remoteId ?? "");
    const now = clock.now();
    inTransaction(mirror, (tx) => mirrorUpstream(setting, tx, before, upstream, now, runId));
    const row = requireRow(ref);
    if (isOver(row.status)) return { kind: "over" };
    const decision = getDecision(read, ref);
    const who = decision ? (decision.operatorName ?? decision.operatorId) : null;
    if (decision?.decision === "cancel")
      return { kind: "act", ending: { action: "cancel", decidedBy: who ?? "operator" } };
    if (decision) return { kind: "act", ending: { action: "release", decidedBy: who ?? "operator" } };
    if (row.confirmedAt !== null)
      return { kind: "act", ending: { action: "release", decidedBy: "counterparty" } };
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
    return { kind: "wait", remaining: Math.max(deadline - now, 1_000) };
  }

  function recordNotEnded(ref: string, ending: Ending, reason: string, runId: string): void {
    const now = clock.now();
    inTransaction(mirror, (tx) => {
      const row = getEscrow(tx, ref);
      if (!row || isOver(row.status)) return;
      const unknown = row.status === "unknown";
      const stays = unknown
        ? "What became of it is not known yet; Purple Flea is being asked."
        : "Nothing moved; the money is still locked.";
      changeEscrow(
        tx,
        ref,
        { reason: `the ${ending.action} did not go through: ${reason}. ${stays}` },
        now,
        now,
      );
      tellEscrow(tx, ref, {
        kind: `${ending.action}-failed`,
        at: now,
        title: `The ${ending.action} did not go through`,
        detail: `${reason}. ${stays}`,
        actor: by(ID),
        runId,
      });
      answerCommand(
        tx,
        getDecision(read, ref)?.commandId,
        { state: unknown ? "unknown" : "failed", message: `${reason}. ${stays}`, runId },
        now,
      );
    });
  }
}
