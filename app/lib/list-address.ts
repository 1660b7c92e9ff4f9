const PLACE = ["after", "before", "last"];

/**
 * An address's query with some of it changed; null takes a parameter away. The place in the list is forgotten: another list
 * begins on its first page.
 */
export function changed(search: string, change: Record<string, string | null>): string {
  const next = new URLSearchParams(search);
  for (const name of PLACE) next.delete(name);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return `?${next.toString()}`;
}

/** Where in the list: the first page without an argument. */
export function placed(search: string, place?: { name: "after" | "before" | "last"; value: string }): string {
  return changed(search, place ? { [place.name]: place.value } : {});
}
