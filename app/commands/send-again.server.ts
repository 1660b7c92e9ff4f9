import { z } from "zod";
import { recordCommand } from "../../db/desk/commands";
import type { Operator } from "../../db/desk/operators";
import { getCommand } from "../../db/read/decisions";
import { getSending } from "../../db/read/outbox";
import { requireRole } from "../auth/session.server";
import type { DeskContext } from "../context";
import { commandId, messagesOf, valuesOf } from "./form.server";
import type { CommandResult } from "./result";

const KIND = "send-again";
const asked = z.object({ command_id: commandId, row: z.coerce.number().int().positive() });

/**
 * Sends a parked event once more, under its own id: what took it before takes it as the same. Refused when it is not parked
 * (any more), because somebody else was quicker.
 */
export function sendAgain(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  requireRole(operator, "operator", context, KIND);
  const values = valuesOf(form);
  const parsed = asked.safeParse(values);
  if (!parsed.success) return { kind: "invalid", fields: messagesOf(parsed.error), values };
  const { command_id: id, row } = parsed.data;
  if (getCommand(context.read, id)?.kind === KIND) return { kind: "duplicate", commandId: id };
  const event = getSending(context.read, row);
  if (!event) return { kind: "conflict", message: "There is no such event in the outbox. Nothing was sent." };
  const { failure, lastError: said, attempts } = event;
  const recorded = recordCommand(
    context.desk,
    {
      id,
      kind: KIND,
      operatorId: operator.id,
      subject: { type: "event", ref: event.id },
      before: { state: "parked", attempts, failure, said },
      payload: { state: "queued" },
      sendAgain: row,
    },
    context.clock.now(),
  );
  if (recorded.kind === "decided") throw new Error("sending again decides nothing");
  if (recorded.kind === "not-parked")
    return {
      kind: "conflict",
      message:
        event.sentAt === null
          ? "It waits to be sent already. Nothing was done."
          : "It has been sent meanwhile. Nothing was done.",
    };
  context.outboxChanged();
  return recorded;
}
