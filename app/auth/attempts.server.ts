/** How many sign-ins a minute one address, and one e-mail, may try. */
const LIMIT = 10;
const WINDOW_MS = 60_000;
const tries = new Map<string, number[]>();

/** Counts a try; the seconds to wait when there were too many, else null. */
export function tooManyTries(keys: string[], now: number): number | null {
  let wait: number | null = null;
  for (const key of keys) {
    const recent = (tries.get(key) ?? []).filter((at) => now - at < WINDOW_MS);
    recent.push(now);
    tries.set(key, recent);
    const first = recent[0];
    if (recent.length > LIMIT && first !== undefined)
      wait = Math.max(wait ?? 0, Math.ceil((first + WINDOW_MS - now) / 1_000));
  }
  if (tries.size > 10_000) tries.clear();
  return wait;
}
