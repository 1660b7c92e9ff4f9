import type { ActionFunctionArgs } from "@remix-run/node";
import { redirect } from "@remix-run/node";
import { leavingHeaders } from "../auth/session.server";
import { signOut } from "../auth/sign-out.server";

/** Signing out is a form and never a link: nothing that is only looked at ends a session. */
export async function action({ request, context }: ActionFunctionArgs) {
  await signOut(request, context);
  return redirect("/login", { headers: await leavingHeaders(context) });
}
export const loader = () => redirect("/");
