import { Link, useNavigate } from "@remix-run/react";
import { useEffect, useLayoutEffect, useRef, type ReactNode } from "react";

/**
 * A sheet at the right, or the whole screen on a phone: a dialog that is an address of its own. The server draws it open;
 * with scripts it becomes modal, so that the browser keeps the focus inside, and Escape leads back to `back`. Whoever opened
 * it, marked `data-opens-sheet`, has the focus again when it is gone.
 */
export function Sheet({ back, titleId, children }: { back: string; titleId: string; children: ReactNode }) {
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return undefined;
    element.close();
    element.showModal();
    document.getElementById(titleId)?.focus();
    return () => {
      element.close();
      const opener = document.querySelector<HTMLElement>("[data-opens-sheet]");
      // The opener of an address opened cold, or of one that came from another page, was never focused.
      if (opener && (document.activeElement === document.body || document.activeElement === null))
        opener.focus();
    };
  }, [titleId]);
  useEffect(() => {
    const element = dialog.current;
    const leave = () => navigate(back, { preventScrollReset: true });
    const cancel = (event: Event) => {
      event.preventDefault();
      leave();
    };
    const beside = (event: MouseEvent) => {
      if (event.target === element && event.clientX < (element?.getBoundingClientRect().left ?? 0)) leave();
    };
    element?.addEventListener("cancel", cancel);
    element?.addEventListener("click", beside);
    return () => {
      element?.removeEventListener("cancel", cancel);
      element?.removeEventListener("click", beside);
    };
  }, [navigate, back]);
  return (
    <>
      <Link to={back} className="scrim" aria-label="Close" tabIndex={-1} />
      <dialog ref={dialog} open className="sheet" aria-labelledby={titleId}>
        {children}
      </dialog>
    </>
  );
}
