import type { MicroUsdc } from "../../../domain/money";
import { moneyText } from "../../lib/money";

/** An amount: exact to the cent shows two places, else six, of which the last four are faint. Grouped; minus is −. */
export function Money({
  micro,
  unit = false,
  six = false,
}: {
  micro: MicroUsdc | null | undefined;
  unit?: boolean;
  six?: boolean;
}) {
  if (micro === null || micro === undefined) return <span className="text-text-muted">not known</span>;
  const text = moneyText(micro, six);
  const cents = text.indexOf(".") + 3;
  return (
    <span className="money">
      {text.slice(0, cents)}
      {text.length > cents && <span className="text-text-faint">{text.slice(cents)}</span>}
      {unit && <span className="unit text-text-muted"> USDC</span>}
    </span>
  );
}
