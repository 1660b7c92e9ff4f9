import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { livePath } from "./paths";

const THROTTLE_MS = 1_000;

/**
 * Reads the page again when the database changed; at most once a second, and not while the tab is hidden.
 * @param version the state of the database the page shows: what changed since then is told on connecting
 */
export function useLive(version: string | undefined): void {
  const { revalidate } = useRevalidator();
  const last = useRef(0);
  const shown = useRef(version);
  useEffect(() => {
    shown.current = version;
  }, [version]);
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
        source = new EventSource(livePath(shown.current ?? ""));
        source.onmessage = nudge;
        // It gave up for good, as when the session is over: reading the page again leads to the sign-in.
        source.onerror = (event) => {
          if (event.target === source && source?.readyState === EventSource.CLOSED) nudge();
        };
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
