import { formatUtc } from "../../lib/time";
import { Icon } from "../ui/icon";

/** Prints the page as it stands, or keeps it as a PDF. Without scripts the browser's own menu does the same. */
export function PrintButton() {
  return (
    <button type="button" className="btn needs-scripts" onClick={() => window.print()}>
      <Icon name="printer" size={16} />
      Print
    </button>
  );
}

/** On paper, what the screen says around the page: whose statement it is, of which moment, and how old it was then. */
export function PrintHead({ now, readAt }: { now: number; readAt: number }) {
  return (
    <p className="on-paper">
      Purple Flea Operator, statement as of {formatUtc(now)}; read from Purple Flea at {formatUtc(readAt)}.
    </p>
  );
}
