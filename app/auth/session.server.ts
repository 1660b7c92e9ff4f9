import { createCookie, redirect } from "@remix-run/node";
import { inTransaction } from "../../db/connection";
import { recordAudit } from "../../db/desk/audit";
import {
  endOverSessions,
  findSession,
  seeSession,
  sessionLeft,
  sessionOver,
  type Session,
} from "../../db/desk/sessions";
import type { Operator } from "../../db/desk/operators";
import type { Role } from "../../domain/statuses";
import { wallClock } from "../../domain/clock";
import type { DeskContext } from "../context";
import { safePath } from "../lib/safe-path";
import { isDeliberate } from "./deliberate.server";

const kind = { httpOnly: true, sameSite: "lax", path: "/" } as const;
/** A browser takes a cookie of the first name from this very host alone, over https: no neighbour can plant one. */
const cookieFor = (secure: boolean) =>
  secure ? createCookie("__Host-desk", { ...kind, secure }) : createCookie("desk", kind);

/** The session's token a request carries, if any. */
export async function tokenOf(request: Request, secure: boolean): Promise<string | undefined> {
  const token: unknown = await cookieFor(secure).parse(request.headers.get("cookie"));
  return typeof token === "string" ? token : undefined;
}
export const setSession = ({ config }: DeskContext, token: string): Promise<string> =>
  cookieFor(config.secureCookies).serialize(token, { maxAge: Math.ceil(config.session.lifeMs / 1_000) });

/**
 * The headers a session is left with: the cookie goes, and what the browser kept of signed-in pages. Its other cookies stay:
 * the theme, and that this device is known.
 */
export async function leavingHeaders({ config }: DeskContext): Promise<Headers> {
  return new Headers([
    ["set-cookie", await cookieFor(config.secureCookies).serialize("", { maxAge: 0 })],
    ["clear-site-data", '"cache", "storage"'],
  ]);
}

/** The session a request carries and whose it is, or null. Sessions live on wall time. */
export async function getSession(
  request: Request,
  context: DeskContext,
): Promise<{ session: Session; operator: Operator } | null> {
  const { session: rules, secureCookies } = context.config;
  const found = findSession(context.read, rules, await tokenOf(request, secureCookies));
  if (!found || sessionOver(rules, found.session, wallClock.now()) === null) return found;
  recordOverSessions(context);
  return null;
}

/** Ends what is over by itself, each with a line on the audit log. */
export function recordOverSessions({ desk, config, clock }: DeskContext): void {
  inTransaction(desk, (tx) => {
    for (const { session, over } of endOverSessions(tx, config.session, wallClock.now()))
      recordAudit(
        tx,
        {
          actor: { kind: "system", id: "door" },
          action: "session-end",
          subject: { type: "operator", ref: session.operatorId },
          reason: over === "idle" ? "nobody did anything for too long" : "as old as a session may be",
          result: "accepted",
          from: session,
        },
        clock.now(),
      );
  });
}

/** Who is signed in. @throws a redirect to the sign-in page, which leads back here */
export async function requireOperator(request: Request, context: DeskContext): Promise<Operator> {
  return (await requireSession(request, context)).operator;
}

/** The session and who is signed in; a deed keeps it from going idle. @throws as `requireOperator` */
export async function requireSession(
  request: Request,
  context: DeskContext,
): Promise<{ session: Session; operator: Operator }> {
  const found = await getSession(request, context);
  if (found) return request.method === "GET" ? found : { ...found, session: see(context, found.session) };
  const url = new URL(request.url);
  const next = request.method === "GET" ? safePath(`${url.pathname}${url.search}`) : "/";
  throw redirect(next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`);
}

/**
 * For the frame around every page: who is signed in, and how long the session lasts from here (ms). Going to a page keeps it
 * from going idle; a page that reads itself again does not.
 * @throws as `requireOperator`
 */
export async function requirePresence(
  request: Request,
  context: DeskContext,
): Promise<{ operator: Operator; leftMs: number }> {
  const { session, operator } = await requireSession(request, context);
  const seen = isDeliberate(request) ? see(context, session) : session;
  return { operator, leftMs: sessionLeft(context.config.session, seen, wallClock.now()) };
}

const see = ({ desk, config }: DeskContext, session: Session): Session =>
  seeSession(desk, config.session, session, wallClock.now());

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
