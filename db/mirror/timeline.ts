import { and, eq, max, sql } from "drizzle-orm";
import type { Actor } from "../../domain/ids";
import type { SubjectType, TimelineKind } from "../../domain/timeline-kinds";
import { given, prepared, type MirrorWriter } from "../connection";
import { timeline } from "../schema";

export interface TimelineEntry {
  subject: { type: SubjectType; ref: string };
  /** What happened, in a word; with the subject it makes the entry's id, so the same news is told once. */
  kind: TimelineKind;
  /** Tells apart what may happen more than once. */
  nth?: string;
  at: number;
  title: string;
  detail?: string;
  actor: Actor;
  runId?: string;
  stepId?: string;
}

const told = prepared((db) =>
  db
    .insert(timeline)
    .values({
      id: given("id"),
      subjectType: given("subjectType"),
      subjectRef: given("subjectRef"),
      at: given("at"),
      kind: given("kind"),
      title: given("title"),
      detail: given("detail"),
      actorKind: given("actorKind"),
      actorId: given("actorId"),
      runId: given("runId"),
      stepId: given("stepId"),
    })
    .onConflictDoNothing()
    .prepare(),
);

/** Adds an entry to a story; one that is already there stays as it is. */
export function tell(tx: MirrorWriter, entry: TimelineEntry): void {
  told(tx).run({
    id: [entry.subject.type, entry.subject.ref, entry.kind, entry.nth ?? ""].join("|"),
    subjectType: entry.subject.type,
    subjectRef: entry.subject.ref,
    at: entry.at,
    kind: entry.kind,
    title: entry.title,
    detail: entry.detail ?? null,
    actorKind: entry.actor.kind,
    actorId: entry.actor.id ?? null,
    runId: entry.runId ?? null,
    stepId: entry.stepId ?? null,
  });
}

/** How often a kind of thing was told about a subject, and when last (ms). */
export function timesTold(
  tx: MirrorWriter,
  subject: TimelineEntry["subject"],
  kind: TimelineKind,
): { times: number; lastAt: number | null } {
  const row = tx
    .select({ times: sql`count(*)`.mapWith(Number), lastAt: max(timeline.at) })
    .from(timeline)
    .where(
      and(
        eq(timeline.subjectType, subject.type),
        eq(timeline.subjectRef, subject.ref),
        eq(timeline.kind, kind),
      ),
    )
    .get();
  return { times: row?.times ?? 0, lastAt: row?.lastAt ?? null };
}
