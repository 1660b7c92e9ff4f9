import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { beginEscrow, changeEscrow, getEscrow, tellEscrow } from "../../db/mirror/escrows";
import { committed, openIntent, settleIntent } from "../../db/mirror/intents";
import { walletBalance } from "../../db/mirror/balances";
import { pauseReason } from "../../db/read/decisions";
import { escrowSums, formatMicro, type MicroUsdc } from "../../domain/money";
import { throwFor } from "../purple-flea/outcomes";
import { by, DAY_MS, type Setting } from "./setting";

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
  | { kind: "created"; remoteId: string; deadline: number }
  | { kind: "refused"; reason: string }
  | { kind: "unknown"; reason: string };

/**
 * Locks the money at Purple Flea, once per reference. The intent and the row are written before the call.
 * @throws RetryAfterError or Error when it is known not to have happened
 */
export async function createEscrow(setting: Setting, request: EscrowRequest): Promise<Created> {
  const { mirror, read, purpleFlea, clock, config } = setting;
  const { ref, amountMicro, runId } = request;
  const key = `escrow-create:${ref}`;
  const started = clock.now();
  const told = { actor: by(ID), runId, stepId: "create-escrow" };
  const opened = inTransaction(mirror, (tx) => {
    const existing = getEscrow(tx, ref);
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
    const intent = openIntent(
      tx,
      { key, action: "escrow-create", subjectRef: ref, amountMicro, runId },
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
    const refusal = pauseReason(read, "escrow-create") ?? tooExpensive(tx);
    beginEscrow(
      tx,
      {
        ref,
        agentId: config.agentId,
        amountMicro,
        counterparty: request.counterparty,
        description: request.description,
        timeoutHours: TIMEOUT_HOURS,
        runId,
      },
      started,
    );
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
      at: started,
      title: "Intent recorded",
      detail: `${formatMicro(amountMicro)} USDC for ${request.counterparty}`,
      ...told,
    });
    return intent;

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
    case "busy":
      throw new Error("escrows hold no lock");
    case "settled": {
      const row = getEscrow(mirror, ref);
      if (opened.intent.status === "done" && row?.remoteId)
        return {
          kind: "created",
          remoteId: row.remoteId,
          deadline: row.createdAt + TIMEOUT_HOURS * 3_600_000,
        };
      if (opened.intent.status === "refused")
        return { kind: "refused", reason: opened.intent.detail ?? "refused" };
      return { kind: "unknown", reason: opened.intent.detail ?? "no answer came" };
    }
    case "send":
      break;
    default:
      return opened satisfies never;
  }
  const outcome = await purpleFlea.createEscrow({
    amountMicro,
    counterparty: request.counterparty,
    description: request.description,
    timeoutHours: TIMEOUT_HOURS,
    idempotencyKey: opened.idempotencyKey,
  });
  const now = clock.now();
  const deadline = started + 7 * DAY_MS;
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
        answerCommand(
          tx,
          request.commandId,
          { state: "confirmed", message: `${formatMicro(amountMicro)} USDC locked at Purple Flea.`, runId },
          now,
        );
      });
      return { kind: "created", remoteId: id, deadline };
    }
    case "unknown":
      inTransaction(mirror, (tx) => {
        settleIntent(tx, key, { status: "unknown", detail: outcome.reason }, now);
        changeEscrow(tx, ref, { status: "unknown", reason: outcome.reason }, now, now);
        tellEscrow(tx, ref, {
          kind: "create-unknown",
          at: now,
          title: "No answer came",
          detail: `${outcome.reason}. The money may be locked; it is not asked for again.`,
          ...told,
        });
        answerCommand(
          tx,
          request.commandId,
          { state: "unknown", message: "The escrow was asked for and no answer came.", runId },
          now,
        );
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
        answerCommand(
          tx,
          request.commandId,
          { state: "failed", message: `Refused: ${outcome.message}. Nothing moved.`, runId },
          now,
        );
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
