import { useFetcher, useRouteLoaderData } from "@remix-run/react";
import { useEffect, useRef } from "react";

/** What the live address of a list answers: the rows it was asked about as they are now, and how many came since. */
export interface SteadyNews<Row> {
  rows: Row[];
  fresh: number;
}

/**
 * Keeps a list still while the world goes on: rows that are on the page change in place, new ones are only counted, so that
 * what is about to be clicked never moves. The list's own loader must not run again by itself (see `stayStill`).
 * @param live the address that tells the news of these rows
 */
export function useSteadyRows<Row>(rows: Row[], keyOf: (row: Row) => string, live: string): SteadyNews<Row> {
  const fetcher = useFetcher<SteadyNews<Row>>();
  const shell = useRouteLoaderData<{ now: number }>("routes/_desk");
  const now = shell?.now;
  const known = useRef(now);
  /** The rows that the last question was about: an answer about other rows is not of this page. */
  const askedFor = useRef<Row[] | null>(null);
  const { load } = fetcher;
  useEffect(() => {
    if (known.current === now) return;
    known.current = now;
    askedFor.current = rows;
    load(live);
  }, [now, rows, live, load]);
  // Remix types what a fetcher read as if it had been through JSON; single fetch carries it as it is.
  const data = fetcher.data as SteadyNews<Row> | undefined;
  const news = askedFor.current === rows ? data : undefined;
  if (!news) return { rows, fresh: 0 };
  const byKey = new Map(news.rows.map((row) => [keyOf(row), row]));
  return { rows: rows.map((row) => byKey.get(keyOf(row)) ?? row), fresh: news.fresh };
}

/** For a route's `shouldRevalidate`: the page that only reads itself again stands still, everything else goes its way. */
export function stayStill({
  currentUrl,
  nextUrl,
  formMethod,
  defaultShouldRevalidate,
}: {
  currentUrl: URL;
  nextUrl: URL;
  formMethod?: string;
  defaultShouldRevalidate: boolean;
}): boolean {
  return formMethod === undefined && currentUrl.href === nextUrl.href ? false : defaultShouldRevalidate;
}
