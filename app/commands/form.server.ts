import { z } from "zod";
import { isUlid } from "../../domain/ids";
import { MoneyFormatError, parseUsdc } from "../../domain/money";

export const commandId = z.string().refine(isUlid, "This form is damaged. Open the page again.");

/** An amount as people type it: grouping commas are fine, at most six places. Micro-USDC. */
export const typedAmount = z.string().transform((text, context): bigint => {
  try {
    const micro = parseUsdc(text.trim().replace(/,(?=\d{3})/g, ""));
    if (micro > 0n) return micro;
    context.addIssue({ code: "custom", message: "Must be more than 0." });
  } catch (error) {
    if (!(error instanceof MoneyFormatError)) throw error;
    context.addIssue({
      code: "custom",
      message: "Write an amount such as 50 or 12.5, with at most 6 places after the point.",
    });
  }
  return z.NEVER;
});

/** Everything typed, as text. */
export function valuesOf(form: FormData): Record<string, string> {
  return Object.fromEntries(
    [...form.entries()].map(([name, value]) => [name, typeof value === "string" ? value : ""]),
  );
}

/** One message a field, the first. */
export function messagesOf(error: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join(".") || "form"] ??= issue.message;
  return fields;
}
