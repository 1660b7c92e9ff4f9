import type { Account, Stack } from "./stack";

/** Signs in without a browser; the cookies a browser would send from then on, `name=value; …`. */
export async function cookieOf(stack: Pick<Stack, "url">, account: Account): Promise<string> {
  const response = await fetch(`${stack.url}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: stack.url, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ email: account.email, password: account.password }),
  });
  const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  if (response.status !== 302 || cookies.length === 0)
    throw new Error(`${account.email} was not signed in: ${response.status}`);
  return cookies.join("; ");
}
