import type { ReactNode } from "react";

/** The page's one h1, what it says in a line, and its actions. */
export function PageHead({
  title,
  lead,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-start gap-4 pb-6">
      <div className="grow grid gap-1">
        <h1>{title}</h1>
        {lead && <div className="text-text-muted">{lead}</div>}
      </div>
      {children && <div className="flex flex-wrap gap-2">{children}</div>}
    </div>
  );
}
