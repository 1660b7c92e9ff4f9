import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireOperator } from "../auth/session.server";

/** What time it is in the sandbox, ms, while time passes there; null when the engine is off. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return { nowMs: (await context.practice?.clock())?.nowMs ?? null };
}
