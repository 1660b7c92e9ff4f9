import { z } from "zod";
import { isForeignId, isReference } from "../../../domain/ids";
import { MoneyFormatError, shortUsdc, usdcFromWire, type MicroUsdc } from "../../../domain/money";

/** An amount on the wire: a JSON number or a decimal string, at most six places. Parsed to micro-USDC. */
export const usdc = z.union([z.number(), z.string()]).transform((value, context): MicroUsdc => {
  try {
    return usdcFromWire(value);
  } catch (error) {
    if (!(error instanceof MoneyFormatError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
});

/** An amount that cannot be negative, such as a fee or a payout. */
export const nonNegativeUsdc = usdc.refine((micro) => micro >= 0n, "an amount below zero");

/** A moment on the wire: ISO 8601 with a zone, or Unix seconds or milliseconds. Parsed to milliseconds, UTC. */
export const moment = z.union([z.number(), z.string()]).transform((value, context): number => {
  const ms = typeof value === "number" ? numericMoment(value) : textMoment(value);
  if (Number.isFinite(ms) && ms >= 0 && ms <= 8.64e15) return ms;
  context.addIssue({ code: "custom", message: "not a moment: ISO 8601 with a zone, or Unix time" });
  return z.NEVER;
});

// Seconds reach 10^11 in the year 5138; milliseconds passed it in 1973.
const numericMoment = (value: number) => Math.round(value < 1e11 ? value * 1000 : value);
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;
const textMoment = (value: string) => (ISO.test(value) ? Date.parse(value) : NaN);

/** A price on the wire: a positive JSON number or decimal string. Parsed to a decimal string. */
export const price = z.union([z.number(), z.string()]).transform((value, context): string => {
  const text = typeof value === "number" ? decimalOf(value) : value;
  if (/^\d{1,15}(\.\d{1,18})?$/.test(text) && Number(text) > 0) return text;
  context.addIssue({ code: "custom", message: "not a positive price" });
  return z.NEVER;
});

function decimalOf(value: number): string {
  const text = String(value);
  return text.includes("e-") ? value.toFixed(18).replace(/\.?0+$/, "") : text;
}

/** One of Purple Flea's ids. Letters, digits and . _ : - only, because it becomes part of a path and an expression. */
export const remoteId = z
  .union([z.string(), z.number().int()])
  .transform(String)
  .refine(isReference, "is not an id: letters, digits, . _ : and - only, 80 at most");

/** An id of somebody else's that becomes a key here, and stands in no path of theirs. */
export const foreignId = z
  .string()
  .refine(isForeignId, "is not an id: printable characters only, 160 at most, a letter or digit among them");

/** Text that is stored and shown, never interpreted; half a character in it becomes U+FFFD. */
export const shortText = z
  .string()
  .min(1)
  .max(200)
  .overwrite((text) => text.toWellFormed());

/**
 * A field that only some pages of the documentation name. When it is absent or unreadable it is null: the fields the guide
 * names decide whether a reply can be read, and an odd extra must not turn a known order into an unknown one.
 */
export function extra<T extends z.ZodType>(schema: T) {
  return z
    .union([schema, z.null(), z.undefined()])
    .catch(null)
    .transform((value): z.output<T> | null => value ?? null);
}

/**
 * An amount as the JSON number a request body carries.
 * @throws RangeError when no JSON number means exactly this amount (from about 4,294,967,296 USDC on some) or it is below zero
 */
export function usdcNumber(micro: MicroUsdc): number {
  const value = Number(shortUsdc(micro));
  if (micro < 0n || !Number.isSafeInteger(Number(micro)) || usdcFromWire(value) !== micro)
    throw new RangeError("amount cannot be written as a JSON number without loss");
  return value;
}
