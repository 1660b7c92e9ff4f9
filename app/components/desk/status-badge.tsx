import type { StatusLook } from "../../../domain/statuses";
import { Icon } from "../ui/icon";

/** A shape and a word; only the shape is coloured, danger colours the word as well. */
export function StatusBadge({ look }: { look: StatusLook }) {
  return (
    <span className="status" data-tone={look.tone} title={look.meaning}>
      <Icon name={look.icon} />
      {look.label}
    </span>
  );
}
