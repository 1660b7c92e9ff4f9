import { formatMicro, MoneyFormatError, parseUsdc, shortUsdc, type MicroUsdc } from "../../domain/money";

/** More than there is USDC: what is larger is a slip of the hand, and would not fit where sums are kept. */
const MOST_MICRO = 1_000_000_000_000n * 1_000_000n;

/**
 * Reads an amount as people type it. A comma is never guessed at: in one country `12,500` is twelve and a half, in another
 * twelve thousand five hundred, so the answer names what it may mean and asks for it without a comma.
 */
export function readTypedAmount(text: string): { micro: MicroUsdc } | { problem: string } {
  const typed = text.trim();
  if (typed.includes(",")) return { problem: commaProblem(typed) };
  const micro = amountIn(typed);
  if (micro === null)
    return { problem: "Write an amount such as 50 or 12.5, with at most 6 places after the point." };
  if (micro <= 0n) return { problem: "Must be more than 0." };
  if (micro > MOST_MICRO) return { problem: `At most ${shortUsdc(MOST_MICRO)} USDC.` };
  return { micro };
}

/** The same for an amount that is only looked at: null while it is none. */
export function typedMicro(text: string): MicroUsdc | null {
  const read = readTypedAmount(text);
  return "micro" in read ? read.micro : null;
}

function commaProblem(typed: string): string {
  const readings = [typed.replaceAll(",", ""), typed.replaceAll(".", "").replace(",", ".")]
    .flatMap((reading) => amountIn(reading) ?? [])
    .map(shortUsdc);
  const [first, second] = [...new Set(readings)];
  if (first === undefined) return "Write the amount without commas, such as 12500 or 12.5.";
  return second === undefined
    ? `Write ${first}, without a comma.`
    : `A comma can mean two things here. Write ${first} or ${second}, whichever you mean.`;
}

function amountIn(text: string): MicroUsdc | null {
  try {
    return parseUsdc(text);
  } catch (error) {
    if (error instanceof MoneyFormatError) return null;
    throw error;
  }
}

/** The amount as an event carries it, all six places; what is none stays as it was typed. */
export function amountForEvent(text: string): string {
  const micro = typedMicro(text);
  return micro === null ? text : formatMicro(micro);
}
