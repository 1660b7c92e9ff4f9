import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { pauseReason } from "../../db/read/pauses";
import { pauseKinds } from "../../domain/pauses";
import { actionsPaused, actionsResumed } from "../../inngest/events";
import type { DeskContext } from "../context";
import { ask } from "./ask.server";
import { commandId } from "./form.server";
import type { CommandResult } from "./result";

const reason = z.string().trim().min(1, "Say why; it stays on record.").max(500, "At most 500 characters.");
/** Ticked one by one, or several in one value. */
const kinds = z
  .array(z.string())
  .transform((values) => [...new Set(values.flatMap((text) => text.split(",")).filter(Boolean))])
  .pipe(
    z
      .array(z.enum(pauseKinds, { error: "Choose among the kinds of action there are." }))
      .min(1, "Choose at least one kind of action."),
  );
/** What was held when the list was drawn: `alert:<id>`, `escrow:<ref>`. */
const heldIds = z.array(z.string().max(1_100));

/** Pauses kinds of action: from this moment on no intent of theirs is written. */
export function pauseActions(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "pause-actions",
    lists: ["kinds"],
    schema: z.object({ command_id: commandId, kinds, reason }),
    event: actionsPaused.name,
    data: (fields) => ({ kinds: fields.kinds, reason: fields.reason }),
    pause: (fields) => ({ kinds: fields.kinds, paused: true }),
    reason: (fields) => fields.reason,
  });
}

/**
 * Lifts pauses. What was held goes on, except what the operator took out of the list (`shown` less `keep`); what was held after
 * the list was drawn goes on too.
 */
export function resumeActions(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, form, {
    kind: "resume-actions",
    lists: ["kinds", "shown", "keep"],
    schema: z.object({ command_id: commandId, kinds, shown: heldIds, keep: heldIds, reason }),
    event: actionsResumed.name,
    refuse: (fields) =>
      fields.kinds.some((kind) => pauseReason(context.read, kind) !== null)
        ? null
        : { form: "None of these is paused (any more). Nothing was sent." },
    data: (fields) => {
      const kept = new Set(fields.keep);
      const drop = [...new Set(fields.shown)].filter((id) => !kept.has(id));
      return { kinds: fields.kinds, drop, reason: fields.reason };
    },
    pause: (fields) => ({ kinds: fields.kinds, paused: false }),
    reason: (fields) => fields.reason,
  });
}
