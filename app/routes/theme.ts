import type { ActionFunctionArgs } from "@remix-run/node";
import { redirect } from "@remix-run/node";
import { safePath } from "../lib/safe-path";
import { themes } from "../lib/theme";
import { keepTheme } from "../lib/theme.server";

/** Keeps the theme in a cookie, so that the first paint of every page is the right one. Open to the sign-in page too. */
export async function action({ request, context }: ActionFunctionArgs) {
  const form = await request.formData();
  const theme = themes.find((one) => one === form.get("theme"));
  if (!theme) throw new Response("There is no such theme.", { status: 422 });
  return redirect(safePath(form.get("back")), {
    headers: { "set-cookie": await keepTheme(theme, context.config.secureCookies) },
  });
}
export const loader = () => redirect("/");
