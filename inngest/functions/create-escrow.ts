import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import {
  adoptConfirmations,
  beginEscrow,
  changeEscrow,
  getEscrow,
  isOver,
  tellEscrow,
} from "../../db/mirror/escrows";
import { committed, getIntent, openIntent, settleIntent, type Try } from "../../db/mirror/intents";
import { walletBalance } from "../../db/mirror/balances";
import { pauseReason } from "../../db/read/pauses";
import { escrowSums, formatMicro, type MicroUsdc } from "../../domain/money";
import { throwFor } from "../purple-flea/outcomes";
import { by, HOUR_MS, type Deps } from "../deps";

const ID = "escrow-lifecycle";
export const TIMEOUT_HOURS = 168;

export interface EscrowRequest {
  ref: string;
  amountMicro: MicroUsdc;
  counterparty: string;
  description: string;
  commandId: string | null;
  runId: string;
}
export type Created =
  | { kind: "created"; remoteId: string }
  /** New escrows are paused: it waits for that to end. */
  | { kind: "held"; reason: string }
  | { kind: "refused"; reason: string }
  | { kind: "unknown"; reason: string };

/**
 * Locks the money at Purple Flea, once per reference. The intent and the row are written before the call.
 * @throws RetryAfterError or Error when it is known not to have happened
 */
export async function createEscrow(deps: Deps, request: EscrowRequest): Promise<Created> {
  const { mirror, clock, config } = deps;
  const { ref, amountMicro, runId } = request;
  const key = `escrow-create:${ref}`;
  const started = clock.now();
  const told = { actor: by(ID), runId, stepId: "create-escrow" };
  const opened = inTransaction(mirror, (tx) => {
    const existing = getEscrow(tx, ref);
    if (existing?.runId === runId && existing.remoteId === null && isOver(existing.status))
      return { kind: "no" as const, reason: existing.reason ?? "refused before" };
    if (existing && existing.runId !== runId) {
      const reason = `an escrow with the reference ${ref} exists already`;
      answerCommand(
        tx,
        request.commandId,
        { state: "failed", message: `Not created: ${reason}. Nothing moved.`, runId },
        started,
      );
      return { kind: "no" as const, reason };
    }
    const escrow = {
      ref,
      agentId: config.agentId,
      amountMicro,
      counterparty: request.counterparty,
      description: request.description,
      timeoutHours: TIMEOUT_HOURS,
      runId,
    };
    const before = getIntent(tx, key);
    const paused = pauseReason(tx, "escrow-create");
    // What is known not to have been sent yet waits; what may have been sent is past a pause.
    if (paused && (!before || before.status === "not_done")) {
      beginEscrow(tx, escrow, "held", paused, started);
      const detail = `${paused}. Nothing is locked.`;
      tellEscrow(tx, ref, { kind: "held", nth: runId, at: started, title: "Held", detail, ...told });
      adopt(tx);
      return { kind: "held" as const, reason: paused };
    }
    const intent = openIntent(
      tx,
      {
        key,
        action: "escrow-create",
        subjectRef: ref,
        amountMicro,
        commandId: request.commandId,
        runId,
      },
      started,
    );
    if (intent.kind !== "send") {
      if (intent.kind === "settled" && intent.intent.status === "unknown") {
        changeEscrow(tx, ref, { status: "unknown", reason: intent.intent.detail }, started, started);
        answerCommand(
          tx,
          request.commandId,
          { state: "unknown", message: "The escrow was asked for and no answer came.", runId },
          started,
        );
      }
      return intent;
    }
    const refusal = tooExpensive(tx);
    beginEscrow(tx, escrow, "creating", null, started);
    adopt(tx);
    if (refusal) {
      settleIntent(tx, key, { status: "refused", detail: refusal }, started);
      changeEscrow(tx, ref, { status: "refused", reason: refusal, settledAt: started }, started, started);
      tellEscrow(tx, ref, {
        kind: "refused",
        at: started,
        title: "Not created",
        detail: `${refusal}. Nothing moved.`,
        ...told,
      });
      answerCommand(
        tx,
        request.commandId,
        { state: "failed", message: `Not created: ${refusal}. Nothing moved.`, runId },
        started,
      );
      return { kind: "no" as const, reason: refusal };
    }
    tellEscrow(tx, ref, {
      kind: "intent",
      nth: before ? runId : undefined,
      at: started,
      title: "Intent recorded",
      detail: `${formatMicro(amountMicro)} USDC for ${request.counterparty}`,
      ...told,
    });
    return intent;

    /** A confirmation that came before its escrow is as much worth as one that came after. */
    function adopt(at: typeof tx): void {
      for (const stray of adoptConfirmations(at, ref)) {
        const { confirmedBy, receivedAt } = stray;
        const claimed = { claimedConfirmationAt: receivedAt, claimedConfirmationBy: confirmedBy };
        changeEscrow(at, ref, claimed, started, started);
        tellEscrow(at, ref, {
          kind: "claimed",
          nth: stray.id,
          at: receivedAt,
          title: `Confirmation claimed by ${confirmedBy}, not proven`,
          detail: "It came before the escrow did. It releases nothing by itself.",
          ...told,
        });
      }
    }
    function tooExpensive(at: typeof tx): string | null {
      const balance = walletBalance(at);
      return balance !== undefined && balance - (committed(at) - amountMicro) < amountMicro
        ? "the wallet holds less than this escrow"
        : null;
    }
  });
  switch (opened.kind) {
    case "no":
      return { kind: "refused", reason: opened.reason };
    case "held":
      return opened;
    case "busy":
      throw new Error("escrows hold no lock");
    case "settled": {
      const { status, detail, remoteId } = opened.intent;
      if (status === "done" && remoteId) return { kind: "created", remoteId };
      return status === "refused"
        ? { kind: "refused", reason: detail ?? "refused" }
        : { kind: "unknown", reason: detail ?? "no answer came" };
    }
    case "send":
      return sendEscrow(deps, ref, key, opened, {
        functionId: ID,
        runId,
        stepId: "create-escrow",
      });
    default:
      return opened satisfies never;
  }
}

/**
 * Sends the escrow of an intent that was just opened, once, and writes what came of it.
 * @throws as createEscrow
 */
export async function sendEscrow(
  { mirror, purpleFlea, clock }: Deps,
  ref: string,
  key: string,
  { idempotencyKey }: Try,
  step: { functionId: string; runId: string; stepId: string },
): Promise<Exclude<Created, { kind: "held" }>> {
  const row = getEscrow(mirror, ref);
  if (!row) throw new Error(`the mirror has no escrow ${ref}`);
  const { amountMicro, counterparty, description, timeoutHours } = row;
  const { runId } = step;
  const told = { actor: by(step.functionId), runId, stepId: step.stepId };
  const sent = clock.now();
  const outcome = await purpleFlea.createEscrow({
    amountMicro,
    counterparty,
    description,
    timeoutHours,
    idempotencyKey,
  });
  const now = clock.now();
  const deadline = sent + timeoutHours * HOUR_MS;
  const answer = (tx: MirrorWriter, state: "confirmed" | "failed" | "unknown", message: string) =>
    answerCommand(tx, getIntent(tx, key)?.commandId, { state, message, runId }, now);
  switch (outcome.kind) {
    case "done": {
      const { id, expiresAt, feeMicro, rawStatus } = outcome.value;
      const sums = escrowSums(amountMicro);
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "done", remoteId: id }, now);
        changeEscrow(
          tx,
          ref,
          {
            remoteId: id,
            status: "pending",
            rawStatus,
            feeMicro: feeMicro ?? sums.fee,
            netMicro: amountMicro - (feeMicro ?? sums.fee),
            lockedAt: now,
            expiresAt: Math.min(deadline, expiresAt ?? deadline),
          },
          now,
          now,
        );
        tellEscrow(tx, ref, {
          kind: "locked",
          at: now,
          title: `${formatMicro(amountMicro)} USDC locked at Purple Flea`,
          detail: `their id ${id}`,
          ...told,
        });
        answer(tx, "confirmed", `${formatMicro(amountMicro)} USDC locked at Purple Flea.`);
      });
      return { kind: "created", remoteId: id };
    }
    case "unknown":
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "unknown", detail: outcome.reason }, now);
        changeEscrow(tx, ref, { status: "unknown", reason: outcome.reason }, now, now);
        tellEscrow(tx, ref, {
          kind: "create-unknown",
          nth: String(getIntent(tx, key)?.tries ?? 1),
          at: now,
          title: "No answer came",
          detail: `${outcome.reason}. The money may be locked; it is not asked for again.`,
          ...told,
        });
        answer(tx, "unknown", "The escrow was asked for and no answer came.");
      });
      return { kind: "unknown", reason: outcome.reason };
    case "refused":
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "refused", detail: outcome.message }, now);
        changeEscrow(tx, ref, { status: "refused", reason: outcome.message, settledAt: now }, now, now);
        tellEscrow(tx, ref, {
          kind: "refused",
          at: now,
          title: "Refused by Purple Flea",
          detail: `${outcome.message}. Nothing moved.`,
          ...told,
        });
        answer(tx, "failed", `Refused: ${outcome.message}. Nothing moved.`);
      });
      return { kind: "refused", reason: outcome.message };
    case "not-done":
      inTransaction(mirror, (tx) =>
        settleIntent(tx, key, { status: "not_done", detail: outcome.reason }, now),
      );
      return throwFor(outcome);
    default:
      return outcome satisfies never;
  }
}
