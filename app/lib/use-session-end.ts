import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

/** A browser's timers hold 24 days; looking sooner costs one read. ms. */
const LONGEST_WAIT_MS = 86_400_000;
/** The server's answer is on its side of the moment. ms. */
const MARGIN_MS = 500;

/**
 * Reads the page again when the session is over, which leads to the sign-in page: nobody finds an unattended desk. Another
 * tab may have kept the session; then the answer says until when.
 * @param readAt tells one answer of the server from the next
 * @param leftMs how long the session lasted when it answered
 */
export function useSessionEnd(readAt: number | undefined, leftMs: number | undefined): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (leftMs === undefined) return;
    const timer = setTimeout(revalidate, Math.min(leftMs + MARGIN_MS, LONGEST_WAIT_MS));
    return () => clearTimeout(timer);
  }, [readAt, leftMs, revalidate]);
  // A page taken out of the browser's memory is what it was then, signed in or not.
  useEffect(() => {
    const again = ({ persisted }: PageTransitionEvent) => {
      if (persisted) window.location.reload();
    };
    window.addEventListener("pageshow", again);
    return () => window.removeEventListener("pageshow", again);
  }, []);
}
