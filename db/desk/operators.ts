import { hash, verify } from "@node-rs/argon2";
import { eq } from "drizzle-orm";
import { newId } from "../../domain/ids";
import type { Role } from "../../domain/statuses";
import type { Reader, Writer } from "../connection";
import { operators } from "../schema";

export type Operator = typeof operators.$inferSelect;

/** argon2id with the library's defaults (19 MiB, 2 passes). */
export const hashPassword = (password: string): Promise<string> => hash(password);

let decoy: Promise<string> | undefined;

/** The operator whose e-mail and password these are; null otherwise, after as long a time as for a wrong password. */
export async function authenticate(read: Reader, email: string, password: string): Promise<Operator | null> {
  const found = read.select().from(operators).where(eq(operators.email, email.trim().toLowerCase())).get();
  decoy ??= hash("nobody's password");
  const matches = await verify(found?.passwordHash ?? (await decoy), password);
  return found && matches && found.disabledAt === null ? found : null;
}

/** Adds an operator, or gives one that exists this password and role. */
export async function saveOperator(
  db: Writer,
  operator: { email: string; name: string; password: string; role: Role },
  now: number,
): Promise<void> {
  const passwordHash = await hashPassword(operator.password);
  db.insert(operators)
    .values({
      id: newId(now),
      email: operator.email.trim().toLowerCase(),
      name: operator.name,
      passwordHash,
      role: operator.role,
      createdAt: now,
    })
    .onConflictDoUpdate({
      target: operators.email,
      set: { passwordHash, role: operator.role, disabledAt: null },
    })
    .run();
}

export function hasOperators(read: Reader): boolean {
  return read.select({ id: operators.id }).from(operators).limit(1).get() !== undefined;
}

/** An IANA zone every time on a page is shown in. */
export function setTimeZone(db: Writer, operatorId: string, timeZone: string): void {
  db.update(operators).set({ timeZone }).where(eq(operators.id, operatorId)).run();
}
