import { z } from "zod";
import type { MirrorWriter } from "../../../db/connection";
import {
  adoptConfirmations,
  beginEscrow,
  changeEscrow,
  escrowByRemoteId,
  getEscrow,
  isOver,
  tellEscrow,
  type EscrowRow,
} from "../../../db/mirror/escrows";
import { intentKeys } from "../../../domain/keys";
import { escrowSums, formatMicro, type MicroUsdc } from "../../../domain/money";
import { functionActor, HOUR_MS, type Deps } from "../../deps";
import type { Escrow, EscrowCreated } from "../../purple-flea/port";
import { describeCall } from "../call-words";
import { freeFunds } from "../free-funds";
import type { ActionRequest, MoneyAction, Source } from "../protocol";

const ID = "escrow-lifecycle";
export const TIMEOUT_HOURS = 168;

export interface EscrowRequest extends ActionRequest {
  amountMicro: MicroUsdc;
  counterparty: string;
  description: string;
}

/** An escrow that is locked at Purple Flea. Times in ms. */
interface Locked extends EscrowCreated {
  lockedAt: number | null;
  /** From when its time-out counts. */
  countsFrom: number | null;
}

/** Locks the money at Purple Flea, once per reference. */
export const escrowCreate: MoneyAction<EscrowRequest, EscrowRow, Locked, { remoteId: string }> = {
  name: "escrow-create",
  subject: "escrow",
  functionId: ID,
  steps: { call: "create-escrow", giveUp: "record-not-created" },
  pause: "escrow-create",
  whilePaused: "hold",
  purse: "wallet",
  lock: null,
  repeatableAfter: [],
  retriesUnknown: false,
  keepsSkipped: true,
  resumes: null,
  outlivesRun: false,
  summarySchema: z.object({ remoteId: z.string() }),

  key: ({ ref }) => intentKeys.escrowCreate(ref),
  amount: (_deps, { amountMicro }) => amountMicro,
  load: getEscrow,
  begin(deps, tx, request, now) {
    beginEscrow(tx, newRow(deps, request), "creating", null, now);
    adopt(tx, request, now);
  },
  conflict(tx, { ref, runId }) {
    const existing = getEscrow(tx, ref);
    if (existing && existing.runId !== runId)
      return { reason: `an escrow with the reference ${ref} exists already`, isTold: false };
    return existing && existing.remoteId === null && isOver(existing.status)
      ? { reason: existing.reason ?? "rejected before", isTold: true }
      : null;
  },
  guard(_deps, tx, { amountMicro }) {
    const free = freeFunds(tx, amountMicro);
    return free !== undefined && free < amountMicro ? "the wallet holds less than this escrow" : null;
  },
  hold(deps, tx, request, reason, source, now) {
    beginEscrow(tx, newRow(deps, request), "held", reason, now);
    const detail = `${reason}. Nothing is locked.`;
    tellEscrow(tx, request.ref, {
      kind: "held",
      nth: request.runId,
      at: now,
      title: "Held",
      detail,
      ...source,
    });
    adopt(tx, request, now);
  },

  async call(
    { purpleFlea, clock },
    { amountMicro, counterparty, description, timeoutHours },
    { idempotencyKey },
  ) {
    // Purple Flea's time-out counts from some moment after this: ours is not later than theirs.
    const countsFrom = clock.now();
    const order = { amountMicro, counterparty, description, timeoutHours, idempotencyKey };
    const outcome = await purpleFlea.createEscrow(order);
    return outcome.kind === "done"
      ? { kind: "done", value: { ...outcome.value, lockedAt: clock.now(), countsFrom } }
      : outcome;
  },

  apply(tx, { row }, transition, reason, now) {
    if (!row) return;
    const { ref } = row;
    switch (transition.kind) {
      case "done":
      case "found": {
        const { id, rawStatus, expiresAt, lockedAt, countsFrom } = transition.value;
        const feeMicro = transition.value.feeMicro ?? escrowSums(row.amountMicro).fee;
        const deadline = (countsFrom ?? row.createdAt) + row.timeoutHours * HOUR_MS;
        changeEscrow(
          tx,
          ref,
          {
            remoteId: id,
            status: "pending",
            rawStatus,
            feeMicro,
            netMicro: row.amountMicro - feeMicro,
            lockedAt: lockedAt ?? row.createdAt,
            expiresAt: Math.min(deadline, expiresAt ?? deadline),
          },
          now,
          now,
        );
        return;
      }
      case "unknown":
        changeEscrow(tx, ref, { status: "unknown", reason }, now, now);
        return;
      case "rejected":
      case "given-up":
      case "found-missing":
      case "skipped":
        changeEscrow(tx, ref, { status: "not_created", reason, settledAt: now }, now, now);
        return;
      case "reserved":
      case "not-executed":
        return;
      default:
        transition satisfies never;
    }
  },
  describe(row, transition) {
    const amount = `${formatMicro(row?.amountMicro ?? 0n)} USDC`;
    return describeCall(
      {
        reserved: `${amount} for ${row?.counterparty ?? "its counterparty"}`,
        done: ({ id }) => ({
          kind: "locked",
          title: `${amount} locked at Purple Flea`,
          detail: `their id ${id}`,
          receipt: `${amount} locked at Purple Flea.`,
        }),
        found: ({ id }) => ({ title: `The escrow exists: ${id}` }),
        unknown: {
          kind: "create-unknown",
          mayBe: "The money may be locked",
          receipt: "The escrow was asked for",
        },
        not: "Not created",
        tellsSkipped: true,
      },
      transition,
    );
  },
  summary: ({ remoteId }) => (remoteId === null ? null : { remoteId }),
  remoteIdOf: ({ id }) => id,

  reconcile: () => Promise.resolve({ kind: "needs-a-person" }),
  async verifyRemoteId({ mirror, purpleFlea }, intent, remoteId) {
    if (!remoteId) return "Purple Flea's escrow id is missing";
    const escrow = await purpleFlea.escrow(remoteId);
    const row = getEscrow(mirror, intent.subjectRef);
    if (escrow.amountMicro !== intent.amountMicro)
      return `${remoteId} is over ${formatMicro(escrow.amountMicro)} USDC, this one was over ${formatMicro(intent.amountMicro)} USDC`;
    if (row && escrow.counterparty && escrow.counterparty.toLowerCase() !== row.counterparty.toLowerCase())
      return `${remoteId} is for ${escrow.counterparty}, this one was for ${row.counterparty}`;
    return { value: foundAs(escrow) };
  },
  ownerOf: (tx, remoteId) => escrowByRemoteId(tx, remoteId)?.ref,
};

/** An escrow that was read at Purple Flea, as the answer that its creation did not get. */
const foundAs = ({ id, rawStatus, feeMicro, expiresAt, createdAt }: Escrow): Locked => ({
  id,
  rawStatus,
  feeMicro,
  expiresAt,
  lockedAt: createdAt,
  countsFrom: createdAt,
});

const newRow = ({ config }: Deps, { ref, amountMicro, counterparty, description, runId }: EscrowRequest) => ({
  ref,
  agentId: config.agentId,
  amountMicro,
  counterparty,
  description,
  timeoutHours: TIMEOUT_HOURS,
  runId,
});

/** A confirmation that came before its escrow is as much worth as one that came after. */
function adopt(tx: MirrorWriter, { ref, runId }: EscrowRequest, now: number): void {
  const source: Source = { actor: functionActor(ID), runId, stepId: "create-escrow" };
  for (const stray of adoptConfirmations(tx, ref)) {
    const { confirmedBy, receivedAt } = stray;
    const claimed = { claimedConfirmationAt: receivedAt, claimedConfirmationBy: confirmedBy };
    changeEscrow(tx, ref, claimed, now, now);
    tellEscrow(tx, ref, {
      kind: "claimed",
      nth: stray.id,
      at: receivedAt,
      title: `Confirmation claimed by ${confirmedBy}, not proven`,
      detail: "It came before the escrow did. It releases nothing by itself.",
      ...source,
    });
  }
}
