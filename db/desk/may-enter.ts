import { sql } from "drizzle-orm";
import { PRACTICE_DOMAIN } from "../../domain/practice-accounts";
import { identity, operators } from "../schema";

/**
 * Which operators may sign in and stay so: not disabled, and in a live file none whose password is published, whoever put
 * the row there.
 */
export const mayEnter = sql<boolean>`(${operators.disabledAt} is null and not (trim(${operators.email}) like ${`%@${PRACTICE_DOMAIN}`} and exists (select 1 from ${identity} where ${identity.mode} = 'live')))`;
