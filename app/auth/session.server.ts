import { createCookie, redirect } from "@remix-run/node";
import { recordAudit } from "../../db/desk/audit";
import { SESSION_MS, sessionOperator } from "../../db/desk/sessions";
import type { Operator } from "../../db/desk/operators";
import type { Role } from "../../domain/statuses";
import { wallClock } from "../../domain/clock";
import type { DeskContext } from "../context";
import { safePath } from "../lib/safe-path";

const sessionCookie = createCookie("desk", {
  httpOnly: true,
  sameSite: "lax",
  path: "/",
  maxAge: SESSION_MS / 1_000,
});

/** The session's token a request carries, if any. */
export async function tokenOf(request: Request): Promise<string | undefined> {
  const token: unknown = await sessionCookie.parse(request.headers.get("cookie"));
  return typeof token === "string" ? token : undefined;
}
export const setSession = (context: DeskContext, token: string): Promise<string> =>
  sessionCookie.serialize(token, { secure: context.config.secureCookies });
export const clearSession = (): Promise<string> => sessionCookie.serialize("", { maxAge: 0 });

/** Who is signed in, or null. Sessions live on wall time. */
export async function getOperator(request: Request, context: DeskContext): Promise<Operator | null> {
  return sessionOperator(context.read, context.config.sessionSecret, await tokenOf(request), wallClock.now());
}

/** Who is signed in. @throws a redirect to the sign-in page, which leads back here */
export async function requireOperator(request: Request, context: DeskContext): Promise<Operator> {
  const operator = await getOperator(request, context);
  if (operator) return operator;
  const url = new URL(request.url);
  const next = request.method === "GET" ? safePath(`${url.pathname}${url.search}`) : "/";
  throw redirect(next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`);
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** @throws 403 when the operator's role is lower; the attempt is put on record */
export function requireRole(operator: Operator, role: Role, context: DeskContext, action: string): void {
  if (RANK[operator.role] >= RANK[role]) return;
  recordAudit(
    context.desk,
    { actor: { kind: "operator", id: operator.id }, action, result: "denied" },
    context.clock.now(),
  );
  throw new Response(`Your role (${operator.role}) may look and not act. Nothing was sent.`, { status: 403 });
}
