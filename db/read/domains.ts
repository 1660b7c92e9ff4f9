import { asc, sql, type InferSelectModel } from "drizzle-orm";
import type { Reader } from "../connection";
import { domains } from "../schema";

export type Domain = InferSelectModel<typeof domains>;

/** Every domain the agent holds (Purple Flea gives them in one reply), the one that expires first at the top. */
export function listDomains(db: Reader): Domain[] {
  return db
    .select()
    .from(domains)
    .orderBy(sql`${domains.expiresAt} is null`, asc(domains.expiresAt), asc(domains.domain))
    .limit(1_000)
    .all();
}
