import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { getUnknown } from "../../db/read/unknown";
import { isReference } from "../../domain/ids";
import { pauseKindOf } from "../../domain/pauses";
import { outcomeDecided } from "../../inngest/events";
import type { DeskContext } from "../context";
import { ask, pausedMessage } from "./ask.server";
import { commandId, hiddenNumber, hiddenText } from "./form.server";
import type { CommandResult } from "./result";

const decided = z
  .object({
    command_id: commandId,
    intent_key: hiddenText,
    choice: z.enum(["happened", "not-happened", "left"], { error: "Choose what happened." }),
    again: z
      .literal("on")
      .optional()
      .transform((box) => box === "on"),
    remote_id: z.string().trim().max(200, "At most 200 characters.").optional(),
    needs_id: z.literal("1").optional(),
    seen_tries: hiddenNumber,
    reason: z
      .string()
      .trim()
      .min(1, "Say how you know; it stays on record.")
      .max(500, "At most 500 characters."),
  })
  .superRefine(({ choice, remote_id: id, needs_id: needed }, context) => {
    if (choice !== "happened") return;
    if ((needed && !id) || (id && !isReference(id)))
      context.addIssue({
        code: "custom",
        path: ["remote_id"],
        message:
          "Write Purple Flea's id, such as ord_1a2b3c. It is read at Purple Flea before anything is recorded.",
      });
  });

/**
 * Records what an operator decided about a call whose outcome is not known. Refused when it is known by now, or was tried again
 * after the page was opened.
 */
export function settleUnknown(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "settle-unknown",
    schema: decided,
    event: outcomeDecided.name,
    subject: ({ intent_key: ref }) => ({ type: "intent", ref }),
    refuse: ({ intent_key: key, seen_tries: seen, choice, again }) => {
      const found = getUnknown(context.read, key);
      if (!found || found.intent.status !== "unknown")
        return { form: "Its outcome is known by now. Nothing was sent; open the page again." };
      if (found.intent.tries !== seen)
        return { form: "It was tried again after you opened this page. Nothing was sent; open it again." };
      const kind = choice === "not-happened" && again ? pauseKindOf[found.intent.action] : null;
      const paused = kind && pausedMessage(context, kind);
      return paused ? { form: paused } : null;
    },
    reason: ({ reason }) => reason,
    data: ({ intent_key, choice, again, remote_id, seen_tries, reason }) => ({
      intent_key,
      choice,
      ...(choice === "not-happened" && { again }),
      ...(choice === "happened" && remote_id && { remote_id }),
      seen_tries,
      reason,
    }),
  });
}
