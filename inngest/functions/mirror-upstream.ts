import type { MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { recordSync } from "../../db/mirror/balances";
import { changeEscrow, tellEscrow, type EscrowRow } from "../../db/mirror/escrows";
import { getIntent, settleIntent, type Intent } from "../../db/mirror/intents";
import { getDecision, type Decision } from "../../db/read/decisions";
import { formatMicro } from "../../domain/money";
import type { Escrow } from "../purple-flea/port";
import { by, type Deps } from "../deps";

const ID = "escrow-lifecycle";

/** Writes what Purple Flea says an escrow is. Ends are ends; the operator's command is answered with them. */
export function mirrorUpstream(
  deps: Deps,
  tx: MirrorWriter,
  row: EscrowRow,
  upstream: Escrow,
  at: number,
  runId?: string,
): void {
  recordSync(tx, "escrow", at);
  const told = { at, actor: by(ID), runId };
  const facts = {
    rawStatus: upstream.rawStatus,
    feeMicro: upstream.feeMicro ?? undefined,
    netMicro: upstream.feeMicro === null ? undefined : row.amountMicro - upstream.feeMicro,
    referralMicro: upstream.referralMicro ?? undefined,
    txHash: upstream.txHash ?? undefined,
  };
  const decision = getDecision(deps.read, row.ref);
  if (upstream.confirmedAt !== null && row.confirmedAt === null) {
    changeEscrow(
      tx,
      row.ref,
      {
        // Their clock may run ahead of ours; nothing here was confirmed in the future.
        confirmedAt: Math.min(upstream.confirmedAt, at),
        confirmedBy: upstream.confirmedBy ?? "counterparty",
        confirmationProof: "upstream",
      },
      at,
      at,
    );
    tellEscrow(tx, row.ref, {
      kind: "confirmed",
      title: "Confirmed by the counterparty",
      detail: "read at Purple Flea",
      ...told,
    });
  }
  switch (upstream.status) {
    case "released":
    case "refunded": {
      const released = upstream.status === "released";
      const settledBy = whoEnded(getIntent(tx, `escrow-end:${row.ref}`), released, decision);
      const changed = changeEscrow(
        tx,
        row.ref,
        {
          ...facts,
          status: upstream.status,
          reason: null,
          retryAt: null,
          settledAt: (released ? upstream.releasedAt : upstream.refundedAt) ?? at,
          settledBy,
        },
        Math.max(at, row.observedAt),
        at,
      );
      settleIntent(
        tx,
        `escrow-end:${row.ref}`,
        { status: "done", detail: `Purple Flea says ${upstream.status}` },
        at,
      );
      if (changed)
        tellEscrow(tx, row.ref, {
          kind: upstream.status,
          title: released
            ? "Released"
            : `Refunded, ${settledBy === "Purple Flea" ? "by Purple Flea" : `by ${settledBy}`}`,
          detail: `${formatMicro(row.amountMicro)} USDC; read at Purple Flea`,
          ...told,
        });
      if (decision) {
        const asAsked = (decision.decision === "release") === released;
        answerCommand(
          tx,
          decision.commandId,
          asAsked
            ? {
                state: "confirmed",
                message: released ? "Released at Purple Flea." : "Cancelled and refunded at Purple Flea.",
                runId,
              }
            : { state: "failed", message: `Purple Flea had already ${upstream.status} it.`, runId },
          at,
        );
      }
      return;
    }
    case "disputed":
      changeEscrow(tx, row.ref, { ...facts, status: "disputed", reason: null }, at, at);
      return;
    case "unknown":
      changeEscrow(
        tx,
        row.ref,
        { ...facts, status: "unknown", reason: `Purple Flea says "${upstream.rawStatus}"` },
        at,
        at,
      );
      return;
    case "locked":
    case "completed": {
      // "Locked" does not say that a call in flight, or one without an answer, did not happen: it may arrive yet.
      const end = getIntent(tx, `escrow-end:${row.ref}`)?.status;
      const status = end === "open" || end === "unknown" ? undefined : "pending";
      // Why its end came to nothing stands until that is tried again.
      const reason = row.retryAt === null ? null : undefined;
      changeEscrow(tx, row.ref, { ...facts, status, reason }, at, at);
      return;
    }
    default:
      upstream.status satisfies never;
  }
}

/**
 * Who ended an escrow that was found over: whoever decided it, when a call of ours may be what did it; else Purple Flea by
 * itself. A call that is known not to have gone through did not do it.
 */
function whoEnded(intent: Intent | undefined, released: boolean, decision: Decision | null): string {
  const heard = intent?.status === "open" || intent?.status === "unknown" || intent?.status === "done";
  if (!heard || (intent.action === "escrow-release") !== released) return "Purple Flea";
  if (decision) return decision.operatorName ?? decision.operatorId;
  return released ? "counterparty" : "time-out";
}
