import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { getEscrowRow } from "../../db/read/escrows";
import { getFaucetDay } from "../../db/read/claims";
import { pauseReason } from "../../db/read/pauses";
import type { CommandKind } from "../../domain/command-kinds";
import { isAddress, isReference } from "../../domain/ids";
import { formatMicro } from "../../domain/money";
import { pauseLook, type PauseKind } from "../../domain/pauses";
import { betRequested, escrowCreated, faucetClaimRequested, syncRequested } from "../../inngest/events";
import { requireRole } from "../auth/session.server";
import type { DeskContext } from "../context";
import { escrowData } from "../lib/asked-events";
import { formatTime } from "../lib/time";
import { commandId, messagesOf, readForm, typedAmount } from "./form.server";
import { record } from "./record.server";
import type { CommandResult } from "./result";

interface Ask<S extends z.ZodType> {
  kind: CommandKind;
  schema: S;
  /** The fields that may come more than once. */
  lists?: readonly string[];
  event: string;
  data: (fields: z.output<S>) => unknown;
  subject?: (fields: z.output<S>) => { type: string; ref: string };
  /** The kind of action it belongs to: while that is paused nothing is recorded or sent. */
  pausedBy?: PauseKind;
  /** What it pauses or resumes. */
  pause?: (fields: z.output<S>) => { kinds: readonly PauseKind[]; paused: boolean };
  reason?: (fields: z.output<S>) => string | null;
  /** A reason not to send that the schema cannot know; by field. */
  refuse?: (fields: z.output<S>) => Record<string, string> | null;
}

/** Role, form, parse, one transaction: what every form that sends an event has in common, in this order. */
export function ask<S extends z.ZodType<{ command_id: string }>>(
  context: DeskContext,
  operator: Operator,
  form: FormData,
  what: Ask<S>,
): CommandResult {
  requireRole(operator, "operator", context, what.kind);
  const { values, lists, damage } = readForm(form, what.lists);
  if (damage) return { kind: "invalid", fields: { form: damage }, values };
  const parsed = what.schema.safeParse({ ...values, ...lists });
  if (!parsed.success) return { kind: "invalid", fields: messagesOf(parsed.error), values };
  const fields = parsed.data;
  const data = what.data(fields);
  return record(
    context,
    operator,
    {
      id: fields.command_id,
      kind: what.kind,
      subject: what.subject?.(fields),
      payload: data,
      event: { name: what.event, data },
      reason: what.reason?.(fields) ?? null,
      pause: what.pause?.(fields),
    },
    () => {
      const paused = what.pausedBy && pausedMessage(context, what.pausedBy);
      if (paused) return { kind: "paused", message: paused };
      const refused = what.refuse?.(fields);
      return refused ? { kind: "invalid", fields: refused, values } : null;
    },
  );
}

/** Why a kind of action cannot be asked for now, in words; null when it can. */
export function pausedMessage(context: DeskContext, kind: PauseKind): string | null {
  const reason = pauseReason(context.read, kind);
  return (
    reason && `${pauseLook[kind].label} are ${reason}. Nothing was sent. Resume under Pauses and limits.`
  );
}

const escrowSchema = z.object({
  command_id: commandId,
  escrow_id: z.string().trim().refine(isReference, "Letters, digits, . _ : and - only, such as esc_001."),
  amount_usdc: typedAmount.refine((micro) => micro >= 100_000n, "An escrow is at least 0.10 USDC."),
  counterparty: z
    .string()
    .trim()
    .refine(isAddress, "Write the payee's wallet address: 0x and hexadecimal digits."),
  description: z.string().trim().max(200, "At most 200 characters.").optional(),
});

export function createEscrow(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "create-escrow",
    pausedBy: "escrow-create",
    schema: escrowSchema,
    event: escrowCreated.name,
    subject: ({ escrow_id: ref }) => ({ type: "escrow", ref }),
    refuse: ({ escrow_id: ref }) =>
      getEscrowRow(context.read, ref)
        ? { escrow_id: `There is an escrow ${ref} already. Choose another reference.` }
        : null,
    data: (fields) => escrowData({ ...fields, amount_usdc: formatMicro(fields.amount_usdc) }),
  });
}

export function claimFaucet(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "claim-faucet",
    pausedBy: "claim",
    schema: z.object({ command_id: commandId }),
    event: faucetClaimRequested.name,
    refuse: () => {
      const claim = getFaucetDay(context.read, context.config.agentId, context.clock.now()).today;
      if (claim?.status !== "claimed") return null;
      return {
        form: `Already claimed today, at ${formatTime(claim.settledAt ?? claim.createdAt, operator.timeZone, context.clock.now())}. One claim per agent and UTC day. Nothing was sent.`,
      };
    },
    data: () => ({ requested_by: `operator:${operator.id}` }),
  });
}

export function placeBet(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "place-bet",
    pausedBy: "bet",
    schema: z.object({
      command_id: commandId,
      side: z.enum(["heads", "tails"], { error: "Choose heads or tails." }),
      stake_usdc: typedAmount,
    }),
    event: betRequested.name,
    refuse: ({ stake_usdc: stake }) => {
      const most = context.config.limits.casinoStakeMicro;
      return stake > most
        ? { stake_usdc: `At most ${formatMicro(most)} USDC a bet. Nothing was sent.` }
        : null;
    },
    data: ({ side, stake_usdc: stake }) => ({
      game: "coin_flip",
      side,
      stake_usdc: formatMicro(stake),
      requested_by: `operator:${operator.id}`,
    }),
  });
}

export function syncNow(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "sync-now",
    schema: z.object({ command_id: commandId }),
    event: syncRequested.name,
    data: () => ({ requested_by: `operator:${operator.id}` }),
  });
}
