import { formatMicro, type MicroUsdc } from "../../domain/money";

/** An amount for people, without its unit: grouped, two places when exact to the cent, else six; minus is −. */
export function moneyText(micro: MicroUsdc, six = false): string {
  const [whole = "0", places = ""] = formatMicro(micro < 0n ? -micro : micro).split(".");
  const shown = !six && places.endsWith("0000") ? places.slice(0, 2) : places;
  return `${micro < 0n ? "−" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${shown}`;
}

/** The same with the unit: `50.00 USDC`. */
export const usdcText = (micro: MicroUsdc): string => `${moneyText(micro)} USDC`;

/**
 * A stored sentence made short for reading: `50.000000 USDC` is `50.00 USDC` (`0.075000` stays), an address is cut in the
 * middle, quotes are curly. The whole stands where the thing itself is shown.
 */
export const shorten = (text: string): string =>
  text
    .replace(/(\d+\.\d{2})0000(?!\d)/g, "$1")
    .replace(/\b(0x[0-9a-fA-F]{4})[0-9a-fA-F]{8,}([0-9a-fA-F]{4})\b/g, "$1…$2")
    .replace(/"([^"]*)"/g, "“$1”");

/** A sentence that may begin anywhere, begun and ended as one. A field's name, such as `amount_usdc`, stays as it is. */
export const sentence = (text: string): string => {
  const begun = /^\w+_/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return `${begun.replace(/\.$/, "")}.`;
};
