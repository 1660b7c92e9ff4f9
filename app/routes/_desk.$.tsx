import type { LoaderFunctionArgs } from "@remix-run/node";
import { requireOperator } from "../auth/session.server";

/** Any other address: said inside the frame, to who is signed in. */
export async function loader({ request, context }: LoaderFunctionArgs): Promise<never> {
  await requireOperator(request, context);
  throw new Response(null, { status: 404 });
}

export default function Nowhere() {
  return null;
}
