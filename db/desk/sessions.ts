import { createHmac, randomBytes } from "node:crypto";
import { and, eq, lt } from "drizzle-orm";
import type { Reader, Writer } from "../connection";
import { unchanged } from "../read/unchanged";
import { operators, sessions } from "../schema";
import { mayEnter } from "./may-enter";
import type { Operator } from "./operators";

/** A session ends 12 hours after it was made. ms. */
export const SESSION_MS = 12 * 3_600_000;
const hashOf = (secret: string, token: string): string =>
  createHmac("sha256", secret).update(token).digest("hex");

/** Starts a session on wall time; the token goes into the cookie, only its hash is kept. */
export function startSession(db: Writer, secret: string, operatorId: string, wallNow: number): string {
  const token = randomBytes(32).toString("base64url");
  db.insert(sessions)
    .values({
      tokenHash: hashOf(secret, token),
      operatorId,
      createdAt: wallNow,
      seenAt: wallNow,
      expiresAt: wallNow + SESSION_MS,
    })
    .run();
  db.delete(sessions).where(lt(sessions.expiresAt, wallNow)).run();
  return token;
}

/** Who a token belongs to; null when it is unknown, over or the operator is disabled. */
export function sessionOperator(
  read: Reader,
  secret: string,
  token: string | undefined,
  wallNow: number,
): Operator | null {
  if (!token) return null;
  const tokenHash = hashOf(secret, token);
  // Every loader of a page asks; signing out is a write, and so the next to ask hears of it.
  const row = unchanged(read, `session ${tokenHash}`, () =>
    read
      .select({ operator: operators, expiresAt: sessions.expiresAt })
      .from(sessions)
      .innerJoin(operators, eq(operators.id, sessions.operatorId))
      .where(and(eq(sessions.tokenHash, tokenHash), mayEnter))
      .get(),
  );
  return row && row.expiresAt > wallNow ? row.operator : null;
}

export function endSession(db: Writer, secret: string, token: string): void {
  db.delete(sessions)
    .where(eq(sessions.tokenHash, hashOf(secret, token)))
    .run();
}

/** Signs an operator out everywhere. */
export function endSessions(db: Writer, operatorId: string): void {
  db.delete(sessions).where(eq(sessions.operatorId, operatorId)).run();
}
