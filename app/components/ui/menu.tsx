import { useLocation } from "@remix-run/react";
import { useEffect, useRef, type ReactNode } from "react";

/**
 * A button that opens a small panel: a details element, so it opens without scripts too. With them it closes on Escape, on a
 * press beside it, and when the page changes.
 */
export function Menu({
  summary,
  summaryClass = "btn",
  className = "menu",
  children,
}: {
  summary: ReactNode;
  summaryClass?: string;
  className?: string;
  children: ReactNode;
}) {
  const details = useRef<HTMLDetailsElement>(null);
  const { key } = useLocation();
  useEffect(() => details.current?.removeAttribute("open"), [key]);
  useEffect(() => {
    const element = details.current;
    const beside = (event: PointerEvent) => {
      if (event.target instanceof Node && !element?.contains(event.target)) element?.removeAttribute("open");
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !element?.open) return;
      element.removeAttribute("open");
      element.querySelector("summary")?.focus();
      event.stopPropagation();
    };
    document.addEventListener("pointerdown", beside);
    element?.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", beside);
      element?.removeEventListener("keydown", escape);
    };
  }, []);
  return (
    <details ref={details} className={className}>
      <summary className={summaryClass}>{summary}</summary>
      {children}
    </details>
  );
}
