import { useNavigate } from "@remix-run/react";
import { useEffect, type RefObject } from "react";

/**
 * Makes the plain links inside an element lead on without a load, as Remix's own do. A list has a hundred links: one listener
 * costs less than a hundred components.
 */
export function usePlainLinks(region: RefObject<HTMLElement>): void {
  const navigate = useNavigate();
  useEffect(() => {
    const press = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      const href = link?.getAttribute("href");
      const plain =
        event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      if (!link || !href?.startsWith("/") || !plain || event.defaultPrevented) return;
      if (link.target || link.hasAttribute("download")) return;
      event.preventDefault();
      navigate(href);
    };
    const element = region.current;
    element?.addEventListener("click", press);
    return () => element?.removeEventListener("click", press);
  }, [region, navigate]);
}
