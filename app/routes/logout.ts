import type { ActionFunctionArgs } from "@remix-run/node";
import { redirect } from "@remix-run/node";
import { endSession } from "../../db/desk/sessions";
import { clearSession, tokenOf } from "../auth/session.server";

export async function action({ request, context }: ActionFunctionArgs) {
  const token = await tokenOf(request);
  if (token) endSession(context.desk, context.config.sessionSecret, token);
  return redirect("/login", { headers: { "set-cookie": await clearSession() } });
}
export const loader = () => redirect("/");
