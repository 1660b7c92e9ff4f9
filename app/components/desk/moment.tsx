import { useRouteLoaderData } from "@remix-run/react";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { formatDuration, formatTime, formatUtc } from "../../lib/time";

const Ticking = createContext<number | null>(null);
const TICK_MS = 1_000;

/** Carries the server's clock on between two reads of the page: ages and countdowns move by themselves, on its time and not the browser's. */
export function ServerClock({ now, children }: { now: number; children: ReactNode }) {
  const [ticked, setTicked] = useState(now);
  useEffect(() => {
    const begun = performance.now();
    setTicked(now);
    const timer = setInterval(() => {
      if (!document.hidden) setTicked(now + Math.round(performance.now() - begun));
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [now]);
  return <Ticking.Provider value={ticked}>{children}</Ticking.Provider>;
}

function useShell(): { zone: string; now: number } {
  const shell = useRouteLoaderData<{ zone: string; now: number }>("routes/_desk");
  return { zone: shell?.zone ?? "UTC", now: shell?.now ?? 0 };
}

/** The operator's zone and the server's moment, ms; the moment goes on while the page is open. */
export function useNow(): { zone: string; now: number } {
  const shell = useShell();
  return { zone: shell.zone, now: useContext(Ticking) ?? shell.now };
}

/**
 * A moment in the operator's zone, with UTC on hover. `focusable` shows UTC on focus as well, for pages about one thing (in a
 * list it would be a stop a row); `bare` leaves the zone's name to the column's head, `clock` the day too to what stands above.
 */
export function Time({
  ms,
  bare = false,
  exact = false,
  clock = false,
  focusable = false,
}: {
  ms: number | null | undefined;
  bare?: boolean;
  exact?: boolean;
  clock?: boolean;
  focusable?: boolean;
}) {
  const { zone, now } = useShell();
  if (ms === null || ms === undefined) return <span className="text-text-muted">not yet</span>;
  const utc = formatUtc(ms);
  return (
    <time
      dateTime={new Date(ms).toISOString()}
      title={utc}
      data-utc={utc}
      // The exact moment must be reachable by keyboard too.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={focusable ? 0 : undefined}
    >
      {formatTime(ms, zone, clock ? ms : now, { bare: bare || clock, exact })}
    </time>
  );
}

/** How long ago, in words. */
export function Age({ ms }: { ms: number }) {
  const { now } = useNow();
  return <>{formatDuration(now - ms)} ago</>;
}
