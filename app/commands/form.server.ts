import { decodeTime } from "ulid";
import { z } from "zod";
import { isUlid } from "../../domain/ids";
import { formatDuration } from "../lib/time";
import { readTypedAmount } from "../lib/typed-amount";
import type { CommandResult } from "./result";

/** More than the largest form has: a resume with every held row of both kinds, ticked. */
const MOST_FIELDS = 1_000;
/** More than the longest field may hold, so that what is a little too long is answered beside it. Characters. */
const LONGEST_FIELD = 5_000;
const DAY_MS = 86_400_000;
/** A form is good for 30 days, and made by a clock not more than a day ahead of ours. ms. */
const OLDEST_FORM_MS = 30 * DAY_MS;
const AHEAD_MS = DAY_MS;

const DAMAGED = "This form is damaged. Open the page again.";

export const commandId = z.string({ error: DAMAGED }).refine(isUlid, DAMAGED);
/** What the page itself wrote into the form: nobody typed it, so there is no field to complain beside. */
export const hiddenText = z.string({ error: DAMAGED }).max(1_000, DAMAGED);
/** The same for a count or a version. */
export const hiddenNumber = z
  .string({ error: DAMAGED })
  .regex(/^\d{1,15}$/, DAMAGED)
  .transform(Number);

/** An amount as people type it, at most six places. Micro-USDC. */
export const typedAmount = z.string().transform((text, context): bigint => {
  const read = readTypedAmount(text);
  if ("micro" in read) return read.micro;
  context.addIssue({ code: "custom", message: read.problem });
  return z.NEVER;
});

/** What a form carried. `damage` says what cannot be a form of this desk; then nothing of it may be acted on. */
interface FormContent {
  /** By name, the first of each, also where it is damaged: nothing typed is lost. */
  values: Record<string, string>;
  /** Those that may come more than once. */
  lists: Record<string, string[]>;
  damage: string | null;
}

/** Reads a form once, from its first field to its last, and no further than a form of this desk can go. */
export function readForm(form: FormData, lists: readonly string[] = []): FormContent {
  const values = new Map<string, string>();
  const listed = new Map<string, string[]>(lists.map((name) => [name, []]));
  let damage: string | null = null;
  let fields = 0;
  for (const [name, value] of form) {
    if (++fields > MOST_FIELDS) {
      damage = `This form has more than ${MOST_FIELDS.toLocaleString("en")} fields. Nothing was sent.`;
      break;
    }
    const shown = name.slice(0, 40);
    if (typeof value !== "string") {
      damage ??= `“${shown}” came as a file and not as text. Nothing was sent.`;
      continue;
    }
    if (value.length > LONGEST_FIELD)
      damage ??= `“${shown}” is longer than ${LONGEST_FIELD.toLocaleString("en")} characters. Nothing was sent.`;
    const list = listed.get(name);
    if (list) list.push(value);
    else if (values.has(name))
      damage ??= `“${shown}” came more than once, and only one can be meant. Nothing was sent; open the page again.`;
    else values.set(name, value);
  }
  return { values: Object.fromEntries(values), lists: Object.fromEntries(listed), damage };
}

/** What the moment in a command's id says against the form it came with; null when it says nothing. */
export function ageProblem(id: string, now: number): string | null {
  const age = now - decodeTime(id);
  if (age < -AHEAD_MS) return `${DAMAGED} Nothing was sent.`;
  return age > OLDEST_FORM_MS
    ? `This form was opened ${formatDuration(age)} ago. Nothing was sent; open the page again.`
    : null;
}

/** One message a field, the first. What is wrong with a field that nobody types is wrong with the form. */
export function messagesOf(error: z.ZodError): Record<string, string> {
  const fields = new Map<string, string>();
  for (const { path, message } of error.issues) {
    const name = message === DAMAGED ? "form" : String(path[0] ?? "form");
    // zod's own words for a field that did not come at all.
    if (!fields.has(name)) fields.set(name, message.startsWith("Invalid input") ? "Fill this in." : message);
  }
  return Object.fromEntries(fields);
}

/** What a form gets that asks for nothing this page does. */
export const damagedForm = (): CommandResult => ({ kind: "invalid", fields: { form: DAMAGED }, values: {} });
