import type { RunFilter } from "../../db/read/runs";
import { runStatuses, type RunStatus } from "../../domain/statuses";

/** What an address asks of the list of runs. */
export interface RunQuery {
  view: "all" | "failed" | "active";
  status?: RunStatus;
  function?: string;
  order: "asc" | "desc";
}
const activeStatuses: readonly RunStatus[] = ["queued", "running", "waiting", "retrying"];

/** Reads an address; what it does not say, or says wrongly, is the default. */
export function readRunQuery(params: URLSearchParams): RunQuery {
  const view = params.get("view");
  const status = runStatuses.find((one) => one === params.get("status") || one === view);
  return {
    view: view === "failed" || view === "active" ? view : "all",
    ...(view !== "failed" && status && { status }),
    ...(params.get("function") && { function: params.get("function") ?? undefined }),
    order: params.get("order") === "asc" ? "asc" : "desc",
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
