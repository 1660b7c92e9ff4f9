import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { Reader } from "../connection";
import { listSettings } from "../schema";

export interface ListSettings {
  /** Column ids in the operator's order; null when they never chose. */
  columns: string[] | null;
  comfortable: boolean;
}

const stored = z.array(z.string()).nullable().catch(null);

/** How an operator wants a list. */
export function getListSettings(db: Reader, operatorId: string, list: string): ListSettings {
  const row = db
    .select()
    .from(listSettings)
    .where(and(eq(listSettings.operatorId, operatorId), eq(listSettings.list, list)))
    .get();
  return { columns: stored.parse(row?.columns ?? null), comfortable: row?.comfortable ?? false };
}
