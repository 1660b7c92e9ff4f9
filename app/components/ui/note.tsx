import type { ReactNode } from "react";
import type { Tone } from "../../../domain/statuses";
import { Icon } from "./icon";

/** What must be known before the next thing is done. `alert` reads it out when it appears. */
export function Note({
  tone,
  icon,
  alert = false,
  children,
}: {
  tone: Tone;
  icon: string;
  alert?: boolean;
  children: ReactNode;
}) {
  return (
    <div className="note" data-tone={tone} role={alert ? "alert" : undefined}>
      <Icon name={icon} size={16} />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
