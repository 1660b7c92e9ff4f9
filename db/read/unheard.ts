import { and, desc, eq, gt, isNotNull, isNull } from "drizzle-orm";
import type { Reader } from "../connection";
import { commandOutcomes, commands, inbox, outbox } from "../schema";
import type { Attention } from "./attention";
import { sendingColumns } from "./outbox";

const WEEK_MS = 7 * 86_400_000;
const LIMIT = 20;

/** What did not get through as it was said: events that could not be sent, and webhooks that came again and said something else. */
export function listUnheard(db: Reader, now: number): Attention[] {
  const parked = db
    .select({ event: sendingColumns, kind: commands.kind, subject: commands.subjectRef })
    .from(outbox)
    .leftJoin(commands, eq(commands.id, outbox.id))
    .leftJoin(commandOutcomes, eq(commandOutcomes.commandId, outbox.id))
    // What was answered all the same, from the record, needs nobody.
    .where(and(isNull(outbox.sentAt), isNotNull(outbox.parkedAt), isNull(commandOutcomes.commandId)))
    .orderBy(desc(outbox.parkedAt))
    .limit(LIMIT)
    .all();
  const others = db
    .select({ id: inbox.id, type: inbox.type, at: inbox.otherAt })
    .from(inbox)
    .where(gt(inbox.otherAt, now - WEEK_MS))
    .orderBy(desc(inbox.otherAt))
    .limit(LIMIT)
    .all();
  const nothing = { amountMicro: null, dueAt: null, said: null };
  return [
    ...parked.map(({ event, kind, subject }) => ({
      ...nothing,
      key: `not-sent ${event.rowId}`,
      kind: "not-sent" as const,
      ref: kind?.replace(/-/g, " ") ?? event.eventName,
      about: subject,
      to: { page: "outbox" as const },
      since: event.createdAt,
      unsent: {
        trouble: event.failure && { failure: event.failure, said: event.lastError },
        eventName: event.eventName,
      },
    })),
    ...others.map((webhook) => ({
      ...nothing,
      key: `other-webhook ${webhook.id}`,
      kind: "other-webhook" as const,
      ref: webhook.id,
      about: webhook.type,
      to: { page: "webhook" as const, ref: webhook.id },
      since: webhook.at ?? now,
    })),
  ];
}
