import type { DeskWriter } from "../connection";
import { listSettings } from "../schema";

/** Keeps how an operator wants a list. Null columns: as they come. */
export function setListSettings(
  db: DeskWriter,
  operatorId: string,
  list: string,
  wanted: { columns: readonly string[] | null; comfortable: boolean },
  now: number,
): void {
  const row = { columns: wanted.columns, comfortable: wanted.comfortable, updatedAt: now };
  db.insert(listSettings)
    .values({ operatorId, list, ...row })
    .onConflictDoUpdate({ target: [listSettings.operatorId, listSettings.list], set: row })
    .run();
}
