import { formatMicro, type MicroUsdc } from "../../domain/money";

/** An amount for people, without its unit: grouped, two places when exact to the cent, else six; minus is −. */
export function moneyText(micro: MicroUsdc, six = false): string {
  const [whole = "0", places = ""] = formatMicro(micro < 0n ? -micro : micro).split(".");
  const shown = !six && places.endsWith("0000") ? places.slice(0, 2) : places;
  return `${micro < 0n ? "−" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${shown}`;
}

/** The same with the unit: `50.00 USDC`. */
export const usdcText = (micro: MicroUsdc): string => `${moneyText(micro)} USDC`;
