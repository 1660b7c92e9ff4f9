import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { Icon } from "../ui/icon";

/** The page's one h1, what it says in a line, its state beside the title, its actions, and the way back up. */
export function PageHead({
  title,
  lead,
  state,
  crumbs,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  state?: ReactNode;
  /** The list this belongs to, and where in it this stands. Escape leads back there. */
  crumbs?: { to: string; label: string; here?: ReactNode };
  children?: ReactNode;
}) {
  return (
    <div className="page-head">
      <div className="grow">
        {crumbs && (
          <nav aria-label="Breadcrumb" className="crumbs">
            <Link to={crumbs.to} data-up>
              {crumbs.label}
            </Link>
            {crumbs.here && (
              <>
                <Icon name="chevron-right" />
                <span>{crumbs.here}</span>
              </>
            )}
          </nav>
        )}
        <div className="h1-line">
          <h1>{title}</h1>
          {state}
        </div>
        {lead && <div className="lead">{lead}</div>}
      </div>
      {children && <div className="actions">{children}</div>}
    </div>
  );
}
