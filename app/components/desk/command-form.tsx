import { Form } from "@remix-run/react";
import { useEffect, useRef, type ReactNode } from "react";
import type { CommandResult } from "../../commands/result";
import { Note } from "../ui/note";

/** A form that sends one command: its id was made when it was rendered, so that a second press is the same command. */
export function CommandForm({
  commandId,
  problem,
  button,
  action,
  children,
  closed,
}: {
  commandId: string;
  problem?: CommandResult;
  button: string;
  action?: string;
  children?: ReactNode;
  closed?: string | null;
}) {
  const sent = useRef(false);
  const id = useRef(commandId);
  useEffect(() => {
    if (problem) sent.current = false;
  }, [problem]);
  const said =
    problem?.kind === "invalid"
      ? problem.fields.form
      : problem?.kind === "conflict" || problem?.kind === "paused"
        ? problem.message
        : undefined;
  return (
    <Form
      method="post"
      action={action}
      className="form"
      onSubmit={(event) => {
        // The second click of a double click arrives before the button can be drawn disabled.
        if (sent.current) event.preventDefault();
        sent.current = true;
      }}
    >
      <input type="hidden" name="command_id" value={id.current} />
      {said && (
        <Note tone="danger" icon="circle-alert" alert>
          {said}
        </Note>
      )}
      {children}
      {closed ? (
        <div className="grid gap-1 justify-items-start">
          <span className="btn" aria-disabled="true" role="link" aria-describedby="closed-reason">
            {button}
          </span>
          <span id="closed-reason" className="text-text-muted">
            {closed}
          </span>
        </div>
      ) : (
        <button className="btn btn-primary justify-self-start" type="submit">
          {button}
        </button>
      )}
    </Form>
  );
}
