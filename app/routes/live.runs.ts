import type { LoaderFunctionArgs } from "@remix-run/node";
import { countRuns, listRunsById } from "../../db/read/runs";
import { requireOperator } from "../auth/session.server";
import { readRunQuery, runFilterOf } from "../lib/run-query";
import { readAddress, readMoment } from "../lib/address-query";

/** The news of runs that stand on an open page: `ids` as they are now, and how many that fit began after `since` (ms). */
export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const since = readMoment(searchParams.get("since"));
  return {
    rows: listRunsById(context.read, (searchParams.get("ids") ?? "").split(",").slice(0, 200)),
    fresh: countRuns(context.read, {
      ...runFilterOf(readRunQuery(readAddress(searchParams))),
      fromMs: since + 1,
    }).n,
  };
}
