import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { getSending } from "../../db/read/outbox";
import { requireRole } from "../auth/session.server";
import type { DeskContext } from "../context";
import { commandId, hiddenNumber, messagesOf, readForm } from "./form.server";
import { record } from "./record.server";
import type { CommandResult } from "./result";

const KIND = "send-again";
const asked = z.object({ command_id: commandId, row: hiddenNumber });

/**
 * Sends a parked event once more, under its own id: what took it before takes it as the same. Refused when it is not parked
 * (any more), because somebody else was quicker.
 */
export function sendAgain(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  requireRole(operator, "operator", context, KIND);
  const { values, damage } = readForm(form);
  if (damage) return { kind: "invalid", fields: { form: damage }, values };
  const parsed = asked.safeParse(values);
  if (!parsed.success) return { kind: "invalid", fields: messagesOf(parsed.error), values };
  const { command_id: id, row } = parsed.data;
  const event = getSending(context.read, row);
  if (!event) return { kind: "conflict", message: "There is no such event in the outbox. Nothing was sent." };
  const { failure, lastError: said, attempts } = event;
  return record(
    context,
    operator,
    {
      id,
      kind: KIND,
      subject: { type: "event", ref: event.id },
      before: { state: "parked", attempts, failure, said },
      payload: { state: "queued" },
      sendAgain: row,
    },
    () => {
      const latest = getSending(context.read, row);
      if (latest?.parkedAt != null) return null;
      const message = latest?.sentAt
        ? "It has been sent meanwhile. Nothing was done."
        : "It waits to be sent already. Nothing was done.";
      return { kind: "conflict", message };
    },
  );
}
