import { createHmac, randomBytes } from "node:crypto";
import { and, desc, eq, getTableColumns, lte, ne, or } from "drizzle-orm";
import { newId } from "../../domain/ids";
import type { Reader, DeskWriter } from "../connection";
import { unchanged } from "../read/unchanged";
import { operators, sessions, type Operator } from "../schema";
import type { Whence } from "./audit";
import { mayEnter } from "./may-enter";

/** How long sessions last, on wall time, and the key their tokens are hashed with: another one signs everybody out. */
export interface SessionRules {
  secret: string;
  /** A session ends when its operator did nothing for so long. ms. */
  idleMs: number;
  /** And so long after it was started, whatever was done. ms. */
  lifeMs: number;
}

/** A session as pages may know it. Its token is known to the browser alone. */
export interface Session extends Whence {
  id: string;
  operatorId: string;
  createdAt: number;
  seenAt: number;
}
/** Why a session is over by itself: nobody did anything, or it was as old as one may be. */
export type SessionOver = "idle" | "life";

/** A session's operator is seen at most so often: every write is a nudge to every open page. ms. */
const SEEN_EVERY_MS = 60_000;

const hashOf = ({ secret }: SessionRules, token: string): string =>
  createHmac("sha256", secret).update(token).digest("hex");
const { tokenHash: _secret, ...known } = getTableColumns(sessions);

/** Starts a session on wall time; the token goes into the cookie, only its hash is kept. */
export function startSession(
  db: DeskWriter,
  rules: SessionRules,
  operatorId: string,
  from: Whence,
  wallNow: number,
): string {
  const token = randomBytes(32).toString("base64url");
  db.insert(sessions)
    .values({
      tokenHash: hashOf(rules, token),
      id: newId(wallNow),
      operatorId,
      createdAt: wallNow,
      seenAt: wallNow,
      ...from,
    })
    .run();
  return token;
}

/** The session a token opens and whose it is; null when it is unknown or the operator is disabled. It may be over: `sessionOver`. */
export function findSession(
  read: Reader,
  rules: SessionRules,
  token: string | undefined,
): { session: Session; operator: Operator } | null {
  if (!token) return null;
  const tokenHash = hashOf(rules, token);
  // Every loader of a page asks; signing out is a write, and so the next to ask hears of it.
  const row = unchanged(read, `session ${tokenHash}`, () =>
    read
      .select({ session: known, operator: operators })
      .from(sessions)
      .innerJoin(operators, eq(operators.id, sessions.operatorId))
      .where(and(eq(sessions.tokenHash, tokenHash), mayEnter))
      .get(),
  );
  return row ?? null;
}

/** Whether and why a session is over by itself at this moment. */
export function sessionOver(rules: SessionRules, session: Session, wallNow: number): SessionOver | null {
  if (wallNow >= session.createdAt + rules.lifeMs) return "life";
  return wallNow >= session.seenAt + rules.idleMs ? "idle" : null;
}

/** How long a session lasts from this moment if nobody does anything more. ms. */
export const sessionLeft = (rules: SessionRules, session: Session, wallNow: number): number =>
  Math.min(session.createdAt + rules.lifeMs, session.seenAt + rules.idleMs) - wallNow;

/** Who a token belongs to; null when it is unknown, over or the operator is disabled. */
export function sessionOperator(
  read: Reader,
  rules: SessionRules,
  token: string | undefined,
  wallNow: number,
): Operator | null {
  const found = findSession(read, rules, token);
  return found && sessionOver(rules, found.session, wallNow) === null ? found.operator : null;
}

/** Notes that a session's operator did something. Returns it as it is now; most calls write nothing. */
export function seeSession(db: DeskWriter, rules: SessionRules, session: Session, wallNow: number): Session {
  const before = wallNow - Math.min(SEEN_EVERY_MS, rules.idleMs / 4);
  if (session.seenAt > before) return session;
  db.update(sessions)
    .set({ seenAt: wallNow })
    .where(and(eq(sessions.id, session.id), lte(sessions.seenAt, before)))
    .run();
  return { ...session, seenAt: wallNow };
}

/** An operator's sessions that are not over, the last seen first. */
export function listSessions(
  read: Reader,
  rules: SessionRules,
  operatorId: string,
  wallNow: number,
): Session[] {
  return read
    .select(known)
    .from(sessions)
    .where(eq(sessions.operatorId, operatorId))
    .orderBy(desc(sessions.seenAt), desc(sessions.id))
    .all()
    .filter((session) => sessionOver(rules, session, wallNow) === null);
}

/** Ends the session a token opens; null when there is none. */
export const endSession = (db: DeskWriter, rules: SessionRules, token: string): Session | null =>
  db
    .delete(sessions)
    .where(eq(sessions.tokenHash, hashOf(rules, token)))
    .returning(known)
    .get() ?? null;

/** Ends one of an operator's sessions by its public id; null when it is not theirs or is no more. */
export const endSessionOf = (db: DeskWriter, operatorId: string, id: string): Session | null =>
  db
    .delete(sessions)
    .where(and(eq(sessions.operatorId, operatorId), eq(sessions.id, id)))
    .returning(known)
    .get() ?? null;

/** Signs an operator out everywhere, or everywhere but in the session `butId`. Returns how many ended. */
export const endSessions = (db: DeskWriter, operatorId: string, butId?: string): number =>
  db
    .delete(sessions)
    .where(and(eq(sessions.operatorId, operatorId), butId === undefined ? undefined : ne(sessions.id, butId)))
    .run().changes;

/** Ends every session that is over by itself, and tells which and why. */
export function endOverSessions(
  db: DeskWriter,
  rules: SessionRules,
  wallNow: number,
): { session: Session; over: SessionOver }[] {
  return db
    .delete(sessions)
    .where(or(lte(sessions.createdAt, wallNow - rules.lifeMs), lte(sessions.seenAt, wallNow - rules.idleMs)))
    .returning(known)
    .all()
    .flatMap((session) => {
      const over = sessionOver(rules, session, wallNow);
      return over ? [{ session, over }] : [];
    });
}
