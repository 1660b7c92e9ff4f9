import { createCookie } from "@remix-run/node";
import { themes, type Theme } from "./theme";

const cookie = createCookie("theme", { httpOnly: true, sameSite: "lax", path: "/", maxAge: 31_536_000 });

/** What the browser was told to show; `system` when nothing was chosen. */
export async function readTheme(request: Request): Promise<Theme> {
  const value: unknown = await cookie.parse(request.headers.get("cookie"));
  return themes.find((theme) => theme === value) ?? "system";
}

/** The header that keeps the choice. */
export const keepTheme = (theme: Theme, secure: boolean): Promise<string> =>
  cookie.serialize(theme, { secure });
