import { and, desc, eq, getTableColumns, sql, type InferSelectModel } from "drizzle-orm";
import type { Reader } from "../connection";
import { timeline } from "../schema";

export type TimelineEntry = InferSelectModel<typeof timeline>;
/** An entry with its place in the order in which entries were written. */
export type Told = TimelineEntry & { recorded: number };

export const toldColumns = {
  ...getTableColumns(timeline),
  recorded: sql`${timeline}.rowid`.mapWith(Number),
};

/**
 * The order of a story, newest first. Purple Flea dates in whole seconds, so that within one the moments say nothing: there what
 * was written later comes later.
 */
export function newestFirst(a: Pick<Told, "at" | "recorded">, b: Pick<Told, "at" | "recorded">): number {
  const second = (at: number) => Math.floor(at / 1_000);
  return second(b.at) - second(a.at) || b.recorded - a.recorded;
}

/** The story of one thing, newest first. */
export function listTimeline(db: Reader, subjectType: TimelineEntry["subjectType"], ref: string): Told[] {
  return db
    .select(toldColumns)
    .from(timeline)
    .where(and(eq(timeline.subjectType, subjectType), eq(timeline.subjectRef, ref)))
    .orderBy(desc(timeline.at))
    .limit(500)
    .all()
    .sort(newestFirst);
}
