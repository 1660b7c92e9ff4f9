/*
 * The sandbox's own money: whole micro-USDC as bigint, with its own reading and writing. It shares no arithmetic with the
 * product, so that a mistake there cannot hide here.
 */
const UNIT = 10n ** 6n;

/** Reads a request's amount; null when it is no amount with at most six places. */
export function readAmount(value: unknown): bigint | null {
  const text = typeof value === "number" ? value.toFixed(6) : typeof value === "string" ? value : "";
  const parts = /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text);
  if (!parts || (typeof value === "number" && Math.abs(Number(text) - value) > 1e-9)) return null;
  return BigInt(parts[1] ?? 0) * UNIT + BigInt(((parts[2] ?? "") + "000000").slice(0, 6));
}

/** As a JSON number of the wire. */
export function wireAmount(micro: bigint): number {
  return Number(
    `${micro < 0n ? "-" : ""}${abs(micro) / UNIT}.${(abs(micro) % UNIT).toString().padStart(6, "0")}`,
  );
}
const abs = (n: bigint): bigint => (n < 0n ? -n : n);

/** One per cent of an escrow, half a micro rounded up. */
export const escrowFee = (amount: bigint): bigint => (amount * 2n + 100n) / 200n;
/** Fifteen per cent of a fee, half a micro rounded up. */
export const referralOf = (fee: bigint): bigint => (fee * 30n + 100n) / 200n;
