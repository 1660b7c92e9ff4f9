import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { getOpenDrift } from "../../db/read/drift";
import { formatMicro } from "../../domain/money";
import { driftAccepted } from "../../inngest/events";
import type { DeskContext } from "../context";
import { ask } from "./ask.server";
import { commandId, hiddenText } from "./form.server";
import type { CommandResult } from "./result";

/** Takes the present difference as it is, with what the operator knows of it. Only the one that was shown. */
export function acceptDrift(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "accept-drift",
    schema: z.object({
      command_id: commandId,
      drift_id: hiddenText,
      difference_usdc: hiddenText,
      reason: z
        .string()
        .trim()
        .min(1, "Say what it was; it stays on record.")
        .max(500, "At most 500 characters."),
    }),
    event: driftAccepted.name,
    subject: ({ drift_id: ref }) => ({ type: "drift", ref }),
    refuse: ({ drift_id: id, difference_usdc: seen }) => {
      const open = getOpenDrift(context.read);
      return open?.id === id && formatMicro(open.differenceMicro) === seen
        ? null
        : { form: "The difference has changed or ended. Nothing was sent; look at it again." };
    },
    data: ({ drift_id, difference_usdc, reason }) => ({ drift_id, difference_usdc, reason }),
    reason: ({ reason }) => reason,
  });
}
