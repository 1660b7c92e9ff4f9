import type { StatusLook } from "../../domain/statuses";
import { own } from "./own";

const looks: Record<string, StatusLook> = {
  accepted: { label: "Accepted", meaning: "recorded and on its way", tone: "info", icon: "send" },
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
};

/** What came of an attempt at the door, before any function answered. */
export const auditLook = (result: string): StatusLook =>
  own(looks, result) ?? { label: result, meaning: "as it was recorded", tone: "none", icon: "circle-dot" };

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
