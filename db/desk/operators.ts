import { hash, verify } from "@node-rs/argon2";
import { and, count, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { newId, type Actor } from "../../domain/ids";
import { isPracticeAccount } from "../../domain/practice-accounts";
import type { Role } from "../../domain/statuses";
import { inTransaction, type Reader, type DeskWriter } from "../connection";
import { fileMode } from "../identity";
import { operators, sessions, type Operator } from "../schema";
import { recordAudit } from "./audit";
import { mayEnter } from "./may-enter";
import { passwordFault } from "./passwords";
import { endSessions } from "./sessions";

export type { Operator };

interface NewOperator {
  email: string;
  name: string;
  password: string;
  role: Role;
}
/** Who changes an operator, and when (ms), for the log. */
export interface By {
  actor: Actor;
  now: number;
}

/**
 * Why an operator was not changed, in words. `about` names what was given wrong: the message goes on from it, without repeating
 * what it was.
 */
export class OperatorRefused extends Error {
  constructor(
    message: string,
    readonly about?: "email" | "password",
  ) {
    super(message);
  }
}

/** argon2id with the library's defaults (19 MiB, 2 passes). */
const hashPassword = (password: string): Promise<string> => hash(password);

let decoy: Promise<string> | undefined;
const emailOf = (text: string): string => text.trim().toLowerCase();
/** 254 characters: the longest that mail takes (RFC 5321). */
const address = z.email().max(254);

/** The operator whose e-mail and password these are; null otherwise, after as long a time as for a wrong password. */
export async function authenticate(read: Reader, email: string, password: string): Promise<Operator | null> {
  const found = read
    .select()
    .from(operators)
    .where(and(eq(operators.email, emailOf(email)), mayEnter))
    .get();
  decoy ??= hash("nobody's password");
  const matches = await verify(found?.passwordHash ?? (await decoy), password);
  return found && matches ? found : null;
}

/** @throws OperatorRefused for an account that has no business in a live file */
function keepPracticeOut(db: DeskWriter, email: string): void {
  if (isPracticeAccount(email) && fileMode(db) === "live")
    throw new OperatorRefused("is of a practice account, and a live desk has none", "email");
}

async function hashed(db: DeskWriter, operator: Omit<NewOperator, "role">): Promise<string> {
  keepPracticeOut(db, operator.email);
  // What practice publishes need not be hard to guess.
  const fault = isPracticeAccount(operator.email) ? null : passwordFault(operator.password, operator);
  if (fault) throw new OperatorRefused(fault, "password");
  return hashPassword(operator.password);
}

function insert(
  tx: DeskWriter,
  operator: NewOperator,
  email: string,
  passwordHash: string,
  now: number,
): void {
  tx.insert(operators)
    .values({ id: newId(now), email, name: operator.name, passwordHash, role: operator.role, createdAt: now })
    .run();
}

function emailFor(operator: NewOperator): string {
  const email = emailOf(operator.email);
  if (!address.safeParse(email).success)
    throw new OperatorRefused("is not an e-mail address of at most 254 characters", "email");
  return email;
}

/** The operator with this e-mail, in small letters. */
export const findByEmail = (read: Reader | DeskWriter, email: string): Operator | undefined =>
  read.select().from(operators).where(eq(operators.email, email)).get();

/**
 * Adds an operator, or gives one that exists this password and role and ends its sessions. Not on the log: for accounts that
 * a configuration says, at every start.
 * @throws OperatorRefused
 */
export async function saveOperator(db: DeskWriter, operator: NewOperator, now: number): Promise<void> {
  const email = emailFor(operator);
  const passwordHash = await hashed(db, { ...operator, email });
  inTransaction(db, (tx) => {
    const found = findByEmail(tx, email);
    if (!found) return insert(tx, operator, email, passwordHash, now);
    tx.update(operators)
      .set({ passwordHash, role: operator.role, disabledAt: null })
      .where(eq(operators.id, found.id))
      .run();
    endSessions(tx, found.id);
  });
}

/** Adds an operator. @throws OperatorRefused, also when the e-mail has one */
export async function addOperator(db: DeskWriter, operator: NewOperator, by: By): Promise<void> {
  const email = emailFor(operator);
  const passwordHash = await hashed(db, { ...operator, email });
  inTransaction(db, (tx) => {
    if (findByEmail(tx, email))
      throw new OperatorRefused("has an operator already: change the password or the role", "email");
    insert(tx, operator, email, passwordHash, by.now);
    record(tx, "add-operator", email, undefined, { role: operator.role }, by);
  });
}

function record(
  tx: DeskWriter,
  action: string,
  email: string,
  before: unknown,
  after: unknown,
  by: By,
): void {
  recordAudit(
    tx,
    { actor: by.actor, action, subject: { type: "operator", ref: email }, before, after, result: "accepted" },
    by.now,
  );
}

/** The operator with this e-mail. @throws OperatorRefused when there is none */
function operatorOf(tx: DeskWriter, email: string): Operator {
  const found = findByEmail(tx, emailOf(email));
  if (!found) throw new OperatorRefused("is of no operator of this desk", "email");
  return found;
}

/** @throws OperatorRefused when nobody but this one could act any more */
function keepSomebody(tx: DeskWriter, operator: Operator, what: string): void {
  if (operator.role === "viewer" || operator.disabledAt !== null) return;
  const others = tx
    .select({ n: count() })
    .from(operators)
    .where(and(mayEnter, ne(operators.role, "viewer"), ne(operators.id, operator.id)))
    .get();
  if (!others?.n)
    throw new OperatorRefused(
      `${operator.email} is the last who may act on this desk: nobody could approve or pause. Add or enable another first, then ${what} this one`,
    );
}

/** Gives an operator another password and ends its sessions. @throws OperatorRefused */
export async function setPassword(db: DeskWriter, email: string, password: string, by: By): Promise<void> {
  const { name, email: known } = operatorOf(db, email);
  const passwordHash = await hashed(db, { email: known, name, password });
  inTransaction(db, (tx) => {
    const { id } = operatorOf(tx, email);
    tx.update(operators).set({ passwordHash }).where(eq(operators.id, id)).run();
    endSessions(tx, id);
    record(tx, "change-password", known, undefined, undefined, by);
  });
}

/** Gives an operator another role and ends its sessions. @throws OperatorRefused */
export function setRole(db: DeskWriter, email: string, role: Role, by: By): void {
  inTransaction(db, (tx) => {
    const operator = operatorOf(tx, email);
    if (operator.role === role) throw new OperatorRefused(`${operator.email} is ${role} already`);
    if (role === "viewer") keepSomebody(tx, operator, "change the role of");
    tx.update(operators).set({ role }).where(eq(operators.id, operator.id)).run();
    endSessions(tx, operator.id);
    record(tx, "change-role", operator.email, { role: operator.role }, { role }, by);
  });
}

/** Lets an operator in no more, and ends its sessions. @throws OperatorRefused */
export function disableOperator(db: DeskWriter, email: string, by: By): void {
  inTransaction(db, (tx) => {
    const operator = operatorOf(tx, email);
    if (operator.disabledAt !== null) throw new OperatorRefused(`${operator.email} is disabled already`);
    keepSomebody(tx, operator, "disable");
    tx.update(operators).set({ disabledAt: by.now }).where(eq(operators.id, operator.id)).run();
    endSessions(tx, operator.id);
    record(tx, "disable-operator", operator.email, { disabled: false }, { disabled: true }, by);
  });
}

/** Lets a disabled operator in again. @throws OperatorRefused */
export function enableOperator(db: DeskWriter, email: string, by: By): void {
  inTransaction(db, (tx) => {
    const operator = operatorOf(tx, email);
    keepPracticeOut(tx, operator.email);
    if (operator.disabledAt === null) throw new OperatorRefused(`${operator.email} is not disabled`);
    tx.update(operators).set({ disabledAt: null }).where(eq(operators.id, operator.id)).run();
    record(tx, "enable-operator", operator.email, { disabled: true }, { disabled: false }, by);
  });
}

/** Ends an operator's sessions, and says how many there were. @throws OperatorRefused */
export function signOutOperator(db: DeskWriter, email: string, by: By): number {
  return inTransaction(db, (tx) => {
    const { id, email: known } = operatorOf(tx, email);
    const ended = tx.select({ n: count() }).from(sessions).where(eq(sessions.operatorId, id)).get()?.n ?? 0;
    endSessions(tx, id);
    record(tx, "sign-out-operator", known, { sessions: ended }, { sessions: 0 }, by);
    return Number(ended);
  });
}

/** All operators, by e-mail, and whether each may sign in. */
export function listOperators(read: Reader | DeskWriter): (Operator & { enters: boolean })[] {
  return read
    .select({ operator: operators, enters: sql<bigint>`${mayEnter}` })
    .from(operators)
    .orderBy(operators.email)
    .all()
    .map(({ operator, enters }) => ({ ...operator, enters: Number(enters) === 1 }));
}

/** Whether anybody was made an operator of this desk; who was put there and may never enter does not count. */
export function hasOperators(read: Reader): boolean {
  const live = fileMode(read) === "live";
  return listOperators(read).some(({ email }) => !live || !isPracticeAccount(email));
}

/** An IANA zone every time on a page is shown in. */
export function setTimeZone(db: DeskWriter, operatorId: string, timeZone: string): void {
  db.update(operators).set({ timeZone }).where(eq(operators.id, operatorId)).run();
}
