import type { AuditRow } from "../../db/read/audit";
import type { StatusLook } from "../../domain/statuses";
import { own } from "./own";

const looks: Record<string, StatusLook> = {
  accepted: { label: "Accepted", meaning: "recorded; being sent", tone: "info", icon: "send" },
  duplicate: {
    label: "Sent before",
    meaning: "the same command once more; nothing was sent again",
    tone: "none",
    icon: "circle-minus",
  },
  denied: {
    label: "Denied",
    meaning: "the role does not allow it; nothing was sent",
    tone: "danger",
    icon: "lock",
  },
  refused: {
    label: "Refused",
    meaning: "not possible as things stood; nothing was sent",
    tone: "danger",
    icon: "circle-x",
  },
  failed: {
    label: "Failed",
    meaning: "nobody was signed in",
    tone: "caution",
    icon: "circle-x",
  },
  limited: {
    label: "Limited",
    meaning: "too many tries; the next ones are not checked until the time is over",
    tone: "danger",
    icon: "lock",
  },
};
const done: StatusLook = { label: "Done", meaning: "it holds at once", tone: "none", icon: "circle-check" };

/** What happens at the door itself: nothing is sent anywhere, so it is done when it is recorded. */
const doorActions: Record<string, string> = {
  "sign-in": "sign in",
  "sign-out": "sign out",
  "sign-out-everywhere": "sign out everywhere",
  "sign-out-others": "end all other sessions",
  "session-end": "end of a session",
};

/** What was asked for, in words. */
export const actionWords = (action: string): string => own(doorActions, action) ?? action.replace(/-/g, " ");

/** What came of an attempt at the door, before any function answered. */
export const auditLook = ({ action, result }: Pick<AuditRow, "action" | "result">): StatusLook =>
  own(doorActions, action) !== undefined && result === "accepted"
    ? done
    : (own(looks, result) ?? {
        label: result,
        meaning: "as it was recorded",
        tone: "none",
        icon: "circle-dot",
      });

/** Who is no operator and has a name all the same. */
export const ownActors: Record<string, string> = { visitor: "Somebody not signed in", door: "The desk" };

/** Who did it: an operator by name, somebody who is not signed in, or the part of the desk that acted. */
export function actorWords({
  actorKind,
  actorId,
  actorName,
}: Pick<AuditRow, "actorKind" | "actorId" | "actorName">): string {
  return actorName ?? own(ownActors, actorId) ?? `${actorKind} ${actorId}`;
}

const text = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
const fieldsOf = (value: unknown): Record<string, unknown> =>
  value === null || value === undefined
    ? {}
    : typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : { value };

/** What an entry says was and is, field by field; what stayed the same is left out. */
export function changesOf(
  before: unknown,
  after: unknown,
): { field: string; was: string | null; now: string | null }[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((field) => ({ field: field.replace(/_/g, " "), was: text(was[field]), now: text(is[field]) }))
    .filter((change) => change.was !== change.now);
}
