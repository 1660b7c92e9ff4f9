import { formatMicro, type MicroUsdc } from "../../../domain/money";

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
  const text = formatMicro(micro < 0n ? -micro : micro);
  const [whole = "0", places = ""] = text.split(".");
  const short = !six && places.endsWith("0000");
  return (
    <span className="whitespace-nowrap">
      {micro < 0n ? "−" : ""}
      {whole.replace(/\B(?=(\d{3})+$)/g, ",")}.{places.slice(0, 2)}
      {!short && <span className="text-text-faint">{places.slice(2)}</span>}
      {unit && <span className="text-text-muted"> USDC</span>}
    </span>
  );
}
