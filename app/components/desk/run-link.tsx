import { Link } from "@remix-run/react";
import { Icon } from "../ui/icon";
import { runPath } from "../../lib/paths";

/** Leads from the head of a page about one thing to the run it came from; nothing where no run is known. */
export function RunLink({ runId }: { runId: string | null }) {
  if (runId === null) return null;
  return (
    <Link className="btn" to={runPath(runId)}>
      <Icon name="workflow" size={16} />
      Open its run
    </Link>
  );
}
