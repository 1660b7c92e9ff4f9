/**
 * USDC as an integer number of micro-USDC (10^-6), from the parser to the database. Decimal strings at every border;
 * never a float in between.
 */
export type MicroUsdc = bigint;

const MICRO = 1_000_000n;
const DECIMAL = /^(-?)(\d{1,18})(?:\.(\d{1,6}))?$/;

export class MoneyFormatError extends Error {
  override name = "MoneyFormatError";
}

/**
 * Reads "12.5" as 12_500_000n. At most six places, no exponent, no grouping, no plus sign, no leading point.
 * @throws MoneyFormatError for anything else
 */
export function parseUsdc(text: string): MicroUsdc {
  const match = DECIMAL.exec(text);
  if (!match)
    throw new MoneyFormatError(
      `not an amount with at most 6 decimal places: ${JSON.stringify(text).slice(0, 60)}`,
    );
  const [, sign, whole, fraction = ""] = match;
  const micro = BigInt(whole ?? "0") * MICRO + BigInt(fraction.padEnd(6, "0"));
  return sign === "-" ? -micro : micro;
}

/**
 * Reads a JSON number or string of the wire. A number is taken by its shortest decimal form, so 0.1 is 0.1 and not the
 * double beside it.
 * @throws MoneyFormatError when it has an exponent, more than six places or is no amount
 */
export function usdcFromWire(value: number | string): MicroUsdc {
  return parseUsdc(typeof value === "number" ? decimalOf(value) : value);
}

function decimalOf(value: number): string {
  if (!Number.isFinite(value)) throw new MoneyFormatError("not a finite number");
  const text = String(value);
  // 1e-6 is the one exponent form that is still a whole number of micro-USDC.
  const small = /^(-?)(\d)e-6$/.exec(text);
  return small ? `${small[1]}0.00000${small[2]}` : text;
}

/** Writes all six places: 75_000n is "0.075000". For step results, events, exports and the wire. */
export function formatMicro(micro: MicroUsdc): string {
  const absolute = micro < 0n ? -micro : micro;
  return `${micro < 0n ? "-" : ""}${absolute / MICRO}.${String(absolute % MICRO).padStart(6, "0")}`;
}

/** The shortest decimal form: 50_000_000n is "50", 75_000n is "0.075". For request bodies. */
export function shortUsdc(micro: MicroUsdc): string {
  return formatMicro(micro).replace(/\.?0+$/, "");
}

/** Purple Flea's fee on an escrow, in millionths of the amount: 1 %. What a new escrow's row keeps as its rate. */
export const ESCROW_FEE_PPM = 10_000;
/** What the referrer earns, in millionths of the fee: 15 %. */
const REFERRAL_PPM = 150_000;

/** A share of an amount in millionths (1 % is 10,000), rounded half up to one micro. */
export function shareOf(micro: MicroUsdc, ppm: number): MicroUsdc {
  return (micro * BigInt(ppm) + 500_000n) / 1_000_000n;
}

/** What the referrer earns of a fee. */
export const referralOf = (fee: MicroUsdc): MicroUsdc => shareOf(fee, REFERRAL_PPM);

/** An escrow's sums as they must come out: the fee is taken from the amount; the referrer earns 15 % of the rounded fee. */
export function escrowSums(
  amount: MicroUsdc,
  feePpm = ESCROW_FEE_PPM,
): { fee: MicroUsdc; net: MicroUsdc; referral: MicroUsdc } {
  const fee = shareOf(amount, feePpm);
  return { fee, net: amount - fee, referral: referralOf(fee) };
}
