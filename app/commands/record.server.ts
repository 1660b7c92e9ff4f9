import { recordCommand, SpentIdError, type CommandRequest } from "../../db/desk/commands";
import type { Operator } from "../../db/desk/operators";
import type { DeskContext } from "../context";
import { formatTime } from "../lib/time";
import { ageProblem } from "./form.server";
import type { CommandResult } from "./result";

/**
 * Records a command and wakes the outbox. `refuse` looks at how things stand in the same transaction, after a repeat of the
 * same form has been answered as one: nobody writes between what it saw and what is recorded.
 */
export function record(
  context: DeskContext,
  operator: Operator,
  request: Omit<CommandRequest, "operatorId">,
  refuse: () => CommandResult | null,
): CommandResult {
  const now = context.clock.now();
  const at = (ms: number) => formatTime(ms, operator.timeZone, now);
  try {
    const recorded = recordCommand(
      context.desk,
      { ...request, operatorId: operator.id },
      now,
      (): CommandResult | null => {
        const wrong = ageProblem(request.id, now);
        return wrong ? { kind: "conflict", message: wrong } : refuse();
      },
    );
    if (recorded.kind === "refused") return recorded.why;
    if (recorded.kind === "not-parked")
      return { kind: "conflict", message: "It does not wait for this any more. Nothing was done." };
    if (recorded.kind === "accepted") context.outboxChanged();
    return recorded;
  } catch (error) {
    if (!(error instanceof SpentIdError)) throw error;
    const { kind, subjectRef, createdAt } = error.spentOn;
    const on = [kind.replace(/-/g, " "), subjectRef].filter(Boolean).join(" ");
    return {
      kind: "conflict",
      message: `This form was used for something else already: ${on}, at ${at(createdAt)}. Nothing was sent; open the page again.`,
    };
  }
}
