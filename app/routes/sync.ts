import type { ActionFunctionArgs } from "@remix-run/node";
import { redirect } from "@remix-run/node";
import { requireOperator } from "../auth/session.server";
import { syncNow } from "../commands/ask.server";
import { safePath } from "../lib/safe-path";

/** Asks for a read of everything and leads back; the page changes by itself when the read is in. */
export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  const result = syncNow(context, operator, form);
  if (result.kind === "invalid")
    throw new Response(result.fields.form ?? "This form is damaged. Open the page again.", { status: 422 });
  if (result.kind === "conflict") throw new Response(result.message, { status: 409 });
  return redirect(safePath(form.get("back")));
}
export const loader = () => redirect("/");
