import type { StatusLook, Tone } from "../../../domain/statuses";
import { Icon } from "../ui/icon";

const tones: Record<Tone, string> = {
  none: "text-text-muted",
  info: "text-info",
  positive: "text-positive",
  caution: "text-caution",
  danger: "text-danger",
  unknown: "text-unknown",
};

/** A shape and a word; only the shape is coloured, danger colours the word as well. */
export function StatusBadge({ look }: { look: StatusLook }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 whitespace-nowrap ${look.tone === "danger" ? "text-danger" : ""}`}
      title={look.meaning}
    >
      <Icon name={look.icon} className={tones[look.tone]} />
      {look.label}
    </span>
  );
}
