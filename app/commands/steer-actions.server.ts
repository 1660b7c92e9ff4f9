import { z } from "zod";
import type { Operator } from "../../db/desk/operators";
import { pauseReason } from "../../db/read/pauses";
import { pauseKinds } from "../../domain/statuses";
import { actionsPaused, actionsResumed } from "../../inngest/events";
import type { DeskContext } from "../context";
import { ask } from "./ask.server";
import { commandId } from "./form.server";
import type { CommandResult } from "./result";

const reason = z.string().trim().min(1, "Say why; it stays on record.").max(500, "At most 500 characters.");
const kinds = z
  .string()
  .default("")
  .transform((text) => text.split(",").filter(Boolean))
  .pipe(z.array(z.enum(pauseKinds)).min(1, "Choose at least one kind of action."));

/** A form carries several values under one name; a command keeps them as one list. */
function joined(form: FormData, ...names: string[]): FormData {
  for (const name of names) form.set(name, form.getAll(name).join(","));
  return form;
}

/** Pauses kinds of action: from this moment on no intent of theirs is written. */
export function pauseActions(context: DeskContext, operator: Operator, form: FormData): CommandResult {
  return ask(context, operator, joined(form, "kinds"), {
    kind: "pause-actions",
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
  const drop = form.getAll("shown").filter((id) => !form.getAll("keep").includes(id));
  return ask(context, operator, joined(form, "kinds"), {
    kind: "resume-actions",
    schema: z.object({ command_id: commandId, kinds, reason }),
    event: actionsResumed.name,
    refuse: (fields) =>
      fields.kinds.some((kind) => pauseReason(context.read, kind) !== null)
        ? null
        : { form: "None of these is paused (any more). Nothing was sent." },
    data: (fields) => ({ kinds: fields.kinds, drop: drop.map(String), reason: fields.reason }),
    pause: (fields) => ({ kinds: fields.kinds, paused: false }),
    reason: (fields) => fields.reason,
  });
}
