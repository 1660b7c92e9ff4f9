import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { getEscrowRow } from "../../db/read/escrows";
import type { EscrowDecision } from "../../domain/decision-record";
import { seenOf, type Denial, type SeenEscrow } from "../../domain/escrow-approval";
import { formatMicro } from "../../domain/money";
import { escrowConfirmed, escrowRejected } from "../../inngest/events";
import { requireRole } from "../auth/session.server";
import type { DeskContext } from "../context";
import { changesSince, whatIsClosed, type Change } from "../lib/escrow-approval";
import { readStandingOf } from "../lib/escrow-standing.server";
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

/**
 * Approves or rejects a pending escrow. What the operator saw comes with the form. Whether it may be decided is asked of the
 * policy (domain/escrow-approval.ts) in the transaction that records the decision; what changed meanwhile is named.
 */
export function decideEscrow(
  context: DeskContext,
  operator: Operator,
  form: FormData,
  decision: EscrowDecision,
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
      const latest = getEscrowRow(context.read, ref) ?? row;
      const standing = readStandingOf(context, operator, latest);
      const closed = whatIsClosed(latest, standing, operator.timeZone, context.clock.now(), seen);
      return refusal(
        decision === "release" ? closed.approve : closed.reject,
        changesSince(seen, seenOf(latest), operator.timeZone, context.clock.now()),
      );
    },
  );
}

/** What the policy's reasons are for a form that was sent all the same; null when there are none. */
function refusal(denials: readonly Denial[], changes: Change[]): CommandResult | null {
  const [first] = denials;
  if (!first) return null;
  const sentences = denials.flatMap(({ what, money, next }) => [what, money, next]);
  // Two reasons may mean the same for the money.
  const message = [...new Set(sentences), "Nothing was sent."].join(" ");
  switch (first.status) {
    case 423:
      return { kind: "paused", message };
    case 409:
      return { kind: "conflict", message, ...(changes.length > 0 && { changes }) };
    case 403:
      throw new Response(message, { status: 403 });
    default:
      return first.status satisfies never;
  }
}
