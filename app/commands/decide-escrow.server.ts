import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { getUnexplainedDrift } from "../../db/read/drift";
import { getEscrowRow } from "../../db/read/escrows";
import { isStale } from "../../domain/freshness";
import { formatMicro } from "../../domain/money";
import { escrowLook } from "../../domain/statuses";
import { escrowConfirmed, escrowRejected } from "../../inngest/events";
import { requireRole } from "../auth/session.server";
import type { DeskContext } from "../context";
import { changesSince, seenOf, type SeenEscrow } from "../lib/escrow-gate";
import { usdcText } from "../lib/money";
import { formatTime } from "../lib/time";
import { pausedMessage } from "./ask.server";
import { commandId, hiddenNumber, hiddenText, messagesOf, readForm } from "./form.server";
import { record } from "./record.server";
import type { CommandResult } from "./result";

const decisionForm = z.object({
  command_id: commandId,
  ref: hiddenText,
  version: hiddenNumber,
  seen_amount: hiddenText,
  seen_payee: hiddenText,
  seen_status: hiddenText,
  seen_deadline: hiddenText,
  /** Forms of an earlier version of this desk do not carry it; the version they carry stands for it. */
  seen_description: hiddenText.optional(),
  reason: z.string().trim().max(500, "At most 500 characters.").optional(),
});
type Row = NonNullable<ReturnType<typeof getEscrowRow>>;

/**
 * Approves or rejects a pending escrow. What the operator saw comes with the form: when the row is another version by now,
 * nothing is sent and the changes are named. That is looked at in the transaction that records the decision.
 */
export function decideEscrow(
  context: DeskContext,
  operator: Operator,
  form: FormData,
  decision: "release" | "cancel",
): CommandResult {
  const kind = decision === "release" ? "approve-escrow" : "reject-escrow";
  requireRole(operator, "operator", context, kind);
  const { values, damage } = readForm(form);
  if (damage) return { kind: "invalid", fields: { form: damage }, values };
  const parsed = decisionForm.safeParse(values);
  if (!parsed.success) return { kind: "invalid", fields: messagesOf(parsed.error), values };
  const { command_id: id, ref, version: seenVersion } = parsed.data;
  const reason = parsed.data.reason || null;
  if (decision === "cancel" && !reason)
    return { kind: "invalid", fields: { reason: "Say why it is rejected; it stays on record." }, values };
  const row = getEscrowRow(context.read, ref);
  if (!row) return { kind: "conflict", message: `There is no escrow ${ref}. Nothing was sent.` };
  const now = context.clock.now();
  const seen: SeenEscrow = {
    amount: parsed.data.seen_amount,
    payee: parsed.data.seen_payee,
    status: parsed.data.seen_status,
    deadline: parsed.data.seen_deadline,
    description:
      parsed.data.seen_description ?? (row.version === seenVersion ? row.description : "not known"),
    version: String(seenVersion),
  };
  return record(
    context,
    operator,
    {
      id,
      kind,
      subject: { type: "escrow", ref },
      payload: { escrow_id: ref, decision, seen_version: seenVersion },
      before: {
        amount_usdc: formatMicro(row.amountMicro),
        counterparty: row.counterparty,
        status: row.status,
        version: row.version,
      },
      reason,
      decision: { escrowRef: ref, decision, seenVersion },
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
    },
    () => {
      const latest = getEscrowRow(context.read, ref);
      return latest && refusal(context, operator, latest, seen, decision);
    },
  );
}

/** Why the escrow, as it stands, is not decided like this; null when it is. */
function refusal(
  context: DeskContext,
  operator: Operator,
  row: Row,
  seen: SeenEscrow,
  decision: "release" | "cancel",
): CommandResult | null {
  const now = context.clock.now();
  const time = (ms: number) => formatTime(ms, operator.timeZone, now);
  const conflict = (message: string): CommandResult => ({ kind: "conflict", message });
  const paused = decision === "release" ? pausedMessage(context, "escrow-release") : null;
  if (paused) return { kind: "paused", message: paused };
  if (row.status !== "pending") {
    const ended =
      row.settledAt === null ? "" : ` by ${row.settledBy ?? "Purple Flea"} at ${time(row.settledAt)}`;
    return conflict(
      `This escrow is ${escrowLook[row.status].label.toLowerCase()}${ended}. Nothing was sent.`,
    );
  }
  const changes = changesSince(seen, seenOf(row), operator.timeZone, now);
  if (changes.length > 0) {
    const message = changes.every((change) => change.was === change.now || change.field === "Version")
      ? `Nothing was sent. ${row.ref} is another version than the one you saw; what you decide about is the same. Check it and decide again.`
      : `Nothing was sent. ${row.ref} changed while the review was open. Check the new values and decide again.`;
    return { kind: "conflict", message, changes };
  }
  if (decision === "cancel") return null;
  if (isStale(row.sourceSyncedAt, now))
    return conflict(
      "What is shown was read from Purple Flea more than 15 minutes ago. Sync first; nothing was sent.",
    );
  const drift = getUnexplainedDrift(context.read);
  const limit = context.config.driftApprovalLimitMicro;
  return drift && row.amountMicro > limit
    ? conflict(
        `Purple Flea's balance and our books differ by ${usdcText(drift.differenceMicro)}, unexplained since ${time(drift.since)}. Until that is explained or accepted, nothing over ${usdcText(limit)} is approved. Nothing was sent.`,
      )
    : null;
}
