import type { Reader, DeskWriter } from "../db/connection";
import {
  addOperator,
  authenticate,
  hasOperators,
  OperatorRefused,
  saveOperator,
  type By,
} from "../db/desk/operators";
import { practiceAccounts } from "../domain/practice-accounts";
import type { Role } from "../domain/statuses";
import type { Env } from "./env";

type Account = (typeof practiceAccounts)[number];

/** Saves an account unless it is as it should be: saving one ends its sessions. */
async function keep(desk: DeskWriter, read: Reader, account: Account, now: number): Promise<void> {
  const found = await authenticate(read, account.email, account.password);
  if (found?.role !== account.role) await saveOperator(desk, account, now);
}

/**
 * Sees to it that somebody can sign in: in practice its published accounts and who is configured, in live the first operator,
 * while there is none. The mistakes name the variable, never its value.
 * @param now ms
 * @returns the accounts that the sign-in page may show
 */
export async function firstAccounts(
  env: Pick<Env, "APP_MODE" | "OPERATOR_EMAIL" | "OPERATOR_PASSWORD">,
  desk: DeskWriter,
  read: Reader,
  now: number,
): Promise<{ accounts: Account[] } | { mistakes: string[] }> {
  const live = env.APP_MODE === "live";
  const { OPERATOR_EMAIL: email, OPERATOR_PASSWORD: password } = env;
  const role: Role = "admin";
  const by: By = { actor: { kind: "system", id: "first start" }, now };
  try {
    if (!live) for (const account of practiceAccounts) await keep(desk, read, account, now);
    if (email && password) {
      const first = { email, name: email, password, role };
      if (!live) await keep(desk, read, first, now);
      else if (!hasOperators(read)) await addOperator(desk, first, by);
    }
    return { accounts: live ? [] : [...practiceAccounts] };
  } catch (error) {
    if (!(error instanceof OperatorRefused)) throw error;
    return {
      mistakes: [`${error.about === "password" ? "OPERATOR_PASSWORD" : "OPERATOR_EMAIL"}: ${error.message}`],
    };
  }
}
