import { inTransaction } from "../../db/connection";
import { recordAudit, type AuditEntry } from "../../db/desk/audit";
import { endSession, endSessionOf, endSessions, type Session } from "../../db/desk/sessions";
import type { Operator } from "../../db/desk/operators";
import type { DeskContext } from "../context";
import { tokenOf } from "./session.server";
import { whenceOf } from "./whence.server";

/** Ends the session this browser has, on the server, and puts it on record. Without one nothing happens. */
export async function signOut(request: Request, context: DeskContext): Promise<void> {
  const token = await tokenOf(request, context.config.secureCookies);
  if (!token) return;
  inTransaction(context.desk, (tx) => {
    const ended = endSession(tx, context.config.session, token);
    if (ended)
      recordAudit(tx, byOperator("sign-out", ended.operatorId, request, context), context.clock.now());
  });
}

/** Ends every session of an operator's, or every one but this. */
export function signOutEverywhere(
  request: Request,
  context: DeskContext,
  operator: Operator,
  but?: Session,
): void {
  inTransaction(context.desk, (tx) => {
    const ended = endSessions(tx, operator.id, but?.id);
    recordAudit(
      tx,
      {
        ...byOperator(but ? "sign-out-others" : "sign-out-everywhere", operator.id, request, context),
        after: { sessions_ended: ended },
      },
      context.clock.now(),
    );
  });
}

/** Ends one session of an operator's by its public id; one that is over already, or another's, changes nothing. */
export function endOneSession(request: Request, context: DeskContext, operator: Operator, id: string): void {
  inTransaction(context.desk, (tx) => {
    const ended = endSessionOf(tx, operator.id, id);
    if (!ended) return;
    const where = [ended.device, ended.address].filter(Boolean).join(", ");
    recordAudit(
      tx,
      {
        ...byOperator("session-end", operator.id, request, context),
        reason: `ended from another session; it was ${where || "of an unknown device"}`,
      },
      context.clock.now(),
    );
  });
}

const byOperator = (
  action: string,
  operatorId: string,
  request: Request,
  context: DeskContext,
): AuditEntry => ({
  actor: { kind: "operator", id: operatorId },
  action,
  result: "accepted",
  from: whenceOf(request, context),
});
