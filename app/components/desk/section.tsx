import { useId, type ReactNode } from "react";

/** A quiet h2 over hairlines, with what belongs to it at the right. */
export function Section({
  title,
  end,
  id,
  children,
}: {
  title: ReactNode;
  end?: ReactNode;
  /** An anchor for links. */
  id?: string;
  children: ReactNode;
}) {
  const made = useId();
  const headId = id ?? made;
  return (
    <section className="section" aria-labelledby={headId}>
      <div className="section-head">
        <h2 id={headId}>{title}</h2>
        {end && <div className="end">{end}</div>}
      </div>
      {children}
    </section>
  );
}
