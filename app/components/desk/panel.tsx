import { Link, useLocation } from "@remix-run/react";
import type { ReactNode } from "react";
import { Empty } from "../ui/empty";
import { CopyButton } from "../ui/copy-button";
import { Icon } from "../ui/icon";

type Panel<T> = { ok: true; value: T } | { ok: false; errorId: string };

/** Draws what was read for one panel, or says that it could not be read and offers another try. */
export function PanelBody<T>({
  panel,
  name,
  children,
}: {
  panel: Panel<T>;
  name: string;
  children: (value: T) => ReactNode;
}) {
  const { pathname, search } = useLocation();
  if (panel.ok) return <>{children(panel.value)}</>;
  return (
    <Empty icon="circle-alert" danger title={`${name} could not be read`}>
      <p>No money is affected; the other panels are current.</p>
      <div className="actions pt-1">
        <Link className="btn btn-s" to={pathname + search} replace preventScrollReset>
          <Icon name="rotate-cw" />
          Retry<span className="sr"> {name}</span>
        </Link>
        <span className="inline-flex items-center text-meta">
          Error <span className="mono pl-1">{panel.errorId.slice(-8)}</span>
          <CopyButton text={panel.errorId} />
        </span>
      </div>
    </Empty>
  );
}
