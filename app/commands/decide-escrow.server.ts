import { z } from "zod";
import { recordCommand } from "../../db/desk/commands";
import type { Operator } from "../../db/desk/operators";
import { getUnexplainedDrift } from "../../db/read/drift";
import { getEscrowRow } from "../../db/read/escrows";
import { isStale } from "../../domain/freshness";
import { formatMicro } from "../../domain/money";
import { escrowLook } from "../../domain/statuses";
import { escrowConfirmed, escrowRejected } from "../../inngest/events";
import { requireRole } from "../auth/session.server";
import type { DeskContext } from "../context";
import { changesSince } from "../lib/escrow-gate";
import { usdcText } from "../lib/money";
import { formatTime } from "../lib/time";
import { pausedMessage } from "./ask.server";
import { commandId, messagesOf, valuesOf } from "./form.server";
import type { CommandResult } from "./result";

const seen = z.object({
  command_id: commandId,
  ref: z.string(),
  version: z.coerce.number().int(),
  seen_amount: z.string(),
  seen_payee: z.string(),
  seen_status: z.string(),
  seen_deadline: z.string(),
  reason: z.string().trim().max(500, "At most 500 characters.").optional(),
});

/**
 * Approves or rejects a pending escrow. What the operator saw comes with the form: when the row has changed since, nothing is
 * sent and the changes are named.
 */
export function decideEscrow(
  context: DeskContext,
  operator: Operator,
  form: FormData,
  decision: "release" | "cancel",
): CommandResult {
  const kind = decision === "release" ? "approve-escrow" : "reject-escrow";
  requireRole(operator, "operator", context, kind);
  const values = valuesOf(form);
  const parsed = seen.safeParse(values);
  if (!parsed.success) return { kind: "invalid", fields: messagesOf(parsed.error), values };
  const { command_id: id, ref, reason } = parsed.data;
  if (decision === "cancel" && !reason)
    return { kind: "invalid", fields: { reason: "Say why it is rejected; it stays on record." }, values };
  const row = getEscrowRow(context.read, ref);
  if (!row) return { kind: "conflict", message: `There is no escrow ${ref}. Nothing was sent.` };
  const now = context.clock.now();
  const before = {
    amount_usdc: formatMicro(row.amountMicro),
    counterparty: row.counterparty,
    status: row.status,
    version: row.version,
  };
  const request = {
    id,
    kind,
    operatorId: operator.id,
    subject: { type: "escrow", ref },
    payload: { escrow_id: ref, decision, seen_version: parsed.data.version },
    before,
    reason: reason ?? null,
    decision: { escrowRef: ref, decision, seenVersion: parsed.data.version },
    event:
      decision === "release"
        ? {
            name: escrowConfirmed.name,
            data: {
              escrow_id: ref,
              confirmed_by: `operator:${operator.id}`,
              confirmed_at: new Date(now).toISOString(),
            },
          }
        : {
            name: escrowRejected.name,
            data: { escrow_id: ref, rejected_by: `operator:${operator.id}`, reason: reason ?? "" },
          },
  };
  // A repeat of this very form is answered before the row is looked at: its own effect may have changed it.
  if (row.decidedByCommand === id) return { kind: "duplicate", commandId: id };
  const paused = decision === "release" ? pausedMessage(context, "escrow-release") : null;
  if (paused) return { kind: "paused", message: paused };
  if (row.status !== "pending") {
    const ended =
      row.settledAt === null
        ? ""
        : ` by ${row.settledBy ?? "Purple Flea"} at ${formatTime(row.settledAt, operator.timeZone, now)}`;
    return {
      kind: "conflict",
      message: `This escrow is ${escrowLook[row.status].label.toLowerCase()}${ended}. Nothing was sent.`,
    };
  }
  const changes = changesSince(
    {
      amount: parsed.data.seen_amount,
      payee: parsed.data.seen_payee,
      status: parsed.data.seen_status,
      deadline: parsed.data.seen_deadline,
    },
    {
      amount: formatMicro(row.amountMicro),
      payee: row.counterparty,
      status: row.status,
      deadline: String(row.expiresAt ?? ""),
    },
    operator.timeZone,
    now,
  );
  if (changes.length > 0)
    return {
      kind: "conflict",
      message: `Nothing was sent. ${ref} changed while the review was open. Check the new values and decide again.`,
      changes,
    };
  if (decision === "release" && isStale(row.sourceSyncedAt, now)) {
    return {
      kind: "conflict",
      message:
        "What is shown was read from Purple Flea more than 15 minutes ago. Sync first; nothing was sent.",
    };
  }
  const drift = decision === "release" ? getUnexplainedDrift(context.read) : null;
  if (drift && row.amountMicro > context.config.driftApprovalLimitMicro)
    return {
      kind: "conflict",
      message: `Purple Flea's balance and our books differ by ${usdcText(drift.differenceMicro)}, unexplained since ${formatTime(drift.since, operator.timeZone, now)}. Until that is explained or accepted, nothing over ${usdcText(context.config.driftApprovalLimitMicro)} is approved. Nothing was sent.`,
    };
  const recorded = recordCommand(context.desk, request, now);
  if (recorded.kind === "decided") {
    return {
      kind: "conflict",
      message: `This escrow was ${recorded.by.decision === "release" ? "approved" : "rejected"} already, at ${formatTime(recorded.by.at, operator.timeZone, now)}. Nothing was sent.`,
    };
  }
  if (recorded.kind === "not-parked") throw new Error("a decision sends nothing again");
  context.outboxChanged();
  return recorded;
}
