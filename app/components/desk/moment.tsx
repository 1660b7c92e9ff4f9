import { useRouteLoaderData } from "@remix-run/react";
import { formatDuration, formatTime } from "../../lib/time";

/** Where the shell keeps the operator's zone and the page's moment, ms. */
export function useNow(): { zone: string; now: number } {
  const shell = useRouteLoaderData<{ zone: string; now: number }>("routes/_desk");
  return { zone: shell?.zone ?? "UTC", now: shell?.now ?? 0 };
}

/** A moment in the operator's zone; UTC on hover. */
export function Time({ ms }: { ms: number | null | undefined }) {
  const { zone, now } = useNow();
  if (ms === null || ms === undefined) return <span className="text-text-muted">not yet</span>;
  const iso = new Date(ms).toISOString();
  return (
    <time dateTime={iso} title={`${iso.replace("T", " ").slice(0, 19)} UTC`} className="whitespace-nowrap">
      {formatTime(ms, zone, now)}
    </time>
  );
}

/** How long ago, in words. */
export function Age({ ms }: { ms: number }) {
  const { now } = useNow();
  return <>{formatDuration(now - ms)} ago</>;
}
