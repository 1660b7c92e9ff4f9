import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef } from "react";

const THROTTLE_MS = 1_000;

/** Reads the page again when the database changed; at most once a second, and not while the tab is hidden. */
export function useLive(): void {
  const { revalidate } = useRevalidator();
  const last = useRef(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource | undefined;
    const nudge = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          last.current = performance.now();
          revalidate();
        },
        Math.max(0, last.current + THROTTLE_MS - performance.now()),
      );
    };
    const listen = () => {
      if (document.hidden) {
        source?.close();
        source = undefined;
      } else if (!source) {
        source = new EventSource("/live");
        source.onmessage = nudge;
      }
    };
    listen();
    document.addEventListener("visibilitychange", listen);
    return () => {
      clearTimeout(timer);
      source?.close();
      document.removeEventListener("visibilitychange", listen);
    };
  }, [revalidate]);
}
