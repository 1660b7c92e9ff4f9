import type { ReactNode } from "react";
import { Icon } from "./icon";

/** Nothing here yet, or not readable: what would be here and when it appears, or what failed and what it means for the money. */
export function Empty({
  icon,
  title,
  danger = false,
  children,
}: {
  icon: string;
  title: ReactNode;
  danger?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className="empty" data-tone={danger ? "danger" : undefined} role={danger ? "alert" : undefined}>
      <Icon name={icon} size={20} />
      <b>{title}</b>
      {children}
    </div>
  );
}
