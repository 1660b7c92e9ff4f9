import type { RunFilter } from "../../db/read/runs";
import type { readAddress } from "./address-query";
import { runStatuses, type RunStatus } from "../../domain/statuses";

/** What an address asks of the list of runs. */
export interface RunQuery {
  view: "all" | "failed" | "active";
  status?: RunStatus;
  function?: string;
  order: "asc" | "desc";
}
const activeStatuses: readonly RunStatus[] = ["queued", "running", "waiting", "retrying"];

/** What an address asks; what it does not say, or says wrongly, is the default. */
export function readRunQuery(address: ReturnType<typeof readAddress>): RunQuery {
  const view = address.choice("view", ["all", "active", ...runStatuses]);
  const status = runStatuses.find((one) => one === view) ?? address.choice("status", runStatuses);
  const functionId = address.text("function");
  return {
    view: view === "failed" || view === "active" ? view : "all",
    ...(view !== "failed" && status && { status }),
    ...(functionId && { function: functionId }),
    order: address.order(),
  };
}

/** The same as the database is asked it. */
export function runFilterOf(asked: RunQuery): RunFilter {
  const of: Record<RunQuery["view"], readonly RunStatus[] | undefined> = {
    all: undefined,
    failed: ["failed"],
    active: activeStatuses,
  };
  const view = of[asked.view];
  const { status } = asked;
  return {
    statuses: status ? (view ?? [status]).filter((one) => one === status) : view,
    functionId: asked.function,
  };
}
