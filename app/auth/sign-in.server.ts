import { inTransaction } from "../../db/connection";
import { recordAudit, type AuditEntry } from "../../db/desk/audit";
import { authenticate, findByEmail, type Operator } from "../../db/desk/operators";
import { endSession, startSession } from "../../db/desk/sessions";
import { wallClock } from "../../domain/clock";
import type { DeskContext } from "../context";
import { createAttempts, type LimitedBy } from "./attempts.server";
import { knownDevice, rememberDevice } from "./device.server";
import { createHashQueue } from "./hash-queue.server";
import { recordOverSessions, setSession, tokenOf } from "./session.server";
import { createStrangerRecord } from "./stranger-record.server";
import { placeOf, whenceOf } from "./whence.server";

/** The longest e-mail there can be (RFC 5321), and the longest password that is read. Bytes. */
const LONGEST = { email: 254, password: 1_024 } as const;
/** When to come back if too many passwords were being checked. seconds */
const BUSY_S = 3;

export interface Credentials {
  /** Trimmed, in small letters. */
  email: string;
  password: string;
}
export type SignIn =
  | { kind: "signed-in"; headers: Headers }
  | { kind: "wrong" }
  | { kind: "limited"; by: LimitedBy; waitS: number }
  | { kind: "busy"; waitS: number };

/** What stands in the form, before anything is done with it; else a message for a field. */
export function readCredentials(
  form: FormData,
): Credentials | { problems: { email?: string; password?: string } } {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
  const [email, password] = [text("email"), text("password")];
  const isLonger = (value: string, bytes: number) =>
    value.length > bytes || Buffer.byteLength(value, "utf8") > bytes;
  const problems = {
    ...(isLonger(email, LONGEST.email) && {
      email: `An e-mail has at most ${LONGEST.email} characters; this one has more. Nothing was checked.`,
    }),
    ...(isLonger(password, LONGEST.password) && {
      password: "A password has at most 1,024 characters; this one has more. Nothing was checked.",
    }),
  };
  if (problems.email || problems.password) return { problems };
  return { email: email.trim().toLowerCase(), password };
}

const attempts = createAttempts();
const hashes = createHashQueue();
const strangers = createStrangerRecord();

/**
 * Checks an e-mail and its password and starts a session, within limits that strangers cannot use against an operator. A
 * second factor would stand between the two. Every outcome is on record.
 */
export async function signIn(request: Request, context: DeskContext, typed: Credentials): Promise<SignIn> {
  const { read, clock } = context;
  const place = placeOf(context.address);
  const account = findByEmail(read, typed.email);
  const device = account ? await knownDevice(request, context, account.id) : null;
  const record = (result: "failed" | "limited", reason: string) =>
    strangers.write(
      context.desk,
      place,
      tried(account, result, reason, whenceOf(request, context)),
      clock.now(),
    );

  const admission = await attempts.admit({ email: typed.email, place, knownDevice: device });
  if (admission.kind === "limited") {
    if (admission.first) await record("limited", REASONS[admission.by]);
    return { kind: "limited", by: admission.by, waitS: Math.max(1, Math.ceil(admission.waitMs / 1_000)) };
  }
  const checked = hashes.run(device !== null, () => authenticate(read, typed.email, typed.password));
  if (!checked) {
    await admission.unchecked();
    return { kind: "busy", waitS: BUSY_S };
  }
  const operator = await checked;
  if (!operator) {
    const why = !account
      ? "unknown e-mail"
      : account.disabledAt === null
        ? "wrong password"
        : "this operator is disabled";
    await record("failed", why);
    return { kind: "wrong" };
  }
  const headers = await open(request, context, operator);
  if (!headers) {
    await record("failed", "this operator was changed while the password was checked");
    return { kind: "wrong" };
  }
  await admission.succeeded();
  return { kind: "signed-in", headers };
}

/** Starts the session, in place of the one this browser had; null when what was checked is not so any more. */
async function open(request: Request, context: DeskContext, operator: Operator): Promise<Headers | null> {
  const { desk, config, clock } = context;
  const before = await tokenOf(request, config.secureCookies);
  const from = whenceOf(request, context);
  recordOverSessions(context);
  const token = inTransaction(desk, (tx) => {
    // A new password or disabling has ended all sessions: one that begins after it must not stand.
    const present = findByEmail(tx, operator.email);
    if (present?.passwordHash !== operator.passwordHash || present.disabledAt !== null) return null;
    if (before) endSession(tx, config.session, before);
    recordAudit(
      tx,
      { actor: { kind: "operator", id: operator.id }, action: "sign-in", result: "accepted", from },
      clock.now(),
    );
    return startSession(tx, config.session, operator.id, from, wallClock.now());
  });
  if (token === null) return null;
  return new Headers([
    ["set-cookie", await setSession(context, token)],
    ["set-cookie", await rememberDevice(request, context, operator.id)],
  ]);
}

const REASONS: Record<LimitedBy, string> = {
  device: "too many wrong tries from a device of this operator",
  pair: "too many wrong tries for this e-mail from this address",
  place: "too many wrong tries from this address",
  account: "too many wrong tries for this e-mail from devices it was not used on before",
};

/** A try that opened nothing. What was typed for an e-mail nobody has may be a password in the wrong field: it is not kept. */
const tried = (
  account: Operator | undefined,
  result: "failed" | "limited",
  reason: string,
  from: AuditEntry["from"],
): AuditEntry => ({
  actor: { kind: "visitor", id: "visitor" },
  action: "sign-in",
  ...(account && { subject: { type: "operator", ref: account.id } }),
  reason: account || result === "failed" ? reason : `${reason} (unknown e-mail)`,
  result,
  from,
});
