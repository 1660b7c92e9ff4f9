import { Form, useNavigation } from "@remix-run/react";
import { useEffect, useRef, type ReactNode } from "react";
import type { CommandResult } from "../../commands/result";
import { Note } from "../ui/note";
import { Said } from "./said-text";

/** What is wrong with a form, in one place that gets the focus; each field it names is a link to it. */
function Complaint({ problem, labels }: { problem: CommandResult; labels: Record<string, string> }) {
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => summary.current?.focus(), [problem]);
  const fields = problem.kind === "invalid" ? problem.fields : {};
  const named = Object.keys(fields).filter((name) => labels[name]);
  const said = problem.kind === "conflict" || problem.kind === "paused" ? problem.message : fields.form;
  if (said === undefined && named.length === 0) return null;
  return (
    <div ref={summary} tabIndex={-1}>
      <Note tone="danger" icon="circle-alert" alert>
        {said !== undefined ? (
          <Said text={said} />
        ) : (
          <>
            <b>Not sent. {named.length === 1 ? "1 field needs" : `${named.length} fields need`} a change.</b>
            <span className="block">
              {named.map((name, index) => (
                <span key={name}>
                  {index > 0 && ", "}
                  <a href={`#${name}`} className="underline underline-offset-3">
                    {labels[name]}
                  </a>
                </span>
              ))}
            </span>
          </>
        )}
      </Note>
    </div>
  );
}

/** A form that sends one command: its id was made when it was rendered, so that a second press is the same command. */
export function CommandForm({
  commandId,
  problem,
  button,
  action,
  children,
  closed,
  labels = {},
}: {
  commandId: string;
  problem?: CommandResult;
  button: string;
  action?: string;
  children?: ReactNode;
  closed?: string | null;
  /** The fields' labels by name; a field's id is its name where the summary is to lead to it. */
  labels?: Record<string, string>;
}) {
  const sent = useRef(false);
  const id = useRef(commandId);
  const sending = useNavigation().formData?.get("command_id") === id.current;
  useEffect(() => {
    if (problem) sent.current = false;
  }, [problem]);
  return (
    <Form
      method="post"
      action={action}
      className="form"
      noValidate
      onSubmit={(event) => {
        // The second click of a double click arrives before the button can be drawn disabled.
        if (sent.current) event.preventDefault();
        sent.current = true;
      }}
    >
      <input type="hidden" name="command_id" value={id.current} />
      {problem && <Complaint problem={problem} labels={labels} />}
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
        <div className="flex items-center gap-3">
          <button className="btn btn-primary" type="submit">
            {button}
          </button>
          {sending && (
            <span className="text-text-muted" role="status">
              Recording it…
            </span>
          )}
        </div>
      )}
    </Form>
  );
}
